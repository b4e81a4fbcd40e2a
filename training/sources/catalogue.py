"""`data/sources.yaml`: where each public corpus comes from, what its files must hash to, and on what terms it may be used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from training.errors import one_line
from training.sources.errors import CatalogueError, UnknownCorpusError

CATALOGUE_FILE = Path("data/sources.yaml")


def _stays_below(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in path:
        raise ValueError("must be a relative path without '..'")
    return path


Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
RelativePath = Annotated[str, AfterValidator(_stays_below)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MirrorFile(_Entry):
    """A file that a mirror folder holds."""

    path: RelativePath
    """Below the mirror folder, and below the folder that is fetched into."""
    bytes: Annotated[int, Field(gt=0)]
    sha256: Sha256


class UpstreamFile(_Entry):
    """A file that the corpus's origin serves."""

    path: RelativePath
    url: Url
    bytes: Annotated[int, Field(gt=0)] | None
    sha256: Sha256 | None
    """Null: not known when the entry was written; what the first fetch gets is recorded beside the data."""


class Corpus(_Entry):
    """One public corpus."""

    title: Text
    reader: Text
    """The module that reads it."""
    holds: Annotated[tuple[Literal["documents", "sections", "stances"], ...], Field(min_length=1)]
    licence: Text
    """As the origin states it."""
    licence_allows_reuse: bool
    """Whether that licence lets weights trained on the text be passed on for other uses than research."""
    citation: Text
    origin: Url
    commit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,40}$")]
    mirror: Annotated[tuple[MirrorFile, ...], Field(min_length=1)]
    upstream: Annotated[tuple[UpstreamFile, ...], Field(min_length=1)]


_CATALOGUE = TypeAdapter(dict[str, Corpus])


def load_catalogue(path: Path = CATALOGUE_FILE) -> Mapping[str, Corpus]:
    """Read and validate the catalogue. Raises `CatalogueError` naming the key."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CatalogueError(f"{path}: missing; expected the list of corpora; run in the project's folder") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogueError(one_line(f"{path}: not readable as YAML ({error}); correct it and run again")) from error
    return parse_catalogue(raw, path)


def parse_catalogue(raw: Any, path: Path | str) -> Mapping[str, Corpus]:
    """Validate a decoded catalogue."""
    try:
        return _CATALOGUE.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        expected = first["msg"][0].lower() + first["msg"][1:]
        raise CatalogueError(one_line(f"{path}: {where} is {first['input']!r:.80}; {expected}; correct it")) from error


def choose(catalogue: Mapping[str, Corpus], names: list[str]) -> dict[str, Corpus]:
    """The named corpora, in the order of the names. Raises `UnknownCorpusError`."""
    for name in names:
        if name not in catalogue:
            raise UnknownCorpusError(name, catalogue, "an entry")
    return {name: catalogue[name] for name in names}
