"""The three registered models as MLflow pyfunc: DataFrame in, DataFrame out, row for row.

A row that cannot be scored never fails the batch: its `error` column holds a code and a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from mlflow.pyfunc import PythonModel, PythonModelContext

from training.errors import RowError
from training.export.bundle import open_bundle
from training.inference.analyzer import Analyzer, error_result
from training.inference.rows import optional_text, require_text
from training.inference.scorer import Scorer
from training.inference.section import score_sections
from training.inference.stance import StanceInput, score_stances

BUNDLE = "bundle"
"""Name of the artifact that holds the bundle folder."""

Row = Mapping[str, Any]
Parsed = TypeVar("Parsed")


class SectionModel(PythonModel):
    """`text`, optional `title` → `sections` (list), `p_<label>` for each section, `error`."""

    def load_context(self, context: PythonModelContext) -> None:
        """Check the bundle and open the section session."""
        self._scorer = Scorer(_checked(context) / "section")

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """One output row an input row, in order."""
        columns = ["sections", *(f"p_{label}" for label in self._scorer.card.labels), "error"]
        return _row_for_row(model_input, _article, self._score, columns)

    def _score(self, articles: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        return [
            {"sections": result.assigned, **{f"p_{score.label}": score.probability for score in result.scores}}
            for result in score_sections(self._scorer, articles)
        ]


class StanceModel(PythonModel):
    """`quote`, `target`, optional `actor`, `cue`, `context` → `label`, `p_<stance>`, `abstained`, `error`.

    `actor` and `context` are accepted for the contract's sake. `actor` is never read: the same words get the same
    stance whoever says them. This version of the model does not read `context` either.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Check the bundle and open the stance session."""
        self._scorer = Scorer(_checked(context) / "stance")

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """One output row an input row, in order."""
        columns = ["label", *(f"p_{label}" for label in self._scorer.card.labels), "abstained", "error"]
        return _row_for_row(model_input, _question, self._score, columns)

    def _score(self, questions: Sequence[StanceInput]) -> list[dict[str, Any]]:
        return [
            {
                "label": score.label,
                **{f"p_{label}": p for label, p in score.probabilities.items()},
                "abstained": score.abstained,
            }
            for score in score_stances(self._scorer, questions)
        ]


class AnalyzerModel(PythonModel):
    """`text`, optional `id`, `title`, `target` → `id`, `sections`, `quotes`, `actors`, `warnings`, `error`."""

    COLUMNS = ("id", "sections", "quotes", "actors", "warnings", "error")

    def load_context(self, context: PythonModelContext) -> None:
        """Check the bundle and open both sessions."""
        self._analyzer = Analyzer(Path(context.artifacts[BUNDLE]))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """One output row an input row, in order."""
        results = self._analyzer.analyze(_records(model_input))
        rows = [{column: result.get(column) for column in self.COLUMNS} for result in results]
        return pd.DataFrame(rows, columns=[*self.COLUMNS], index=model_input.index)


PYFUNC_MODELS: dict[str, type[PythonModel]] = {
    "section": SectionModel,
    "stance": StanceModel,
    "analyzer": AnalyzerModel,
}


def _checked(context: PythonModelContext) -> Path:
    folder = Path(context.artifacts[BUNDLE])
    open_bundle(folder)
    return folder


def _article(row: Row) -> tuple[str, str]:
    return optional_text(row, "title") or "", require_text(row, "text")


def _question(row: Row) -> StanceInput:
    return StanceInput(
        require_text(row, "quote"), require_text(row, "target"), optional_text(row, "actor"), optional_text(row, "cue")
    )


def _records(frame: pd.DataFrame) -> list[Row]:
    return [{str(key): value for key, value in record.items()} for record in frame.to_dict(orient="records")]


def _row_for_row(
    frame: pd.DataFrame,
    parse: Callable[[Row], Parsed],
    score: Callable[[Sequence[Parsed]], list[dict[str, Any]]],
    columns: list[str],
) -> pd.DataFrame:
    """Score the rows that can be parsed; the others carry their error and nulls."""
    rows: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    good: list[tuple[int, Parsed]] = []
    for number, record in enumerate(_records(frame)):
        try:
            good.append((number, parse(record)))
        except RowError as error:
            rows[number] = {"error": error_result(None, error)["error"]}
    if good:
        for (number, _), result in zip(good, score([parsed for _, parsed in good]), strict=True):
            rows[number] = result
    return pd.DataFrame([{column: row.get(column) for column in columns} for row in rows], index=frame.index)
