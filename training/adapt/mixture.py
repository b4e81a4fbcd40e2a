"""Which rows of which source the encoder is adapted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tokenizers import Tokenizer

from training.adapt.batches import Labelled, masked_source, pairs_source
from training.adapt.loop import Source
from training.corpus.standoff import text_sha256
from training.inputs import PairEncoder, section_pair, stance_pair
from training.models.folder import pad_token_id
from training.models.tasks import SECTION, STANCE
from training.params import AdaptParams
from training.schema import SECTIONS, STANCES, Article
from training.sources import documents, section_rows, stance_pairs
from training.sources.parts import part_of

STANCE_CORPORA = ("ans", "exaasc")
SECTION_CORPORA = ("ant", "sanad")
RAW_CORPORA = ("wikipedia", "ant", "sanad")
"""Only corpora whose stated licence allows the weights to be published (`data/sources.yaml`)."""
READ_CHARACTERS = 1500
"""Of a long text only the beginning is tokenised; `max_tokens` cuts it further."""
MIN_CHARACTERS = 400
"""Shorter texts teach little about words in context."""


@dataclass(frozen=True)
class Mixture:
    """The sources, the number of classes of each family's sources, and how many rows each source has."""

    sources: list[Source]
    families: dict[str, dict[str, int]]
    rows: dict[str, int]


def mix(
    params: AdaptParams, *, articles: Sequence[Article], corpora: Path, withheld: set[str], encoder_folder: Path
) -> Mixture:
    """Rows of train parts alone; texts whose SHA-256 is in `withheld` are left out everywhere."""
    rows: dict[str, Labelled] = {
        **{name: _stance_rows(name, corpora) for name in STANCE_CORPORA},
        **{task.name: [(row.pair, row.label) for row in task.examples(articles)] for task in (STANCE, SECTION)},
    }
    classes = {SECTION.name: len(SECTIONS)}
    for name in SECTION_CORPORA:
        rows[name], classes[name] = _section_rows(name, corpora, withheld, params.section_articles)
    pad_id = pad_token_id(encoder_folder)
    pairs = PairEncoder(encoder_folder / "tokenizer.json", params.max_tokens, 0)
    epochs = params.epochs.model_dump()
    sources = [pairs_source(name, found, pairs, pad_id, epochs[name]) for name, found in rows.items()]
    texts = [text for name in RAW_CORPORA for text in islice(_texts(name, corpora, withheld), params.masked_articles)]
    sources.append(_masked(texts, params, encoder_folder))
    families = {"stance": dict.fromkeys((*STANCE_CORPORA, STANCE.name), len(STANCES)), "section": classes}
    return Mixture(sources, families, {source.name: len(source.lengths) for source in sources})


def _masked(texts: Sequence[str], params: AdaptParams, encoder_folder: Path) -> Source:
    tokenizer = encoder_folder / "tokenizer.json"
    vocabulary, pad_id = Tokenizer.from_file(str(tokenizer)), pad_token_id(encoder_folder)
    return masked_source(
        texts,
        PairEncoder(tokenizer, params.masked_tokens, 0),
        pad_id=pad_id,
        mask_id=vocabulary.token_to_id("<mask>") or pad_id,
        vocabulary_size=vocabulary.get_vocab_size(),
        epochs=params.epochs.masked,
    )


def _stance_rows(name: str, corpora: Path) -> Labelled:
    """The corpus's own train part; of a corpus that has none, eight of ten threads by their hash."""
    return [
        (stance_pair(pair.target, pair.text), STANCES.index(pair.label))
        for pair in stance_pairs(name, corpora)
        if pair.label is not None and (pair.part if name == "ans" else part_of(pair.text.partition("\n")[0])) == "train"
    ]


def _section_rows(name: str, corpora: Path, withheld: set[str], limit: int) -> tuple[Labelled, int]:
    """Rows with the number of the source's own desk, and how many desks: what they tell apart helps, whatever they mean."""
    found = sorted(
        (text_sha256(row.text), section_pair(row.title, row.text[:READ_CHARACTERS]), row.source_label)
        for row in section_rows(name, corpora)
        if _may_train(row.text, withheld)
    )
    desks = sorted({desk for *_, desk in found})
    return [(pair, desks.index(desk)) for _, pair, desk in found[:limit]], len(desks)


def _texts(name: str, corpora: Path, withheld: set[str]) -> Iterator[str]:
    for document in documents(name, corpora):
        if len(document.text) > MIN_CHARACTERS and _may_train(document.text, withheld):
            yield document.text[:READ_CHARACTERS]


def _may_train(text: str, withheld: set[str]) -> bool:
    return part_of(text) == "train" and text_sha256(text) not in withheld
