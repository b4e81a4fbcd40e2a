import json
from pathlib import Path

import huggingface_hub.constants
import pytest
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer

from training.encoder import materialise_hub, materialise_path
from training.errors import EncoderError

NAME, REVISION = "aubmindlab/bert-base-arabertv02", "016fb9d6768f522a59c6e0d2d5d5d43a4e1bff60"
TEXT = "قالت الرئيس."  # "the president said"


@pytest.fixture
def offline_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache on a machine that cannot reach the hub."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "cache"


def cache_model(cache: Path, folder: Path) -> None:
    """Lay a folder out as the hub's cache does: links to blobs."""
    repository = cache / f"models--{NAME.replace('/', '--')}"
    snapshot, blobs = repository / "snapshots" / REVISION, repository / "blobs"
    for path in (snapshot, blobs):
        path.mkdir(parents=True)
    for file in folder.iterdir():
        (blobs / file.name).write_bytes(file.read_bytes())
        (snapshot / file.name).symlink_to(blobs / file.name)


def message_of(folder: Path, tmp_path: Path) -> str:
    out = tmp_path / "out" / "encoder"
    with pytest.raises(EncoderError) as caught:
        materialise_path(folder, out)
    assert not out.exists()
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(tmp_path), "")


def test_path_is_copied_and_loads(tiny_bert: Path, tmp_path: Path):
    (tiny_bert / "training_args.bin").touch()
    summary = materialise_path(tiny_bert, tmp_path / "encoder")
    assert (summary.source, summary.origin, summary.model_type) == ("path", str(tiny_bert), "bert")
    assert (summary.vocabulary_size, summary.n_parameters) == (9, 4_800)
    assert sorted(file.name for file in (tmp_path / "encoder").iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    ]
    _, loading = AutoModel.from_pretrained(tmp_path / "encoder", add_pooling_layer=False, output_loading_info=True)
    assert not loading["missing_keys"]
    assert not loading["unexpected_keys"]


def test_vocabulary_file_alone_becomes_a_tokenizer_that_keeps_hamza(tiny_bert: Path, tmp_path: Path):
    materialise_path(tiny_bert, tmp_path / "encoder")
    plain = Tokenizer.from_file(str(tmp_path / "encoder" / "tokenizer.json")).encode(TEXT)
    assert plain.tokens == ["[CLS]", "قال", "##ت", "الرئيس", ".", "[SEP]"]
    assert AutoTokenizer.from_pretrained(tiny_bert)(TEXT)["input_ids"] == plain.ids
    assert AutoTokenizer.from_pretrained(tmp_path / "encoder")(TEXT)["input_ids"] == plain.ids


def test_vocabulary_file_without_stated_casing_is_refused(tiny_bert: Path, tmp_path: Path):
    (tiny_bert / "tokenizer_config.json").unlink()
    assert message_of(tiny_bert, tmp_path) == (
        "/tiny: vocab.txt without tokenizer_config.json stating 'do_lower_case'; expected it stated, because true "
        'strips hamza and madda; write {"do_lower_case": false} to tokenizer_config.json, or true if the model '
        "was trained so"
    )


def test_path_that_is_no_folder(tmp_path: Path):
    assert message_of(tmp_path / "absent", tmp_path) == (
        "encoder.path: /absent is not a folder; expected a folder that save_pretrained wrote; set encoder.path to "
        "one, or encoder.source: bundled"
    )


@pytest.mark.parametrize(
    ("removed", "found"),
    [
        ("config.json", "no config.json"),
        ("model.safetensors", "no model.safetensors"),
        ("vocab.txt", "neither tokenizer.json nor vocab.txt"),
    ],
)
def test_missing_file_is_named(tiny_bert: Path, tmp_path: Path, removed: str, found: str):
    (tiny_bert / removed).unlink()
    assert message_of(tiny_bert, tmp_path).startswith(f"/tiny: {found}; expected ")


