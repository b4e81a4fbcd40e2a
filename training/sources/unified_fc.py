"""Unified-FC: claims, the articles a web search found for each, and the article's stance toward the claim."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from training.errors import RecordError
from training.jsonl import Line
from training.sources.labels import known_stance
from training.sources.layout import Layout
from training.sources.lines import Rows, field, optional_field
from training.sources.members import Member, members
from training.sources.records import SourceDocument, StancePair

NAME = "unified_fc"
LAYOUT = Layout(NAME, ("stance/unified_fc.jsonl.xz",), "unified_fc", (("**/*.json", "**/*.zip"),))

_FOLDS = "train_test_splits.txt"
_CLAIMS = ("R-", "V-")
"""How the names of claim files begin: Reuters, VERIFY-SY."""


class _Claim(BaseModel):
    """One original file: parallel lists, one entry an article."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: str
    claim: str
    article: list[str]
    url: list[str]
    stance: list[str]


def lines(folder: Path) -> Rows:
    """Every (claim, article) pair as a record with `claim_id`, `fold`, `claim`, `stance`, `url`, `article`."""
    if LAYOUT.has_packed(folder):
        yield from LAYOUT.packed_lines(folder)
        return
    originals = LAYOUT.originals(folder)
    folds = _folds(originals)
    for member in members(originals, ".json"):
        if member.name.name.startswith(_CLAIMS):
            yield from parse_original(member, folds)


def _folds(folder: Path) -> dict[str, str]:
    """The fold of each claim, from lines such as `Fold_1: V-479 R-73 …`."""
    folds: dict[str, str] = {}
    for member in members(folder, _FOLDS):
        for line in member.text().splitlines():
            fold, _, claims = line.partition(":")
            folds |= dict.fromkeys(claims.split(), fold.strip())
    return folds


def parse_original(member: Member, folds: Mapping[str, str]) -> Rows:
    """One claim's file into its pairs, placed by their index, counted from 1."""
    try:
        claim = _Claim.model_validate_json(member.content)
        triples = list(zip(claim.article, claim.url, claim.stance, strict=True))
    except (ValidationError, ValueError) as error:
        reason = f"not a claim with its articles ({str(error).splitlines()[0]})"
        yield RecordError(member.place, reason, "id, claim and lists of one length", "it is left out")
        return
    shared = {"claim_id": claim.id, "fold": folds.get(claim.id, ""), "claim": claim.claim}
    for index, (article, url, stance) in enumerate(triples, start=1):
        yield Line(f"{member.place}:{index}", shared | {"stance": stance, "url": url, "article": article})


def document(line: Line) -> SourceDocument:
    """The article under its URL."""
    return SourceDocument(NAME, field(line, "url"), None, field(line, "article"))


def stance_pair(line: Line) -> StancePair:
    """The claim is the target, the whole article the text, a claim's pairs one group."""
    label = field(line, "stance")
    return StancePair(
        source=NAME,
        document=field(line, "url"),
        group=field(line, "claim_id"),
        target=field(line, "claim"),
        text=field(line, "article"),
        label=known_stance(NAME, label, line.place),
        source_label=label,
        fold=optional_field(line, "fold") or None,
        part=None,
    )
