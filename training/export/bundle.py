"""The inference bundle on disk: which files it has, how it is sealed, and how it is checked before use.

Plain files only: ONNX, tokenizer JSON, task JSON and lexicon TSV; nothing in it is executed on loading.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from training.errors import BundleError
from training.files import read_json, sha256_file, write_json

FORMAT = "mawaqif-bundle/1"
MANIFEST = "manifest.json"
ALLOWED_SUFFIXES = frozenset({".onnx", ".json", ".tsv"})


class SideCard(BaseModel):
    """The two sides speakers take, for and against a target, and how openly: fitted on the labels of train."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    speakers: tuple[float, ...]
    """Share of speakers on each side, in (0, 1)."""
    quotes: tuple[tuple[float, ...], ...]
    """Of each side a row: the share of each stance among the quotes of its speakers, in (0, 1)."""


class ScorerCard(BaseModel):
    """`task.json` of an exported model: how to feed it and how to read its logits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    labels: tuple[str, ...]
    max_tokens: int
    tail_tokens: int
    pad_id: int
    temperature: float = 1.0
    """Logits are divided by this before the sigmoid or softmax (Guo et al. 2017); fitted on dev."""
    thresholds: tuple[float, ...] = ()
    """Section: probability from which each label is assigned; chosen on dev."""
    abstain_below: float = 0.0
    """Stance: probability under which the answer is marked `abstained`."""
    sides: SideCard | None = None
    """Stance: how quotes of one speaker hang together; None reads each quote alone."""


class RuleCard(BaseModel):
    """`quotes.json`: how often each extraction rule was right on dev."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confidence: dict[str, float]
    """Smoothed dev precision of each rule, in (0, 1)."""
    default: float
    """For a rule never seen on dev: the precision of all rules together."""
    n_dev_quotes: int


class Manifest(BaseModel):
    """`manifest.json`: every file's hash, and one hash for the whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    precision: str
    encoder: dict[str, Any]
    files: dict[str, str]
    content_sha256: str


def write_manifest(folder: Path, *, precision: str, encoder: dict[str, Any]) -> Manifest:
    """Seal a finished bundle. Raises `BundleError` when it holds a file of another kind."""
    files = _hash_files(folder)
    manifest = Manifest(
        format=FORMAT, precision=precision, encoder=encoder, files=files, content_sha256=_content_hash(files)
    )
    write_json(folder / MANIFEST, manifest.model_dump(mode="json"))
    return manifest


def open_bundle(folder: Path) -> Manifest:
    """Check a bundle against its manifest and return the manifest.

    Raises `BundleError` naming the first file that is missing, added, altered or of a kind not allowed.
    """
    manifest = _read_manifest(folder)
    actual = _hash_files(folder)
    for name in sorted(manifest.files.keys() | actual.keys()):
        expected, found = manifest.files.get(name), actual.get(name)
        if expected != found:
            state = "missing" if found is None else "not in the manifest" if expected is None else f"sha256 {found}"
            raise BundleError(
                f"{folder / name}: {state}; expected {expected or 'no such file'}; "
                "the bundle was altered: run `dvc repro export` or load the model from the registry again"
            )
    if _content_hash(manifest.files) != manifest.content_sha256:
        raise BundleError(f"{folder / MANIFEST}: content_sha256 does not fit its files; run `dvc repro export`")
    return manifest


def read_scorer_card(folder: Path) -> ScorerCard:
    """`task.json` of one exported model."""
    return ScorerCard.model_validate(_read(folder / "task.json"))


def write_scorer_card(folder: Path, card: ScorerCard) -> None:
    """Replace `task.json` of one exported model."""
    write_json(folder / "task.json", card.model_dump(mode="json"))


def read_rule_card(path: Path) -> RuleCard:
    """`quotes.json` of a bundle."""
    return RuleCard.model_validate(_read(path))


def write_rule_card(path: Path, card: RuleCard) -> None:
    """Replace `quotes.json` of a bundle."""
    write_json(path, card.model_dump(mode="json"))


def slice_bundle(bundle: Path, part: str, out: Path) -> Manifest:
    """A sealed bundle in `out` that holds one exported model of `bundle` only."""
    manifest = _read_manifest(bundle)
    shutil.copytree(bundle / part, out / part)
    return write_manifest(out, precision=manifest.precision, encoder=manifest.encoder)


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate(_read(folder / MANIFEST))
    except ValidationError as error:
        raise BundleError(f"{folder / MANIFEST}: not a manifest; expected the output of `dvc repro export`") from error
    if manifest.format != FORMAT:
        raise BundleError(f"{folder / MANIFEST}: format {manifest.format!r}; expected {FORMAT!r}; export it again")
    return manifest


def _read(path: Path) -> Any:
    if not path.exists():
        raise BundleError(f"{path}: missing; expected an exported bundle; run `dvc repro export`")
    return read_json(path)


def _hash_files(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    for path in files:
        if path.suffix not in ALLOWED_SUFFIXES:
            raise BundleError(
                f"{path}: a '{path.suffix}' file; expected only {', '.join(sorted(ALLOWED_SUFFIXES))}; delete it"
            )
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in files}


def _content_hash(files: dict[str, str]) -> str:
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
