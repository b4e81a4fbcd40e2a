"""One class per kind of failure; each message says where, what was found, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class MawaqifError(Exception):
    """A failure the user can mend. `str(error)` is one line; `code` is stable for scripts."""

    code = "error"


class RecordError(MawaqifError):
    """One row, article or document is not what the format asks for; the rows around it may go on."""

    code = "bad_record"

    def __init__(self, place: str, found: str, expected: str, next_step: str) -> None:
        super().__init__(one_line(f"{place}: {found}; expected {expected}; {next_step}"))
        self.place = place
        self.found = found


class CorpusError(MawaqifError):
    """The corpus as a whole cannot be used: too many rejected rows, too few articles, a missing label."""

    code = "bad_corpus"


class ParamsError(MawaqifError):
    """`params.yaml` holds a key or value that no stage understands."""

    code = "bad_params"

    def __init__(self, path: Path | str, where: str, found: str, expected: str) -> None:
        super().__init__(one_line(f"{path}: {where}: {found}; expected {expected}; correct it and run again"))


class EncoderError(MawaqifError):
    """The pretrained encoder cannot be fetched, read or trusted."""

    code = "bad_encoder"


class BundleError(MawaqifError):
    """An exported model folder is incomplete, altered, or of another format."""

    code = "bad_bundle"


class TrackingError(MawaqifError):
    """The MLflow store or registry cannot be read or written."""

    code = "tracking_unavailable"

    def __init__(self, uri: str, reason: str, next_step: str) -> None:
        super().__init__(
            one_line(f"tracking store {uri}: {reason}; expected a store that can be read and written; {next_step}")
        )


class InputError(MawaqifError):
    """A command's input file or option cannot be used."""

    code = "bad_input"


class RowError(MawaqifError):
    """One row of an inference batch cannot be scored; it becomes that row's `error`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(one_line(message))
        self.code = code


class BusyError(MawaqifError):
    """Another process holds the lock on the same output."""

    code = "busy"


def one_line(text: str) -> str:
    """Fold every run of white space to one space, so that a message survives logs and tables."""
    return " ".join(text.split())


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint such as `, did you mean 'sports'?`, empty when nothing is near."""
    matches = get_close_matches(name, list(known), n=1)
    return f", did you mean '{matches[0]}'?" if matches else ""
