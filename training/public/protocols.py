"""The protocols: what is trained on, what is scored by which metrics, and what has been published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.params import Params
from training.public import folds, metrics, rows
from training.public.folds import Fold
from training.public.metrics import Metric
from training.public.rows import Row


@dataclass(frozen=True)
class Anchor:
    """A published score and how far it can be compared."""

    value: float
    metric: str
    system: str
    citation: str
    remark: str


@dataclass(frozen=True)
class Protocol:
    """One way of measuring on public corpora; `metrics[0]` is the headline."""

    name: str
    corpora: tuple[str, ...]
    setting: str
    """One sentence for the table: who is trained on, who is scored."""
    resampled: str
    """What the intervals resample."""
    labels: tuple[str, ...]
    read: Callable[[Path, Sequence[str]], list[Row]]
    prepare: Callable[[list[Row], Params], list[Row]]
    """Groups, samples and parts."""
    divide: Callable[[Sequence[Row]], list[Fold]]
    metrics: tuple[Metric, ...]
    anchors: tuple[Anchor, ...]
    pairs: bool = False
    """Two texts a row that are compared, not a title and its text."""
    long_texts: bool = False
    """The encoder reads a passage of the second text."""

    def load(self, folder: Path, params: Params) -> list[Row]:
        """The rows with their parts. Raises `MissingCorpusError` where the corpus is not in `folder`."""
        return self.prepare(self.read(folder, self.labels), params)


def _as_read(found: list[Row], params: Params) -> list[Row]:
    del params
    return found


def _cross_validated(found: list[Row], params: Params) -> list[Row]:
    return folds.with_folds(found, params.public.folds, params.public.split_seed)


def _by_duplicates(found: list[Row], params: Params) -> list[Row]:
    return folds.with_duplicate_groups(found, params.split.shingle_words, params.split.jaccard)


def _own_split(found: list[Row], params: Params) -> list[Row]:
    return folds.with_parts(_by_duplicates(found, params), params.public.split_seed)


def _sampled_split(found: list[Row], params: Params) -> list[Row]:
    sample = folds.sample_per_label(found, params.public.sanad_per_label, params.public.split_seed)
    return _own_split(sample, params)


_ANT = (
    "localNews",
    "sport",
    "internationalNews",
    "society",
    "politic",
    "diverse",
    "economy",
    "culture",
    "technology",
)
_ANT_FIVE = {
    **dict.fromkeys(("localNews", "society", "politic", "diverse"), 0),
    "internationalNews": 1,
    "sport": 2,
    "economy": 3,
    **dict.fromkeys(("culture", "technology"), 4),
}
_INTERNATIONAL = _ANT.index("internationalNews")
_MARBERT = "table of the MARBERT repository, github.com/UBC-NLP/marbert"
_MAWQIF_TARGETS = "mean F1 of Favor and Against, averaged over targets"

PROTOCOLS: Mapping[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name="ans",
            corpora=("ans",),
            setting="Trained on ANS train, scored on ANS dev; three classes.",
            resampled="first headlines",
            labels=("agree", "disagree", "other"),
            read=rows.ans_rows,
            prepare=_as_read,
            divide=folds.by_part,
            metrics=(metrics.macro_f1(), metrics.accuracy(), metrics.f1_of(2, "other")),
            pairs=True,
            anchors=(
                Anchor(
                    0.767,
                    "macro F1",
                    "BERT",
                    "J. Khouja. Stance Prediction and Claim Verification: An Arabic Perspective. FEVER 2020",
                    "on the test part (n = 379, 7 of them other), ours on dev",
                ),
            ),
        ),
        Protocol(
            name="unified_fc",
            corpora=("unified_fc",),
            setting="The corpus's own folds 1 to 4, each scored after training on the other three; four classes.",
            resampled="claims",
            labels=("unrelated", "agree", "discuss", "disagree"),
            read=rows.unified_fc_rows,
            prepare=_as_read,
            divide=folds.leave_one_out,
            metrics=(metrics.macro_f1(), metrics.accuracy(), metrics.f1_of(1, "agree"), metrics.f1_of(3, "disagree")),
            pairs=True,
            long_texts=True,
            anchors=(
                Anchor(
                    0.78,
                    "macro F1",
                    "best BERT, 85 % accuracy",
                    "T. Alhindi et al. AraStance: A Multi-Country and Multi-Domain Dataset of Arabic Stance Detection for"
                    " Fact Checking. NLP4IF 2021",
                    "on AraStance, another corpus of the same four classes; no score on these folds has been verified",
                ),
            ),
        ),
        Protocol(
            name="mawqif",
            corpora=("mawqif",),
            setting="Five seeded folds of the train file, stratified by target and label; all targets are seen.",
            resampled="tweets",
            labels=("Favor", "Against", "None"),
            read=rows.mawqif_rows,
            prepare=_cross_validated,
            divide=folds.leave_one_out,
            metrics=(
                metrics.mean_f1_by_slice((0, 1), "mean F1 of Favor and Against by target"),
                metrics.mean_f1_of((0, 1), "mean F1 of Favor and Against pooled"),
                metrics.macro_f1(),
            ),
            pairs=True,
            anchors=(
                Anchor(
                    0.7889,
                    _MAWQIF_TARGETS,
                    "best of the dataset's paper",
                    "N. Alturayeif, H. Luqman, M. Ahmed. Mawqif: A Multi-label Arabic Dataset for Target-specific Stance"
                    " Detection. WANLP 2022",
                    "on the blind test file, ours in cross-validation of the train file",
                ),
                Anchor(
                    0.8438,
                    _MAWQIF_TARGETS,
                    "winner of StanceEval-2024",
                    "N. Alturayeif et al. StanceEval 2024: The First Arabic Stance Detection Shared Task. ArabicNLP 2024",
                    "on the blind test file, ours in cross-validation of the train file",
                ),
            ),
        ),
        Protocol(
            name="exaasc",
            corpora=("exaasc",),
            setting="Five seeded folds of the published file; replies to one tweet stay together.",
            resampled="answered tweets, of which there are 22: the interval is coarse",
            labels=("comment", "deny", "support"),
            read=rows.exaasc_rows,
            prepare=_cross_validated,
            divide=folds.leave_one_out,
            metrics=(metrics.macro_f1(), metrics.accuracy()),
            pairs=True,
            anchors=(
                Anchor(
                    0.7069,
                    "macro F1",
                    "BERT",
                    "M. M. Jaziriyan, A. Akbari, H. Karbasi. ExaASC: A General Target-Based Stance Detection Corpus in"
                    " Arabic Language. ICCKE 2021",
                    "on the whole corpus of about 9,500 replies, of which 2,743 are public; another split",
                ),
            ),
        ),
        Protocol(
            name="ant",
            corpora=("ant",),
            setting="All nine desks, our seeded 8 : 1 : 1 split with exact and near duplicates on one side. Five classes:"
            " home (local news, society, politics, diverse), international, sport, economy, culture with technology.",
            resampled="clusters of near duplicates",
            labels=_ANT,
            read=rows.ant_rows,
            prepare=_own_split,
            divide=folds.by_part,
            metrics=(
                metrics.macro_f1(),
                metrics.merged_macro_f1(tuple(_ANT_FIVE[desk] for desk in _ANT), "macro F1 of five classes"),
                metrics.accuracy(),
                metrics.recall_of(_INTERNATIONAL, "international"),
                metrics.f1_of(_INTERNATIONAL, "international"),
            ),
            anchors=(
                Anchor(
                    0.8817,
                    "F1",
                    "AraBERT",
                    f"M. Abdul-Mageed, A. Elmadany, E. M. B. Nagoudi. ARBERT & MARBERT. ACL 2021; {_MARBERT}",
                    "on five desks of the text that we do not know to be these five classes; another split, duplicates not held together",
                ),
            ),
        ),
        Protocol(
            name="saudinewsnet_to_ant",
            corpora=("saudinewsnet", "ant"),
            setting="Trained on the desks of three Saudi papers, scored on all of ANT: is it the foreign page?",
            resampled="clusters of near duplicates",
            labels=("other", "international"),
            read=rows.foreign_rows,
            prepare=_by_duplicates,
            divide=folds.by_part,
            metrics=(
                metrics.f1_of(1, "international"),
                metrics.precision_of(1, "international"),
                metrics.recall_of(1, "international"),
            ),
            anchors=(),
        ),
        Protocol(
            name="sanad",
            corpora=("sanad",),
            setting="Seven desks of Al-Khaleej, a seeded sample of each, our 8 : 1 : 1 split by near duplicates.",
            resampled="clusters of near duplicates",
            labels=("Culture", "Finance", "Medical", "Politics", "Religion", "Sports", "Tech"),
            read=rows.sanad_rows,
            prepare=_sampled_split,
            divide=folds.by_part,
            metrics=(metrics.macro_f1(), metrics.accuracy()),
            anchors=(
                Anchor(
                    0.9453,
                    "F1",
                    "ARBERT",
                    f"M. Abdul-Mageed, A. Elmadany, E. M. B. Nagoudi. ARBERT & MARBERT. ACL 2021; {_MARBERT}",
                    "on Khaleej(4), an older corpus of the same paper with four desks; SANAD itself is near its ceiling",
                ),
            ),
        ),
    )
}
