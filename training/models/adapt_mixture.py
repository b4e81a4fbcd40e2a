"""Which rows of which source the encoder is adapted on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from training.inputs import PairEncoder, TextPair, section_pair, stance_pair
from training.models.adapt import Source
from training.models.adapt_data import masked_source, pairs_source, quotes_source
from training.models.folder import pad_token_id
from training.models.tagger_data import labelled_windows
from training.models.tasks import section_examples, stance_examples
from training.params import AdaptParams
from training.schema import SECTIONS, STANCES, Article
from training.sources import documents, section_rows, stance_pairs
from training.sources.parts import part_of
from training.word_inputs import WordEncoder, WordLabels

STANCE_SOURCES = ("ans", "exaasc")
OWN_STANCES = ("stance", "stance_in_context")
SECTION_SOURCES = ("ant", "sanad")
RAW_SOURCES = ("wikipedia", "ant", "sanad")
"""Only corpora whose stated licence allows the weights to be published (see data/sources.yaml)."""

READ_CHARACTERS = 1500
"""Of a long text only the beginning is tokenised; `max_tokens` cuts it further."""

Rows = list[tuple[TextPair, Any]]
Labelled = tuple[str, Sequence[str], WordLabels]


@dataclass(frozen=True)
class Mixture:
    """The sources, the classes of each family's sources, and how many rows each source has."""

    sources: list[Source]
    families: dict[str, dict[str, int]]
    rows: dict[str, int]


def mix(
    params: AdaptParams,
    *,
    articles: Sequence[Article],
    labelled: Sequence[Labelled],
    corpora: Path,
    withheld: set[str],
    encoder_folder: Path,
) -> Mixture:
    """Rows of the train parts alone; texts whose SHA-256 is in `withheld` are left out everywhere."""
    tokenizer, pad_id = encoder_folder / "tokenizer.json", pad_token_id(encoder_folder)
    pairs = PairEncoder(tokenizer, params.max_tokens, 0)
    used = params.epochs
    rows: dict[str, Rows] = {name: _stance_rows(name, corpora) for name in STANCE_SOURCES if name in used}
    for name, with_context in zip(OWN_STANCES, (False, True), strict=True):
        if name in used:
            examples = stance_examples(articles, with_context=with_context)
            rows[name] = [(example.pair, example.label) for example in examples]
    if "section" in used:
        rows["section"] = [(example.pair, example.label) for example in section_examples(articles)]
    labels: dict[str, list[str]] = {}
    for name in SECTION_SOURCES:
        if name in used:
            rows[name], labels[name] = _section_rows(name, corpora, withheld, params.section_articles)
    sources = [pairs_source(name, found, pairs, pad_id, used[name]) for name, found in rows.items()]
    if "quotes" in used:
        words = WordEncoder(tokenizer, 512)
        windows = [window for article in labelled for window in labelled_windows(*article, words)]
        sources.append(quotes_source(windows, pad_id, used["quotes"]))
    if "masked" in used:
        texts = [text for name in RAW_SOURCES for text in _raw_texts(name, corpora, withheld, params.masked_articles)]
        vocabulary = Tokenizer.from_file(str(tokenizer))
        sources.append(
            masked_source(
                texts,
                PairEncoder(tokenizer, params.masked_tokens, 0),
                pad_id=pad_id,
                mask_id=vocabulary.token_to_id("<mask>") or pad_id,
                vocabulary_size=vocabulary.get_vocab_size(),
                epochs=used["masked"],
            )
        )
    families = {
        "stance": {name: len(STANCES) for name in (*STANCE_SOURCES, *OWN_STANCES) if name in rows},
        "section": {name: len(names) for name, names in labels.items()}
        | ({"section": len(SECTIONS)} if "section" in rows else {}),
    }
    return Mixture(sources, families, {source.name: len(source.lengths) for source in sources})


def _stance_rows(name: str, corpora: Path) -> Rows:
    return [
        (stance_pair(pair.target, pair.text), STANCES.index(pair.label))
        for pair in stance_pairs(name, corpora)
        if pair.label is not None and (pair.part or part_of(pair.text)) == "train"
    ]


def _section_rows(name: str, corpora: Path, withheld: set[str], limit: int) -> tuple[Rows, list[str]]:
    """Class indices of the source's own labels: what its desks mean is not ours, but what they tell apart helps."""
    found = [
        (_hash(row.text), section_pair(row.title or "", row.text[:READ_CHARACTERS]), row.source_label)
        for row in section_rows(name, corpora)
        if _is_ours(row.text, withheld)
    ]
    labels = sorted({label for _, _, label in found})
    return [(pair, labels.index(label)) for _, pair, label in sorted(found)[:limit]], labels


def _raw_texts(name: str, corpora: Path, withheld: set[str], limit: int) -> list[str]:
    return list(islice(_train_texts(name, corpora, withheld), limit))


def _train_texts(name: str, corpora: Path, withheld: set[str]) -> Iterator[str]:
    for document in documents(name, corpora):
        if _is_ours(document.text, withheld) and len(document.text) > 400:
            yield document.text[:READ_CHARACTERS]


def _is_ours(text: str, withheld: set[str]) -> bool:
    return part_of(text) == "train" and _hash(text) not in withheld


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
