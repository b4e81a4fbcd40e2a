"""One exported model: text pairs in, calibrated probabilities out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.errors import BundleError
from training.export.bundle import read_scorer_card
from training.inputs import EncodedPair, PairEncoder, TextPair
from training.runtime import onnxruntime as ort


class ComputeThreads:
    """Threads for rows, one row a thread; by default as many as there are cores that this process may use."""

    def __init__(self, n: int | None = None) -> None:
        self.submit = ThreadPoolExecutor(n or available_cores(), "scorer").submit


class Scorer:
    """An ONNX session with its tokenizer and task card. Create once, use for every article.

    Scorers that are given the same `threads` compute side by side on them.
    """

    def __init__(self, folder: Path, threads: ComputeThreads | None = None) -> None:
        self.card = read_scorer_card(folder)
        self._encoder = PairEncoder(folder / "tokenizer.json", self.card.max_tokens, self.card.tail_tokens)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1  # rows run side by side, which uses the cores better than sharing one
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._threads = threads or ComputeThreads()
        try:
            self._session = ort.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises its own untyped exceptions
            raise BundleError(f"{folder}/model.onnx: {error}; expected an exported model; export it again") from error

    def encode(self, pairs: Sequence[TextPair]) -> list[EncodedPair]:
        """Tokenise, telling how many tokens did not fit."""
        return self._encoder.encode(pairs)

    def logits(self, encoded: Sequence[EncodedPair]) -> NDArray[np.float64]:
        """Raw scores in input order.

        *Shape:* (rows, labels).
        """
        return self.begin(encoded)()

    def begin(self, encoded: Sequence[EncodedPair]) -> Callable[[], NDArray[np.float64]]:
        """Begin to score on the compute threads; the call that is returned waits, then gives what `logits` gives.

        Each row is a run of its own: int8 scales activations over all that is scored together, so that in a batch a
        row's answer would depend on its company (docs/decisions/0010). Longest first, so that the threads end together.
        """
        order = sorted(range(len(encoded)), key=lambda row: -len(encoded[row].ids))
        running = {row: self._threads.submit(self._run, encoded[row]) for row in order}

        def logits() -> NDArray[np.float64]:
            rows = [running[row].result() for row in range(len(encoded))]
            return np.asarray(rows, dtype=np.float64).reshape(len(encoded), len(self.card.labels))

        return logits

    def probabilities(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated: sigmoid a label for sections, softmax over labels for stance.

        *Shape:* both (rows, labels).
        """
        scaled = logits / self.card.temperature
        if self.card.thresholds:
            return np.asarray(1.0 / (1.0 + np.exp(-scaled)))
        exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))

    def _run(self, item: EncodedPair) -> NDArray[np.float32]:
        ids = np.asarray([item.ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        inputs["token_type_ids"] = np.asarray([item.type_ids], dtype=np.int64)
        (logits,) = self._session.run(["logits"], inputs)
        return np.asarray(logits[0])


def available_cores() -> int:
    """Cores this process may use, by its affinity mask where the system has one."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
