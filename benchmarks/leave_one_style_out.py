"""How far a model carries to a way of writing it never saw: train without one style, score that style.

    python benchmarks/leave_one_style_out.py section --work build/styles     # resumable, 3 to 6 minutes a style
    python benchmarks/leave_one_style_out.py stance --work build/styles
    python benchmarks/leave_one_style_out.py stance --work build/styles --only-tfidf

For each style of the authored corpus one model is fine-tuned on the train split without it, stopped early on the
dev articles of the other styles, and predicts the dev articles of that style. Pooled over styles, every dev article
is predicted once by a model that never saw its style. The reference is one model trained on the whole train split,
scored on the same articles; its epoch is chosen on those very articles, which favours it slightly. The test split
is not read. Predictions are kept in `--work`, and a style found there is not trained again.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.corpus.storage import load_splits, to_articles
from training.evaluation.classification import multi_label_scores, single_label_scores
from training.export.build import export_task
from training.files import read_json, write_json
from training.inference.scorer import Scorer
from training.models.baselines import tfidf_logistic
from training.models.tasks import TASKS, Example, Task
from training.models.train import train_task
from training.params import EvaluateParams, TaskParams, load_params
from training.schema import Article

REFERENCE = "all styles"


def main() -> None:
    """Train what is missing, then print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--splits", type=Path, default=Path("data/splits"))
    parser.add_argument("--encoder", type=Path, default=Path("models/encoder"))
    parser.add_argument("--work", type=Path, default=Path("build/styles"))
    parser.add_argument("--max-epochs", type=int)
    parser.add_argument("--styles", nargs="+", help="leave out these only (default: every style of the dev articles)")
    parser.add_argument("--only-tfidf", action="store_true", help="the baseline alone, no fine-tuning")
    options = parser.parse_args()
    task, params = TASKS[options.task], load_params()
    own: TaskParams = getattr(params.train, task.name)
    own = own.model_copy(update={"max_epochs": options.max_epochs or own.max_epochs})
    splits = load_splits(options.splits)
    train, dev = (list(to_articles(splits[name])) for name in ("train", "dev"))
    rows = {}
    for style in [REFERENCE, *(options.styles or sorted({article.style or "none" for article in dev}))]:
        kept = [article for article in train if article.style != style]
        others = [article for article in dev if article.style != style]
        held_out = dev if style == REFERENCE else [article for article in dev if article.style == style]
        examples = task.examples(held_out)
        rows[style] = {"tfidf": tfidf_logistic(task.examples(kept), examples)}
        if not options.only_tfidf:
            file = options.work / task.name / f"{style.replace(' ', '_')}.json"
            if not file.exists():
                folder = _trained(task, kept, others, options.encoder, file.with_suffix(""), own)
                write_json(file, _predict(folder, examples).tolist())
                shutil.rmtree(folder)
            rows[style]["fine_tuned"] = np.asarray(read_json(file), dtype=np.int64)
    table = _table(task, dev, rows, params.evaluate)
    write_json(Path("benchmarks/results") / f"leave_one_style_out_{task.name}.json", table)
    _print(table)


def _trained(
    task: Task, train: Sequence[Article], dev: Sequence[Article], encoder: Path, folder: Path, params: TaskParams
) -> Path:
    train_task(
        task,
        train=train,
        dev=dev,
        encoder_folder=encoder,
        out=folder,
        checkpoints=folder.with_suffix(".checkpoints"),
        params=params,
        on_metrics=lambda step, metrics: None,
    )
    return folder


def _predict(folder: Path, examples: Sequence[Example]) -> NDArray[np.int64]:
    exported = folder.with_suffix(".exported")
    export_task(folder, exported, "fp32")
    scorer = Scorer(exported)
    scores = scorer.logits(scorer.encode([example.pair for example in examples]))
    shutil.rmtree(exported)
    return (scores > 0).astype(np.int64) if isinstance(examples[0].label, list) else scores.argmax(axis=1)


def _table(task: Task, dev: Sequence[Article], rows: dict[str, Any], params: EvaluateParams) -> list[dict[str, Any]]:
    table = []
    styles = [style for style in rows if style != REFERENCE]
    style_of = {article.id: article.style or "none" for article in dev}
    examples = task.examples(dev)
    where = np.array([style_of[example.article_id] for example in examples])
    for system, reference in rows[REFERENCE].items():
        pooled = np.zeros_like(reference)
        for style in styles:
            pooled[where == style] = rows[style][system]
        for style in [REFERENCE, *styles]:
            chosen = np.flatnonzero(np.isin(where, styles) if style == REFERENCE else where == style)
            picked = [examples[i] for i in chosen]
            table.append(
                {
                    "system": system,
                    "style": style,
                    "n_articles": len({example.article_id for example in picked}),
                    "n": len(picked),
                    "style_seen": _score(task, picked, reference[chosen], params),
                    "style_left_out": _score(task, picked, pooled[chosen], params),
                }
            )
    return table


def _score(
    task: Task, examples: Sequence[Example], predicted: NDArray[np.int64], params: EvaluateParams
) -> dict[str, Any]:
    gold = np.array([example.label for example in examples]).astype(np.int64)
    if gold.ndim == 2:
        scores = multi_label_scores(gold, predicted, task.labels, params)
        return asdict(scores.second)  # micro F1: a style has too few articles for a macro average over eight sections
    return asdict(single_label_scores(gold, predicted, [e.article_id for e in examples], task.labels, params).macro_f1)


def _print(table: list[dict[str, Any]]) -> None:
    print(f"{'system':<12}{'style':<20}{'articles':>9}{'n':>6}  {'style seen':<24}{'style left out':<24}")
    for row in table:
        cells = "".join(_cell(row[key]).ljust(24) for key in ("style_seen", "style_left_out"))
        print(f"{row['system']:<12}{row['style']:<20}{row['n_articles']:>9}{row['n']:>6}  {cells}")


def _cell(score: dict[str, float | None]) -> str:
    if score["low"] is None:
        return f"{score['value']:.3f}"
    return f"{score['value']:.3f} ({score['low']:.3f}–{score['high']:.3f})"


if __name__ == "__main__":
    main()
