"""One exported model: text pairs in, calibrated probabilities out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from training.errors import BundleError
from training.export.bundle import read_scorer_card
from training.inputs import EncodedPair, PairEncoder, TextPair

TOKENS_A_BATCH = 512
"""Padded tokens scored at once; small batches of like length pad less and stay in a CPU's cache."""
MIN_TOKENS_A_BATCH = 128
"""Of a single article, whose batches would leave a thread without work."""


class ComputeThreads:
    """Threads for batches, one batch a thread; by default one a core that this process may use."""

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
        options.intra_op_num_threads = 1  # batches run side by side, which uses the cores better than sharing one
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
        """Begin to score on the compute threads; the call that is returned waits, then gives what `logits` gives."""
        lengths = [len(item.ids) for item in encoded]
        batches = token_batches(lengths, token_budget(sum(lengths)))[::-1]
        running = [self._threads.submit(self._run, [encoded[row] for row in rows]) for rows in batches]

        def logits() -> NDArray[np.float64]:
            result = np.zeros((len(encoded), len(self.card.labels)))
            for rows, scored in zip(batches, running, strict=True):
                result[rows] = scored.result()
            return result

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

    def _run(self, batch: Sequence[EncodedPair]) -> NDArray[np.float32]:
        width = max(len(item.ids) for item in batch)
        ids = np.full((len(batch), width), self.card.pad_id, dtype=np.int64)
        mask, type_ids = np.zeros_like(ids), np.zeros_like(ids)
        for row, item in enumerate(batch):
            ids[row, : len(item.ids)] = item.ids
            type_ids[row, : len(item.ids)] = item.type_ids
            mask[row, : len(item.ids)] = 1
        (logits,) = self._session.run(
            ["logits"], {"input_ids": ids, "attention_mask": mask, "token_type_ids": type_ids}
        )
        return np.asarray(logits)


def token_budget(n_tokens: int) -> int:
    """Padded tokens a batch: `TOKENS_A_BATCH`, or a quarter of less work.

    It does not depend on the machine: int8 scores change in the third decimal with the company of a row.
    """
    return min(TOKENS_A_BATCH, max(MIN_TOKENS_A_BATCH, n_tokens // 4))


def token_batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Row numbers grouped by like length so that rows × longest stays within `budget` (at least one row each)."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if batches and (len(batches[-1]) + 1) * lengths[row] <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def available_cores() -> int:
    """Cores this process may use, by its affinity mask where the system has one."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
