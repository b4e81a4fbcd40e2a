"""What the registered models take and give, as MLflow shows it, with an example row of invented news."""

from __future__ import annotations

import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import AnyType, Array

from training.schema import SECTIONS, STANCES

_TEXT = DataType.string
_NUMBER = DataType.double
# Any instead of string: a row that is not text must reach the model and come back as that row's error.
_ANY = AnyType()


def _inputs(*names: str, optional: tuple[str, ...]) -> Schema:
    required = [ColSpec(_ANY, name) for name in names]
    return Schema(required + [ColSpec(_ANY, name, required=False) for name in optional])


SIGNATURES: dict[str, ModelSignature] = {
    "section": ModelSignature(
        _inputs("text", optional=("title",)),
        Schema(
            [ColSpec(Array(_TEXT), "sections", required=False)]
            + [ColSpec(_NUMBER, f"p_{label}", required=False) for label in SECTIONS]
            + [ColSpec(_ANY, "error", required=False)]
        ),
    ),
    "stance": ModelSignature(
        _inputs("quote", "target", optional=("actor", "cue", "context")),
        Schema(
            [ColSpec(_TEXT, "label", required=False)]
            + [ColSpec(_NUMBER, f"p_{label}", required=False) for label in STANCES]
            + [ColSpec(DataType.boolean, "abstained", required=False), ColSpec(_ANY, "error", required=False)]
        ),
    ),
    "analyzer": ModelSignature(
        _inputs("text", optional=("id", "title", "target")),
        Schema(
            [
                ColSpec(_ANY, name, required=False)
                for name in ("id", "sections", "quotes", "actors", "warnings", "error")
            ]
        ),
    ),
}

_TITLE = "بلدية المرسى تؤجل نقل السوق"  # «Marsa municipality postpones moving the market»
_BODY = (
    "أجّلت بلدية المرسى نقل السوق المركزية إلى الضاحية. وقالت رئيسة البلدية هاجر المنصوري إن القرار يحمي أرزاق "
    "التجار، مضيفة أن النقل لن يتم قبل الصيف."
)

EXAMPLES: dict[str, pd.DataFrame] = {
    "section": pd.DataFrame([{"text": _BODY, "title": _TITLE}]),
    "stance": pd.DataFrame(
        [
            {
                "quote": "القرار يحمي أرزاق التجار",
                "target": "تأجيل نقل السوق",
                "actor": "هاجر المنصوري",
                "cue": "وقالت",
            }
        ]
    ),
    "analyzer": pd.DataFrame([{"id": "1", "text": _BODY, "title": _TITLE}]),
}
