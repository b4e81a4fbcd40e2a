import struct

import numpy as np
import pytest

from training.encoder.packed import Piece, decode_blocks, read_packed
from training.encoder.vocabulary import WORD_START, is_kept, kept_rows


def test_block_decodes_low_nibbles_first_then_high_ones():
    nibbles = bytes(low | (15 - low) << 4 for low in range(16))
    block = np.frombuffer(struct.pack("<e", 0.5) + nibbles, np.uint8)
    weights = decode_blocks(np.stack([block, block]))
    first = [(low - 8) * 0.5 for low in range(16)]
    assert weights.dtype == np.float32
    assert weights.tolist() == [first + first[::-1]] * 2


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="starts with b'GGUF', not b'E5S1'"):
        read_packed(b"GGUF" + bytes(64))


@pytest.mark.parametrize(
    "piece",
    [
        f"{WORD_START}الرئيس",  # "the president"
        "ڤ",
        WORD_START,
        f"{WORD_START}2018",
        "،",
        f"{WORD_START}«",
        "...",
        f"{WORD_START}BBC",
        "er",
        "Q",
        "é",
        "\N{ARABIC HAMZA ABOVE}",
    ],
)
def test_piece_of_arabic_news_is_kept(piece: str):
    assert is_kept(piece)


@pytest.mark.parametrize(
    "piece",
    [
        f"{WORD_START}the",
        f"{WORD_START}Мо",
        "我",
        "ک",  # folded to the Arabic kaf before it is looked up
        "\N{ARABIC TATWEEL}",
        "\N{ARABIC FATHA}",
        "\N{ARABIC-INDIC DIGIT FIVE}",
        f"{WORD_START}2018.",
        "😀",
        "\N{FULLWIDTH TILDE}",
    ],
)
def test_piece_that_no_normalised_arabic_news_needs_is_dropped(piece: str):
    assert not is_kept(piece)


def test_special_tokens_keep_their_ids_and_mask_comes_last():
    texts = ["<s>", "<pad>", "</s>", "<unk>", "قال", "the", "<mask>"]
    assert kept_rows([Piece(text, 0.0) for text in texts]) == [0, 1, 2, 3, 4, 6]


def test_vocabulary_with_other_special_tokens_is_refused():
    with pytest.raises(ValueError, match="special tokens are"):
        kept_rows([Piece(text, 0.0) for text in ["<pad>", "<s>", "</s>", "<unk>", "<mask>"]])
