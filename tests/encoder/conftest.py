"""The bundled encoder once a session, and a tiny real BERT to copy."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from training.encoder import EncoderSummary, materialise_bundled


@dataclass(frozen=True)
class Bundled:
    folder: Path
    summary: EncoderSummary


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Bundled:
    folder = tmp_path_factory.mktemp("models") / "encoder"
    return Bundled(folder, materialise_bundled(folder))


@pytest.fixture(scope="session")
def tokenizer(bundled: Bundled) -> Tokenizer:
    return Tokenizer.from_file(str(bundled.folder / "tokenizer.json"))


@pytest.fixture
def tiny_bert(tmp_path: Path) -> Path:
    """An older BERT folder: a few-word vocab.txt with hamza in it, weights, and no tokenizer.json."""
    folder = tmp_path / "tiny"
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=9, **sizes), add_pooling_layer=False).save_pretrained(folder)
    # الرئيس "the president", قال "said", ت the feminine ending
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "الرئيس", "قال", "##ت", "."]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    settings = {"do_lower_case": False, "tokenizer_class": "BertTokenizer", "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder
