"""Build the bundled encoder's tokenizer: a unigram model over the kept pieces, as XLM-R and e5 feed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import Metaspace as MetaspaceDecoder
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace, WhitespaceSplit
from tokenizers.pre_tokenizers import Sequence as PreTokenizers
from tokenizers.processors import TemplateProcessing

from training.encoder.normalisation import arabic_normaliser
from training.encoder.packed import Piece
from training.encoder.vocabulary import BEGIN, END, LEADING_SPECIALS, MASK, PAD, UNKNOWN


def build_tokenizer(pieces: Sequence[Piece]) -> Tokenizer:
    """The tokenizer whose ids are places in `pieces`: leading specials first, `<mask>` last.

    One text becomes `<s> A </s>`, a pair `<s> A </s> </s> B </s>`; every token type is 0, as e5 knows it.
    """
    entries = [(piece.text, piece.score) for piece in pieces]
    tokenizer = Tokenizer(Unigram(entries, unk_id=LEADING_SPECIALS.index(UNKNOWN), byte_fallback=False))
    tokenizer.normalizer = arabic_normaliser()
    tokenizer.pre_tokenizer = PreTokenizers([WhitespaceSplit(), Metaspace(prepend_scheme="always")])
    tokenizer.decoder = MetaspaceDecoder(prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single=f"{BEGIN}:0 $A:0 {END}:0",
        pair=f"{BEGIN}:0 $A:0 {END}:0 {END}:0 $B:0 {END}:0",
        special_tokens=[(token, LEADING_SPECIALS.index(token)) for token in (BEGIN, END)],
    )
    tokenizer.add_special_tokens([*(AddedToken(token, special=True) for token in LEADING_SPECIALS), _mask()])
    return tokenizer


def tokenizer_config(max_tokens: int) -> dict[str, Any]:
    """What `tokenizer_config.json` must say for transformers to load `tokenizer.json` as it is."""
    return {
        # Without this class a folder of model type "bert" would be given a WordPiece tokenizer.
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "cls_token": BEGIN,
        "eos_token": END,
        "sep_token": END,
        "unk_token": UNKNOWN,
        "pad_token": PAD,
        "mask_token": MASK,
        "model_max_length": max_tokens,
        # No token types: e5 saw type 0 only, and BertModel assumes 0 where none are given.
        "model_input_names": ["input_ids", "attention_mask"],
        "padding_side": "right",
        "truncation_side": "right",
        "clean_up_tokenization_spaces": False,
    }


def _mask() -> AddedToken:
    # lstrip, as in XLM-R: the space before <mask> belongs to it.
    return AddedToken(MASK, special=True, lstrip=True)
