"""What the section model is compared with: the same weights in a transformers pipeline, TF-IDF, fastText."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast, pipeline
from transformers.modeling_outputs import SequenceClassifierOutput

from training.corpus.normalise import comparison_words
from training.models.folder import load_card, load_model
from training.models.network import MeanPoolClassifier
from training.models.tasks import Example
from training.public.fast_text import MAX_WORDS, SETTINGS, fasttext_module
from training.schema import SECTIONS

Sections = NDArray[np.int64]
"""*Shape:* (articles, sections), 1 where the section is assigned."""
System = Callable[[Sequence[Example]], Sections]

FASTTEXT_LABEL = "__label__"
FASTTEXT_EPOCHS = 200
"""A few hundred articles: with the 25 epochs of the large corpora no section ever reaches a probability of 0.5."""


class _ForPipeline(PreTrainedModel):
    """Our network in the clothes that a pipeline asks for."""

    _supports_sdpa = True

    def __init__(self, network: MeanPoolClassifier) -> None:
        super().__init__(network.config)
        self.network = network

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> SequenceClassifierOutput:
        """As the network does."""
        return self.network(attention_mask, input_ids, token_type_ids)


def pipeline_system(model: Path, batch_size: int) -> System:
    """A trained folder in `transformers.pipeline("text-classification")`, in float32, cut at the same length."""
    card, network = load_card(model), load_model(model)
    network.config.id2label = dict(enumerate(card.labels))
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(model / "tokenizer.json"))
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(card.pad_id)
    classify: Any = pipeline("text-classification", model=_ForPipeline(network), tokenizer=tokenizer, device="cpu")
    options = {"top_k": None, "function_to_apply": "sigmoid", "truncation": True, "max_length": card.max_tokens}

    def system(examples: Sequence[Example]) -> Sections:
        inputs = [{"text": title, "text_pair": text} for title, text in (example.pair for example in examples)]
        found = classify(inputs, batch_size=batch_size, **options)
        scores = [{item["label"]: item["score"] for item in row} for row in found]
        return np.array([[int(row[label] > 0.5) for label in card.labels] for row in scores])

    return system


def fast_text_system(train: Sequence[Example], seed: int) -> System:
    """fastText with one yes or no a section. Raises `InputError` when the package is not installed."""
    module = fasttext_module()
    with tempfile.TemporaryDirectory(prefix="mawaqif-") as scratch:
        path = Path(scratch) / "train.txt"
        path.write_text("\n".join(f"{_marks(row)} {_words(row)}" for row in train), encoding="utf-8")
        settings = {**SETTINGS, "epoch": FASTTEXT_EPOCHS}
        model = module.train_supervised(input=str(path), seed=seed, verbose=0, loss="ova", **settings)

    def system(examples: Sequence[Example]) -> Sections:
        found, _ = model.predict([_words(row) for row in examples], k=-1, threshold=0.5)
        return np.array([[int(FASTTEXT_LABEL + section in row) for section in SECTIONS] for row in found])

    return system


def _marks(example: Example) -> str:
    assert isinstance(example.label, list)
    named = zip(SECTIONS, example.label, strict=True)
    return " ".join(FASTTEXT_LABEL + section for section, is_it in named if is_it == 1)


def _words(example: Example) -> str:
    title, text = example.pair
    return " ".join([*comparison_words(title), *comparison_words(text)[:MAX_WORDS]]) or "-"
