"""Continued training on miniature corpora: what may be trained on, resumption, the folder that is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from safetensors.numpy import load_file

from tests.conftest import ROOT
from tests.sources.conftest import write_packed
from training.adapt.batches import masked_source
from training.adapt.loop import CHECKPOINT, adapt
from training.adapt.mixture import Mixture, mix
from training.adapt.network import IGNORED, MASKED
from training.corpus.standoff import text_sha256
from training.encoder import materialise_adapted
from training.encoder.adapted import write_adapted
from training.errors import EncoderError
from training.files import read_json, sha256_file
from training.inputs import PairEncoder
from training.models.folder import pad_token_id
from training.models.train import check_unseen
from training.params import AdaptParams, parse_params
from training.schema import Article
from training.sources.parts import part_of

WORDS = ("السوق", "المباراة", "المجلس", "المدرسة", "الهاتف")


def long_text(number: int) -> str:
    return " ".join(f"{WORDS[(number + n) % 5]} خبر{number}" for n in range(40))


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    root = tmp_path / "mirror"
    desks = ("sport", "economy", "politic")
    write_packed(
        root / "section/ant.jsonl.xz",
        [{"id": f"a{n}", "section": desks[n % 3], "title": "عنوان", "text": long_text(n)} for n in range(30)],
    )
    write_packed(
        root / "section/sanad_alkhaleej.jsonl.xz",
        [
            {"id": f"Khaleej/Tech/{n}.txt", "section": ("Tech", "Sports")[n % 2], "text": long_text(n + 50)}
            for n in range(20)
        ],
    )
    write_packed(
        root / "raw/wikipedia_ar_2017.jsonl.xz",
        [{"id": f"w{n}", "title": f"t{n}", "text": long_text(n + 100)} for n in range(20)],
    )
    for part in ("train", "dev"):
        pairs = [
            {"s1": f"خبر {part} {n}", "s2": f"رد {n}", "stance": ("agree", "disagree", "other")[n % 3]}
            for n in range(12)
        ]
        write_packed(root / f"stance/ans_{part}.jsonl.xz", pairs)
    replies = [
        {
            "id": str(n),
            "main": f"خبر {n}",
            "reply": "رد",
            "target": "هدف",
            "majority": ("support", "deny", "comment")[n % 3],
        }
        for n in range(20)
    ]
    write_packed(root / "stance/exaasc_test.jsonl.xz", replies)
    return root


@pytest.fixture
def params() -> AdaptParams:
    raw: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw["adapt"] |= {"frozen_layers": 1, "batch_tokens": 400, "report_steps": 3, "max_tokens": 48, "masked_tokens": 32}
    raw["adapt"]["epochs"] = dict.fromkeys(raw["adapt"]["epochs"], 1)
    return parse_params(raw).adapt


@pytest.fixture
def mixture(mirror: Path, params: AdaptParams, corpus_articles: list[Article], tiny_encoder: Path) -> Mixture:
    withheld = {text_sha256(long_text(n)) for n in range(5)}
    return mix(params, articles=corpus_articles[:3], corpora=mirror, withheld=withheld, encoder_folder=tiny_encoder)


def test_only_train_parts_are_read_and_withheld_texts_nowhere(mixture: Mixture) -> None:
    ant = sum(part_of(long_text(n)) == "train" for n in range(5, 30))
    sanad = sum(part_of(long_text(n + 50)) == "train" for n in range(20))
    wikipedia = sum(part_of(long_text(n + 100)) == "train" for n in range(20))
    assert mixture.rows["ant"] == ant
    assert mixture.rows["ans"] == 12
    assert mixture.rows["exaasc"] == sum(part_of(f"خبر {n}") == "train" for n in range(20))
    assert mixture.rows["section"] == 3
    assert mixture.rows[MASKED] == ant + sanad + wikipedia
    assert mixture.families["section"] == {"section": 8, "ant": 3, "sanad": 2}


def test_a_resumed_run_ends_with_the_same_weights(
    mixture: Mixture, params: AdaptParams, tiny_encoder: Path, tmp_path: Path
) -> None:
    class KilledError(Exception):
        pass

    def kill(step: int, steps: int, losses: dict[str, float]) -> None:
        assert steps > 2 * params.report_steps
        assert all(np.isfinite(loss) for loss in losses.values())
        if step > params.report_steps:
            raise KilledError

    def train(folder: Path, on_step: Any) -> dict[str, Any]:
        network = adapt(tiny_encoder, mixture.families, mixture.sources, params, folder, on_step)
        return {name: tensor.numpy().copy() for name, tensor in network.encoder.state_dict().items()}

    straight = train(tmp_path / "straight", lambda *_: None)
    with pytest.raises(KilledError):
        train(tmp_path / "killed", kill)
    assert (tmp_path / "killed" / CHECKPOINT).exists()
    resumed = train(tmp_path / "killed", lambda *_: None)
    assert all(np.array_equal(straight[name], resumed[name]) for name in straight)
    before = load_file(tiny_encoder / "model.safetensors")
    moved = {name for name in before if not np.array_equal(before[name], straight[name])}
    assert moved
    assert all("layer.1" in name for name in moved)


def test_some_words_are_hidden_and_only_these_are_asked_for(tiny_encoder: Path) -> None:
    pad_id = pad_token_id(tiny_encoder)
    encoder = PairEncoder(tiny_encoder / "tokenizer.json", 64, 0)
    source = masked_source(
        [long_text(n) for n in range(8)], encoder, pad_id=pad_id, mask_id=7, vocabulary_size=50, epochs=1
    )
    batch = source.collate(range(8), np.random.default_rng(1))
    asked = batch["labels"] != IGNORED
    share = float(asked.sum() / batch["attention_mask"].sum())
    assert 0.08 < share < 0.22
    assert not asked[:, 0].any()
    assert (batch["input_ids"][asked] == 7).float().mean() > 0.6
    assert not (batch["input_ids"][~asked] == 7).any()


def test_the_published_folder_is_read_back_whole_or_not_at_all(tiny_encoder: Path, tmp_path: Path) -> None:
    weights = {name: value * 0.5 for name, value in load_file(tiny_encoder / "model.safetensors").items()}
    folder = tmp_path / "encoder"
    write_adapted(tiny_encoder, weights, {"articles": ["a-1"]}, folder)
    summary = materialise_adapted(folder, tmp_path / "models")
    assert summary.source == "adapted"
    read = load_file(tmp_path / "models" / "model.safetensors")
    assert all(value.dtype == np.float32 for value in read.values())
    assert all(np.allclose(read[name], weights[name], atol=1e-3) for name in weights)
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:-4] + b"\x01\x02\x03\x04")
    with pytest.raises(EncoderError, match=r"model.safetensors has sha256 [0-9a-f]{64}; expected .*git checkout"):
        materialise_adapted(folder, tmp_path / "models")
    (folder / "adapted.json").unlink()
    with pytest.raises(EncoderError, match=r"no adapted.json"):
        materialise_adapted(folder, tmp_path / "models")


def test_an_encoder_that_saw_held_out_articles_does_not_train(tiny_encoder: Path, tmp_path: Path) -> None:
    write_adapted(
        tiny_encoder, load_file(tiny_encoder / "model.safetensors"), {"articles": ["a-1", "a-2"]}, tmp_path / "e"
    )
    check_unseen(tmp_path / "e", {"dev": {"b-1"}, "test": {"b-2"}})
    check_unseen(tiny_encoder, {"dev": {"a-1"}})
    with pytest.raises(EncoderError, match=r"1 articles of test were trained on, such as a-2; expected none"):
        check_unseen(tmp_path / "e", {"dev": {"b-1"}, "test": {"a-2"}})


def test_the_committed_encoder_is_whole_and_small() -> None:
    folder = ROOT / "data" / "encoder"
    record = read_json(folder / "adapted.json")
    assert record["weights_sha256"] == sha256_file(folder / "model.safetensors")
    assert (folder / "model.safetensors").stat().st_size <= 60_000_000
    assert len(record["articles"]) == record["rows"]["section"]
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# ")
