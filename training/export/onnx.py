"""A trained network as an ONNX file, float32 or dynamically quantised to int8."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path
from typing import Literal

import onnx
import torch
from torch import Tensor, nn

from training.models.network import MeanPoolClassifier
from training.runtime import quantization

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OPSET = 20
"""The first with a `Gelu` of its own, which onnxruntime computes in one step."""


def export_onnx(network: MeanPoolClassifier, path: Path, precision: Literal["int8", "fp32"]) -> None:
    """Write `path` with inputs `INPUTS` (batch, tokens; int64) and output `logits` (batch, labels; float32).

    int8 quantises weights once, one scale a channel, and activations at run time, of matrix products and
    embeddings. The bytes depend only on weights and library versions.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        full = Path(scratch) / "model.onnx"
        _trace(network, full)
        _strip(full)
        if precision == "fp32":
            full.replace(path)
        else:
            _quantise(full, path)


class _Logits(nn.Module):
    def __init__(self, network: MeanPoolClassifier) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        logits: Tensor = self.network(attention_mask, input_ids, token_type_ids).logits
        return logits


def _trace(network: MeanPoolClassifier, path: Path) -> None:
    network.eval()
    # Traced, the default attention guards every layer against rows without a token, a third of all time
    # (docs/decisions/0010-inference-engine.md); a text has tokens.
    network.encoder.set_attn_implementation("eager")
    # Three tensors of their own: the exporter takes one object passed twice for one input.
    ids, mask, type_ids = torch.full((2, 16), 5), torch.ones((2, 16), dtype=torch.long), torch.zeros((2, 16)).long()
    sizes = {0: torch.export.Dim("batch", min=1), 1: torch.export.Dim("tokens", min=2, max=512)}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own deprecated internals
        torch.onnx.export(
            _Logits(network),
            (ids, mask, type_ids),
            path,
            input_names=[*INPUTS],
            output_names=["logits"],
            dynamic_shapes=(sizes, sizes, sizes),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _quantise(source: Path, path: Path) -> None:
    model = onnx.load(source)
    logging.getLogger().disabled = True  # quantize_dynamic advises pre-processing on the root logger
    try:
        tools = quantization()
        tools.quantize_dynamic(model, path, per_channel=True, weight_type=tools.QuantType.QInt8)
    finally:
        logging.getLogger().disabled = False


def _strip(path: Path) -> None:
    """Drop what does not compute: the exporter notes source paths, which would tie the bytes to a folder."""
    model = onnx.load(path)
    del model.metadata_props[:]
    for graph in (model.graph, *model.functions):
        del graph.metadata_props[:]
        del graph.value_info[:]
        graph.doc_string = ""
        for node in graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
    onnx.save(model, path)
