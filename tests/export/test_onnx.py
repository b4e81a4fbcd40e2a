"""The exported file against the network it came from."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.models.test_training import PARAMS
from training.export.onnx import INPUTS, export_onnx
from training.files import sha256_file
from training.models.network import MeanPoolClassifier, build_network
from training.runtime import onnxruntime as ort

SHAPES = [(1, 2), (1, 48), (3, 17), (5, 48)]


@pytest.fixture(scope="module")
def network(tiny_encoder: Path) -> MeanPoolClassifier:
    network = build_network(tiny_encoder, 3, PARAMS).eval()
    # A random encoder answers nearly the same to everything: stretch the differences between inputs.
    with torch.no_grad():
        network.head[1].weight.mul_(20)
        network.head[4].weight.mul_(5)
    return network


def batch(rows: int, tokens: int) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(rows * tokens)
    ids, mask = random.integers(5, 14_000, (rows, tokens)), np.ones((rows, tokens), dtype=np.int64)
    for row in range(1, rows):
        mask[row, random.integers(1, tokens) :] = 0
    return ids, mask, np.zeros_like(mask)


def both(network: MeanPoolClassifier, path: Path, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    inputs = batch(*shape)
    session = ort.InferenceSession(str(path))
    (exported,) = session.run(["logits"], dict(zip(INPUTS, inputs, strict=True)))
    with torch.no_grad():
        ids, mask, types = map(torch.tensor, inputs)
        return network(mask, ids, types).logits.numpy(), exported


def test_fp32_gives_the_networks_logits_at_every_shape(network: MeanPoolClassifier, tmp_path: Path) -> None:
    export_onnx(network, tmp_path / "model.onnx", "fp32")
    for shape in SHAPES:
        expected, exported = both(network, tmp_path / "model.onnx", shape)
        assert np.allclose(expected, exported, atol=1e-3), shape
    assert np.abs(expected[0] - expected[1]).max() > 0.05


def test_int8_stays_near_and_is_smaller(network: MeanPoolClassifier, tmp_path: Path) -> None:
    export_onnx(network, tmp_path / "fp32.onnx", "fp32")
    export_onnx(network, tmp_path / "int8.onnx", "int8")
    pairs = [both(network, tmp_path / "int8.onnx", shape) for shape in SHAPES]
    expected, exported = (np.concatenate(side) for side in zip(*pairs, strict=True))
    spread = expected.std(axis=0).mean()
    assert np.abs(expected - exported).mean() < 0.2 * spread
    assert (tmp_path / "int8.onnx").stat().st_size < 0.5 * (tmp_path / "fp32.onnx").stat().st_size


def test_the_bytes_do_not_change(network: MeanPoolClassifier, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_onnx(network, tmp_path / name / "model.onnx", "int8")
    assert sha256_file(tmp_path / "one" / "model.onnx") == sha256_file(tmp_path / "two" / "model.onnx")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["model.onnx"]
