"""Section: articles a second and macro-F1, beside the same weights in a transformers pipeline, TF-IDF and fastText.

Every round gives the same share of the articles to every system; the peers with weights of their own learn from the
authored train split. `macro_f1_points_lost` is what int8 costs: the better of the pipeline, which reads the head of a long
article, and of float32 weights on our input, which has its tail too, less ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.inputs import SEED, Setting, require, section_rows, split_articles
from benchmarks.measure import alternate, rates, significant, timed, times_faster
from benchmarks.peers import Sections, System, fast_text_system, pipeline_system
from training.errors import InputError
from training.inference.scorer import Scorer
from training.inputs import PairEncoder
from training.models.baselines import fit_tfidf_logistic
from training.models.folder import load_card, load_model
from training.models.predict import predict
from training.models.tasks import Example, section_examples, section_scores

PIPELINE_BATCHES = (1, 8, 32)
OURS = "mawaqif"


def run(setting: Setting) -> dict[str, Any]:
    """Throughput and score of every system, and how we compare with the best pipeline."""
    require(setting.bundle, "dvc repro export")
    model = require(setting.models / "section", "dvc repro train@section")
    rows = section_rows(setting)
    n_rounds = min(setting.n_rounds, len(rows.examples))
    shares = [rows.examples[n::n_rounds] for n in range(n_rounds)]
    scorer = Scorer(setting.bundle / "section")
    systems: dict[str, System] = {OURS: lambda examples: _assigned(_logits(scorer, examples))}
    systems |= {f"pipeline_batch_{n}": pipeline_system(model, n) for n in PIPELINE_BATCHES}
    systems |= _trained_peers(section_examples(split_articles(setting, "train")))
    found: dict[str, list[Sections]] = {name: [] for name in systems}
    seconds = alternate({name: _timed_share(system, shares, found[name]) for name, system in systems.items()}, n_rounds)
    order = [example for share in shares for example in share]
    scores = {name: _macro_f1(order, np.concatenate(parts)) for name, parts in found.items()}
    best = min((name for name in seconds if name.startswith("pipeline")), key=lambda name: sum(seconds[name]))
    float32 = _macro_f1(order, _assigned(_float32(setting, order)))
    return {
        "articles": rows.origin,
        "n_articles": len(order),
        "systems": {
            name: {
                "articles_a_second": rates(len(order) / n_rounds, seconds[name]).json(),
                "macro_f1": significant(scores[name]),
            }
            for name in systems
        },
        "best_pipeline": best,
        "times_faster_than_best_pipeline": times_faster(seconds[OURS], seconds[best]).json(),
        "macro_f1_float32": significant(float32),
        "macro_f1_points_lost": significant(100 * (max(float32, scores[best]) - scores[OURS])),
    }


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """A line a system, then the comparison."""
    yield f"{found['n_articles']} articles: {found['articles']}"
    for name, row in found["systems"].items():
        rate = row["articles_a_second"]
        yield f"{name:<18}{rate['median']:>9.1f} articles/s ({rate['low']}–{rate['high']})  macro-F1 {row['macro_f1']:.3f}"
    ratio = found["times_faster_than_best_pipeline"]
    yield f"{ratio['median']:.2f} times {found['best_pipeline']} ({ratio['low']}–{ratio['high']})"
    yield f"{found['macro_f1_points_lost']:.2f} points of macro-F1 lost to int8"


def _trained_peers(train: Sequence[Example]) -> dict[str, System]:
    peers: dict[str, System] = {"tfidf_logistic": fit_tfidf_logistic(train)}
    try:
        peers["fasttext"] = fast_text_system(train, SEED)
    except InputError as error:
        print(f"section: fastText is left out: {error}")
    return peers


def _timed_share(system: System, shares: Sequence[Sequence[Example]], found: list[Sections]) -> Any:
    system(shares[0][:2])  # the first call of a session or a pipeline sets things up
    return lambda n: timed(lambda: found.append(system(shares[n])))


def _logits(scorer: Scorer, examples: Sequence[Example]) -> NDArray[np.float64]:
    return scorer.logits(scorer.encode([example.pair for example in examples]))


def _float32(setting: Setting, examples: Sequence[Example]) -> NDArray[np.float32]:
    folder = setting.models / "section"
    card = load_card(folder)
    encoder = PairEncoder(folder / "tokenizer.json", card.max_tokens, card.tail_tokens)
    return predict(load_model(folder), encoder.encode([example.pair for example in examples]), card.pad_id, 8)


def _assigned(logits: NDArray[Any]) -> Sections:
    return (logits > 0).astype(np.int64)


def _macro_f1(examples: Sequence[Example], assigned: Sections) -> float:
    gold = np.asarray([example.label for example in examples], dtype=np.float64)
    return section_scores((2 * assigned - 1).astype(np.float32), gold)["macro_f1"]
