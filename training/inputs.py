"""What the encoder reads: text pairs cut to length and turned into token ids, the same way in training and scoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from training.errors import EncoderError
from training.invisible import strip_invisible

TextPair = tuple[str, str]

_ELLIPSIS = " … "
_PLAIN_MARKS = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


@dataclass(frozen=True)
class EncodedPair:
    """Token ids and segment ids of one pair, special tokens included, and how many tokens did not fit."""

    ids: list[int]
    type_ids: list[int]
    n_dropped: int


def section_pair(title: str, text: str) -> TextPair:
    """The section model reads the title, then the body."""
    return title, text


def stance_pair(target: str, quote: str, cue: str | None = None) -> TextPair:
    """The stance model reads the target, then `cue: quote`.

    It never learns who speaks, so that the same words get the same stance whoever says them
    (docs/decisions/0007-stance-without-names.md).
    """
    return target, f"{cue}: {quote}" if cue else quote


class PairEncoder:
    """Tokenises text pairs into at most `max_tokens` ids.

    A second text that is too long keeps its head and its last `tail_tokens` tokens (head + tail, Sun et al. 2019).
    """

    def __init__(self, tokenizer_file: Path, max_tokens: int, tail_tokens: int) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        except Exception as error:  # tokenizers raises bare Exception
            raise EncoderError(
                f"{tokenizer_file}: not a tokenizer ({error}); expected a tokenizers JSON file"
            ) from error
        self._bare = Tokenizer.from_file(str(tokenizer_file))
        for tokenizer in (self._tokenizer, self._bare):
            tokenizer.no_padding()
        self._bare.no_truncation()
        self._tokenizer.enable_truncation(max_tokens, strategy="longest_first")
        self._specials = [str(token) for token in self._bare.get_added_tokens_decoder().values()]
        self._n_special = len(self._tokenizer.encode("", "").ids)
        self._max_tokens = max_tokens
        self._tail_tokens = tail_tokens

    def encode(self, pairs: Sequence[TextPair]) -> list[EncodedPair]:
        """Encode pairs, in order, without invisible characters and with one sort of quotation mark.

        Which marks a newsroom sets says nothing. A literal `<mask>` or `[SEP]` in a text is read as text, not as a
        special token.
        """
        pairs = [(self._defuse(_shown(first)), self._defuse(_shown(second))) for first, second in pairs]
        firsts = self._bare.encode_batch([first for first, _ in pairs], add_special_tokens=False)
        seconds = self._bare.encode_batch([second for _, second in pairs], add_special_tokens=False)
        fitted: list[TextPair] = []
        for (first, second), first_encoding, second_encoding in zip(pairs, firsts, seconds, strict=True):
            room = self._max_tokens - self._n_special - len(first_encoding.ids)
            fitted.append((first, self._fit(second, second_encoding.offsets, room)))
        encoded = self._tokenizer.encode_batch(fitted)
        return [
            EncodedPair(e.ids, e.type_ids, max(0, len(a.ids) + len(b.ids) + self._n_special - len(e.ids)))
            for e, a, b in zip(encoded, firsts, seconds, strict=True)
        ]

    def _defuse(self, text: str) -> str:
        for token in self._specials:
            if token in text:
                text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _fit(self, text: str, offsets: Sequence[tuple[int, int]], room: int) -> str:
        if len(offsets) <= room or self._tail_tokens == 0 or room <= self._tail_tokens + 1:
            return text
        head_end = offsets[room - self._tail_tokens - 2][1]
        tail_start = offsets[-self._tail_tokens][0]
        return text[:head_end] + _ELLIPSIS + text[tail_start:]


def _shown(text: str) -> str:
    return strip_invisible(text).translate(_PLAIN_MARKS)
