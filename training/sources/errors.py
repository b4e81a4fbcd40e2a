"""What can go wrong with a public corpus."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from training.errors import MawaqifError, nearest, one_line


class UnknownCorpusError(MawaqifError):
    """A name that is not in the catalogue, or a corpus asked for what it does not hold."""

    code = "unknown_corpus"

    def __init__(self, name: str, known: Iterable[str], holding: str) -> None:
        names = sorted(known)
        super().__init__(
            one_line(
                f"corpus '{name}': none of that name has {holding}{nearest(name, names)}; expected one of"
                f" {', '.join(names)}; see data/sources.yaml"
            )
        )


class MissingCorpusError(MawaqifError):
    """A corpus whose files are not in the folder."""

    code = "missing_corpus"

    def __init__(self, name: str, folder: Path, expected: Iterable[str]) -> None:
        super().__init__(
            one_line(
                f"{folder}: no files of corpus '{name}'; expected {' or '.join(expected)}; run `mawaqif fetch {name}`,"
                " or point MAWAQIF_MIRROR at a folder that has them"
            )
        )


class CatalogueError(MawaqifError):
    """`data/sources.yaml` cannot be used."""

    code = "bad_catalogue"


class UntrustedFileError(MawaqifError):
    """A file that is broken, too big once unpacked, or not the one the catalogue names."""

    code = "untrusted_file"

    def __init__(self, place: Path | str, found: str, expected: str, next_step: str) -> None:
        super().__init__(one_line(f"{place}: {found}; expected {expected}; {next_step}"))


class DownloadError(MawaqifError):
    """A file that the network did not deliver."""

    code = "download_failed"

    def __init__(self, url: str, found: str, next_step: str) -> None:
        super().__init__(one_line(f"{url}: {found}; expected the file as pinned in data/sources.yaml; {next_step}"))
