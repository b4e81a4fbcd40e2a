"""Where a corpus lies below a data folder, as compressed JSON Lines or in its original format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from training.sources.errors import MissingCorpusError
from training.sources.lines import Rows, xz_lines


@dataclass(frozen=True)
class Layout:
    """The two places of one corpus; the compressed files are preferred."""

    name: str
    packed: tuple[str, ...]
    original: str
    """Folder of the original files."""
    needs: tuple[tuple[str, ...], ...]
    """What that folder must hold: of each group of patterns at least one."""

    def has_packed(self, folder: Path) -> bool:
        """Whether every compressed file is there."""
        return all((folder / path).is_file() for path in self.packed)

    def has_original(self, folder: Path) -> bool:
        """Whether the original folder holds what is needed."""
        root = folder / self.original
        return all(any(any(root.glob(pattern)) for pattern in patterns) for patterns in self.needs)

    def is_in(self, folder: Path) -> bool:
        """Whether the corpus can be read from `folder`."""
        return self.has_packed(folder) or self.has_original(folder)

    def originals(self, folder: Path) -> Path:
        """The folder of the original files. Raises `MissingCorpusError` when they are not there either."""
        if not self.has_original(folder):
            original = " and ".join(" or ".join(f"{self.original}/{name}" for name in names) for names in self.needs)
            raise MissingCorpusError(self.name, folder, (" and ".join(self.packed), original))
        return folder / self.original

    def packed_lines(self, folder: Path) -> Rows:
        """Every line of every compressed file."""
        for path in self.packed:
            yield from xz_lines(folder / path)
