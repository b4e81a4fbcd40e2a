"""Share of the processor's matrix product that scoring reaches, in int8 as registered and in float32 with torch.

The peak is measured, not read from a data sheet: the best of several products of two large square matrices in onnxruntime on
all cores that this process may use. Only the encoder's own products are counted as work, and only for real tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from transformers import AutoConfig

from benchmarks.inputs import Setting, require, section_rows
from benchmarks.measure import alternate, significant, spread, timed
from training.export.bundle import open_bundle
from training.inference.scorer import Scorer, available_cores
from training.inputs import EncodedPair
from training.models.folder import load_model
from training.models.predict import predict
from training.runtime import onnxruntime as ort

SIDE = 1536
"""Of the square matrices."""
N_PRODUCTS = 4
"""A round."""
N_ROWS = 24
OPSET = 18


def run(setting: Setting) -> dict[str, Any]:
    """Giga-operations a second (a multiplication and an addition are two), and the shares."""
    bundle = require(setting.bundle, "dvc repro export")
    model = require(setting.models / "section", "dvc repro train@section")
    precision = open_bundle(bundle).precision
    scorer = Scorer(bundle / "section")
    encoded = scorer.encode([example.pair for example in section_rows(setting).examples[:N_ROWS]])
    network = load_model(model)
    work = operations(AutoConfig.from_pretrained(model, local_files_only=True), encoded)
    product = 2 * SIDE**3 * N_PRODUCTS
    seconds = alternate(
        {
            "int8_peak": _timed(matrix_product("int8")),
            "fp32_peak": _timed(matrix_product("fp32")),
            "scorer": _timed(lambda: scorer.logits(encoded)),
            "torch": _timed(lambda: predict(network, encoded, scorer.card.pad_id, 8)),
        },
        setting.n_rounds,
    )
    peaks = {name: product / min(seconds[f"{name}_peak"]) for name in ("int8", "fp32")}
    reached = {name: work / spread(seconds[name]).median for name in ("scorer", "torch")}
    return {
        "n_cores": available_cores(),
        "peak_gops": {name: significant(peak / 1e9) for name, peak in peaks.items()},
        "scorer": _share(reached["scorer"], precision, peaks),
        "torch": _share(reached["torch"], "fp32", peaks),
    }


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """A line a peak and a system."""
    for name, peak in found["peak_gops"].items():
        yield f"{name} matrix product {peak:>8.0f} GOP/s on {found['n_cores']} cores"
    for name in ("scorer", "torch"):
        row = found[name]
        yield f"{name:<7} {row['gops']:>8.1f} GOP/s, {row['share_of_peak']:.1%} of the {row['precision']} peak"


def operations(config: Any, encoded: Sequence[EncodedPair]) -> int:
    """Multiplications and additions in the matrix products of a BERT's layers, for these rows without padding."""
    hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    lengths = [len(item.ids) for item in encoded]
    weights = sum(lengths) * 2 * (4 * hidden**2 + 2 * hidden * inner)
    attention = sum(length**2 for length in lengths) * 2 * 2 * hidden
    return int(layers * (weights + attention))


def matrix_product(precision: str) -> Callable[[], object]:
    """`N_PRODUCTS` products of two `SIDE` × `SIDE` matrices: unsigned by signed bytes, or float32."""
    random = np.random.default_rng(0)
    if precision == "int8":
        node, kinds = "MatMulInteger", (TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32)
        left = random.integers(0, 255, (SIDE, SIDE), dtype=np.uint8)
        right: Any = random.integers(-127, 127, (SIDE, SIDE), dtype=np.int8)
    else:
        node, kinds = "MatMul", (TensorProto.FLOAT,) * 3
        left, right = (random.standard_normal((SIDE, SIDE)).astype(np.float32) for _ in range(2))
    graph = helper.make_graph(
        [helper.make_node(node, ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", kinds[0], [SIDE, SIDE])],
        [helper.make_tensor_value_info("product", kinds[2], [SIDE, SIDE])],
        [helper.make_tensor("right", kinds[1], [SIDE, SIDE], right.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    options = ort.SessionOptions()
    options.intra_op_num_threads = available_cores()
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: [session.run(None, {"left": left}) for _ in range(N_PRODUCTS)]


def _timed(work: Callable[[], object]) -> Callable[[int], float]:
    work()
    return lambda n: timed(work)


def _share(reached: float, precision: str, peaks: Mapping[str, float]) -> dict[str, Any]:
    return {
        "precision": precision,
        "gops": significant(reached / 1e9),
        "share_of_peak": significant(reached / peaks[precision]),
    }
