"""Words become windows of tokens: nothing lost, nothing cut, overlaps for long texts."""

from pathlib import Path

import pytest

from training.errors import EncoderError
from training.word_inputs import WordEncoder


@pytest.fixture(scope="module")
def encoder(tiny_encoder: Path) -> WordEncoder:
    return WordEncoder(tiny_encoder / "tokenizer.json", 32)


def test_each_word_starts_at_its_own_token(encoder: WordEncoder) -> None:
    (window,) = encoder.windows(["قال", "الوزير", ":", "«", "نعم", "»"])
    assert len(window.starts) == 6
    assert window.starts == sorted(set(window.starts))
    assert window.starts[0] == 1
    assert max(window.starts) < len(window.ids) - 1


def test_a_long_text_is_covered_by_windows_that_overlap_by_half(encoder: WordEncoder) -> None:
    words = [f"كلمة{number}" for number in range(200)]
    windows = encoder.windows(words)
    assert {word for window in windows for word in range(window.first, window.last)} == set(range(200))
    assert all(len(window.ids) <= 32 for window in windows)
    assert all(second.first < first.last for first, second in zip(windows, windows[1:], strict=False))


def test_an_unreadable_word_still_has_a_token(encoder: WordEncoder) -> None:
    (window,) = encoder.windows(["\N{ZERO WIDTH SPACE}", "نعم"])
    assert len(window.starts) == 2
    assert window.starts[0] != window.starts[1]


def test_a_monstrous_word_leaves_room_for_others(encoder: WordEncoder) -> None:
    windows = encoder.windows(["نعم", "س" * 5000, "لا"])
    assert windows[-1].last == 3
    assert all(len(window.ids) <= 32 for window in windows)


def test_no_words_no_windows(encoder: WordEncoder) -> None:
    assert encoder.windows([]) == []


def test_a_broken_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(EncoderError, match=r"tokenizer.json: not a tokenizer"):
        WordEncoder(tmp_path / "tokenizer.json", 32)
