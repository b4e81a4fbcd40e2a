"""The exported quote tagger: texts in, quotes with cue, speaker and actor out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from training.export.bundle import read_scorer_card
from training.inference.scorer import TOKENS_A_BATCH, open_session, token_batches
from training.quotes import ExtractedQuote, Lexicon
from training.quotes.document import Document
from training.quotes.tagged import WindowScores, may_begin, tagged_quotes
from training.word_inputs import WordEncoder, WordWindow


class Tagger:
    """An ONNX session with its tokenizer. Create once, use for every article."""

    def __init__(self, folder: Path, lexicon: Lexicon, threads: int | None = None) -> None:
        self._lexicon = lexicon
        self._card = read_scorer_card(folder)
        self._encoder = WordEncoder(folder / "tokenizer.json", self._card.max_tokens)
        self._session = open_session(folder, threads)

    def extract(self, texts: Sequence[str]) -> list[tuple[ExtractedQuote, ...]]:
        """The quotes of each text, in order, windows of all texts batched together."""
        documents = [Document.read(text) for text in texts]
        windows = [
            (number, window)
            for number, document in enumerate(documents)
            for window in self._encoder.windows([document.slice(n, n + 1) for n in range(len(document.tokens))])
        ]
        scored: list[list[WindowScores]] = [[] for _ in texts]
        for rows in token_batches([len(window.ids) for _, window in windows], TOKENS_A_BATCH):
            for row, scores in zip(rows, self._run([windows[row][1] for row in rows]), strict=True):
                scored[windows[row][0]].append(scores)
        return [
            tagged_quotes(document, found, self._lexicon) for document, found in zip(documents, scored, strict=True)
        ]

    def _run(self, batch: Sequence[WordWindow]) -> Iterator[WindowScores]:
        n_tokens, n_words = max(len(w.ids) for w in batch), max(len(w.starts) for w in batch)
        ids = np.full((len(batch), n_tokens), self._card.pad_id, dtype=np.int64)
        mask, starts = np.zeros_like(ids), np.zeros((len(batch), n_words), dtype=np.int64)
        for row, window in enumerate(batch):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
            starts[row, : len(window.starts)] = window.starts
        tags, links = self._session.run(
            ["tags", "links"], {"input_ids": ids, "attention_mask": mask, "word_starts": starts}
        )
        for row, window in enumerate(batch):
            length = len(window.starts)
            own = tags[row, :length]
            anchors = np.flatnonzero(may_begin(own))
            yield WindowScores(window.first, own, {int(n): links[row, :, n, :length].copy() for n in anchors})
