"""tokenizer.json for an older BERT folder that has only vocab.txt, as everything downstream reads the former."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.decoders import WordPiece as WordPieceDecoder
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from training.encoder.folder import TOKENIZER_CONFIG, VOCABULARY, encoder_fault

_SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def build_wordpiece(folder: Path, origin: str) -> Tokenizer:
    """BERT's tokenizer over `folder`'s vocab.txt, with the casing that its tokenizer_config.json states.

    Raises `EncoderError` when `do_lower_case` is not stated: its default would strip hamza and madda, and make
    words of a vocabulary that has them unknown.
    """
    settings = _read_settings(folder, origin)
    vocabulary = WordPiece.read_file(str(folder / VOCABULARY))
    missing = [token for token in _SPECIALS if token not in vocabulary]
    if missing:
        raise encoder_fault(
            origin,
            f"{VOCABULARY} has no {', '.join(missing)}",
            "the vocabulary of a BERT",
            "save the model's own tokenizer.json into the folder",
        )
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(
        lowercase=settings["do_lower_case"],
        strip_accents=settings.get("strip_accents"),
        handle_chinese_chars=settings.get("tokenize_chinese_chars", True),
    )
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.decoder = WordPieceDecoder()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    tokenizer.add_special_tokens(list(_SPECIALS))
    return tokenizer


def _read_settings(folder: Path, origin: str) -> dict[str, Any]:
    path = folder / TOKENIZER_CONFIG
    settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if not isinstance(settings.get("do_lower_case"), bool):
        raise encoder_fault(
            origin,
            f"{VOCABULARY} without {TOKENIZER_CONFIG} stating 'do_lower_case'",
            "it stated, because true strips hamza and madda",
            f'write {{"do_lower_case": false}} to {TOKENIZER_CONFIG}, or true if the model was trained so',
        )
    return dict(settings)
