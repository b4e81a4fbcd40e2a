"""What the quote tagger reads and predicts: a text word by word, cut into windows the encoder can hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from training.errors import EncoderError

ROLES = ("cue", "speaker", "content")
"""What a word can be part of; a word can carry several."""
OUTSIDE, BEGIN, INSIDE = range(3)
TAGS = ("O", "B", "I")
RELATIONS = ("cue", "explicit", "inherited", "continues", "end")
"""From the first word of a quote's content to the first word of: its cue; its speaker in the same sentence; an earlier
mention of the speaker it leaves out; the content an interrupted quote began with. And to the last word of the content."""

NO_MENTION = -1
"""A gold link to an actor whom no quote names as its speaker: nothing to learn from."""

_UNKNOWN = ("<unk>", "[UNK]")


@dataclass(frozen=True)
class Link:
    """The links of one content span: for each relation the words that are right, empty for none."""

    anchor: int
    """First word of the content span."""
    right: tuple[tuple[int, ...], ...]
    """*Shape:* one tuple of word indices a relation of `RELATIONS`."""


@dataclass(frozen=True)
class WordLabels:
    """Labels of one text: gold, or what the rules found.

    *Shape:* tags (roles, words), each `OUTSIDE`, `BEGIN` or `INSIDE`.
    """

    tags: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]

    def inside(self, window: WordWindow) -> WordLabels:
        """The labels of the window's words, by their place in it; a link whose anchor lies outside is left out."""
        tags = tuple(role[window.first : window.last] for role in self.tags)
        return WordLabels(tags, tuple(_shift(link, window) for link in self.links if link.anchor in window))

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """Each link as relation, anchor and word."""
        for link in self.links:
            for relation, words in enumerate(link.right):
                yield from ((relation, link.anchor, word) for word in words if word != NO_MENTION)


@dataclass(frozen=True)
class WordWindow:
    """A stretch of words as encoder input; `starts[i]` is the token at which word `first + i` begins."""

    ids: list[int]
    starts: list[int]
    first: int

    @property
    def last(self) -> int:
        """One past the last word."""
        return self.first + len(self.starts)

    def __contains__(self, word: int) -> bool:
        return self.first <= word < self.last


def _shift(link: Link, window: WordWindow) -> Link:
    """The link by places in the window; where all its answers lie outside, there is nothing to learn from."""

    def inside(words: Sequence[int]) -> tuple[int, ...]:
        kept = tuple(word - window.first for word in words if word in window)
        return kept or ((NO_MENTION,) if words else ())

    return Link(link.anchor - window.first, tuple(inside(words) for words in link.right))


class WordEncoder:
    """Tokenises words one by one, so that no token ever spans two words."""

    def __init__(self, tokenizer_file: Path, max_tokens: int) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        except Exception as error:  # tokenizers raises bare Exception
            raise EncoderError(
                f"{tokenizer_file}: not a tokenizer ({error}); expected a tokenizers JSON file"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._open, self._close = self._tokenizer.encode("").ids
        named = (self._tokenizer.token_to_id(name) for name in _UNKNOWN)
        self._unknown = next((token for token in named if token is not None), self._close)
        self._room = max_tokens - 2

    def windows(self, words: Sequence[str]) -> list[WordWindow]:
        """The fewest windows that hold every word, each starting halfway through the one before."""
        encoded = self._tokenizer.encode_batch(list(words), add_special_tokens=False)
        pieces = [self._pieces(encoding.ids) for encoding in encoded]
        return [self._window(pieces, first, last) for first, last in _stretches([len(p) for p in pieces], self._room)]

    def _pieces(self, ids: list[int]) -> list[int]:
        return ids[: self._room // 4] or [self._unknown]

    def _window(self, pieces: list[list[int]], first: int, last: int) -> WordWindow:
        ids, starts = [self._open], []
        for word in pieces[first:last]:
            starts.append(len(ids))
            ids += word
        return WordWindow([*ids, self._close], starts, first)


def _stretches(lengths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(lengths):
        last, used = first, 0
        while last < len(lengths) and used + lengths[last] <= room:
            used += lengths[last]
            last += 1
        yield first, last
        if last == len(lengths):
            return
        half = used // 2
        while half > 0:
            half -= lengths[first]
            first += 1
