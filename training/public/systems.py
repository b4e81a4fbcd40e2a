"""The systems by name: what shapes their predictions, and how they make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.params import Params
from training.public import baselines
from training.public.baselines import Predicted
from training.public.encoder import ADAPTED_ON, adapted_folder, encoder, encoder_settings
from training.public.fast_text import MAX_WORDS, PACKAGE, SETTINGS, fast_text
from training.public.folds import Fold
from training.public.protocols import Protocol
from training.public.rows import Row


@dataclass(frozen=True)
class Job:
    """One cell's work."""

    protocol: Protocol
    rows: Sequence[Row]
    fold: Fold
    seed: int
    params: Params
    encoder: Path

    @property
    def train(self) -> list[Row]:
        """The rows to train on."""
        return [self.rows[index] for index in self.fold.train]

    @property
    def scored(self) -> list[int]:
        """Indices of the rows to label, part after part."""
        return [index for part in self.fold.scored.values() for index in part]


@dataclass(frozen=True)
class Outcome:
    """Label indices in the order of `Job.scored`."""

    predicted: Predicted
    n_train: int
    notes: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class System:
    """One system; where `seeded` is False, a second seed would repeat the first."""

    title: str
    seeded: bool
    settings: Callable[[Protocol, Params, Path], dict[str, Any]]
    run: Callable[[Job], Outcome]
    seen: frozenset[str] = frozenset()
    """Corpora that it has learned from already: it is not scored on them."""


def _majority(job: Job) -> Outcome:
    scored = [job.rows[index] for index in job.scored]
    return Outcome(baselines.majority(job.train, scored), len(job.train))


def _tfidf_svm(job: Job) -> Outcome:
    scored = [job.rows[index] for index in job.scored]
    return Outcome(baselines.tfidf_svm(job.train, scored, pairs=job.protocol.pairs), len(job.train))


def _fast_text(job: Job) -> Outcome:
    scored = [job.rows[index] for index in job.scored]
    return Outcome(fast_text(job.train, scored, pairs=job.protocol.pairs, seed=job.seed), len(job.train))


def _encoder(job: Job) -> Outcome:
    return _fine_tuned(job, job.encoder)


def _adapted(job: Job) -> Outcome:
    return _fine_tuned(job, adapted_folder())


def _fine_tuned(job: Job, folder: Path) -> Outcome:
    done = encoder(
        job.protocol,
        job.rows,
        job.fold.train,
        job.scored,
        params=job.params,
        folder=folder,
        seed=job.seed,
    )
    return Outcome(done.predicted, done.n_train, done.notes)


def _adapted_settings(protocol: Protocol, params: Params, folder: Path) -> dict[str, Any]:
    del folder
    return encoder_settings(protocol, params, adapted_folder())


def _tfidf_settings(protocol: Protocol, params: Params, folder: Path) -> dict[str, Any]:
    del params, folder
    ngrams = {name: list(sizes) for name, sizes in baselines.TFIDF.items()}
    return ngrams | {"max_features": baselines.MAX_FEATURES, "C": baselines.SVM_COST, "pairs": protocol.pairs}


def _fast_text_settings(protocol: Protocol, params: Params, folder: Path) -> dict[str, Any]:
    del params, folder
    return {"package": PACKAGE, **SETTINGS, "max_words": MAX_WORDS, "pairs": protocol.pairs}


SYSTEMS: Mapping[str, System] = {
    "majority": System("majority class", False, lambda *_: {}, _majority),
    "tfidf_svm": System("TF-IDF + linear SVM", False, _tfidf_settings, _tfidf_svm),
    "fasttext": System("fastText", True, _fast_text_settings, _fast_text),
    "encoder": System("our encoder, fine-tuned", True, encoder_settings, _encoder),
    "adapted": System("our adapted encoder, fine-tuned", True, _adapted_settings, _adapted, ADAPTED_ON),
}