def test_pickled_weights_are_never_read(tiny_bert: Path, tmp_path: Path):
    (tiny_bert / "model.safetensors").rename(tiny_bert / "pytorch_model.bin")
    assert message_of(tiny_bert, tmp_path) == (
        "/tiny: no model.safetensors, only pytorch_model.bin; expected weights in one safetensors file (a .bin is a "
        "pickle that can run code, and is never read); choose a revision that has them, or convert a checkpoint you "
        "trust once with transformers (AutoModel.from_pretrained(…, use_safetensors=False)"
        ".save_pretrained(folder), the tokenizer likewise) and set encoder.source: path and encoder.path: folder"
    )


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("model.safetensors", "version https://git-lfs", "model.safetensors cannot be read"),
        ("config.json", "{", "config.json cannot be read"),
        ("config.json", "[]", "config.json has no 'model_type'"),
        ("config.json", '{"model_type": "bert"}', "config.json has no 'vocab_size'"),
        ("tokenizer.json", "{}", "tokenizer.json cannot be read"),
    ],
)
def test_unreadable_file_is_named(tiny_bert: Path, tmp_path: Path, name: str, content: str, found: str):
    (tiny_bert / name).write_text(content, encoding="utf-8")
    assert message_of(tiny_bert, tmp_path).startswith(f"/tiny: {found}")


def test_tokenizer_larger_than_the_embedding_is_refused(tiny_bert: Path, tmp_path: Path):
    config = json.loads((tiny_bert / "config.json").read_text(encoding="utf-8"))
    (tiny_bert / "config.json").write_text(json.dumps({**config, "vocab_size": 8}), encoding="utf-8")
    assert message_of(tiny_bert, tmp_path) == (
        "/tiny: vocab.txt has 9 tokens but the model has 8 embedding rows; expected a tokenizer and weights of the "
        "same model; take both from one checkpoint"
    )


@pytest.mark.parametrize("revision", ["main", "016fb9d", REVISION.upper(), REVISION + "\n"])
def test_hub_revision_must_be_a_full_commit(tmp_path: Path, revision: str):
    with pytest.raises(EncoderError) as caught:
        materialise_hub(NAME, revision, tmp_path / "encoder")
    assert str(caught.value) == (
        f"encoder.revision: {revision!r}; expected the 40 hexadecimal digits of a commit (a branch or tag can move, "
        f"and the model with it); copy it from https://huggingface.co/{NAME}/commits/main"
    )


@pytest.mark.usefixtures("offline_cache")
def test_hub_out_of_reach_says_which_parameter_to_set(tmp_path: Path):
    with pytest.raises(EncoderError) as caught:
        materialise_hub(NAME, REVISION, tmp_path / "encoder")
    assert str(caught.value) == (
        f"{NAME}@{REVISION}: not in the local cache, and the model hub cannot be reached (OfflineModeIsEnabled); "
        "expected the hub or a cached copy; set encoder.source: bundled to work offline, or encoder.source: path "
        "and encoder.path: <folder>"
    )


@pytest.mark.usefixtures("offline_cache")
def test_hub_name_that_cannot_exist(tmp_path: Path):
    with pytest.raises(EncoderError, match=r"no such model or revision.*correct them in params\.yaml"):
        materialise_hub("aubmindlab/bert base", REVISION, tmp_path / "encoder")


def test_cached_model_is_copied_as_regular_files_without_the_hub(tiny_bert: Path, offline_cache: Path, tmp_path: Path):
    cache_model(offline_cache, tiny_bert)
    summary = materialise_hub(NAME, REVISION, tmp_path / "encoder")
    assert (summary.source, summary.origin) == ("hub", f"{NAME}@{REVISION}")
    assert not any(file.is_symlink() for file in (tmp_path / "encoder").iterdir())


def test_cached_model_without_safetensors_says_how_to_convert(tiny_bert: Path, offline_cache: Path, tmp_path: Path):
    (tiny_bert / "model.safetensors").rename(tiny_bert / "pytorch_model.bin")
    cache_model(offline_cache, tiny_bert)
    with pytest.raises(EncoderError, match=r"no model\.safetensors, only pytorch_model\.bin.*choose a revision"):
        materialise_hub(NAME, REVISION, tmp_path / "encoder")
