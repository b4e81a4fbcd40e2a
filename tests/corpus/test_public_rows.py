"""Public corpora that train beside the authored one: read, held out in part, never a scored text, stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.sources.conftest import write_packed
from training.corpus.public_rows import public_statistics, read_public
from training.corpus.public_storage import PublicArticle, PublicRows, PublicStance, load_public, save_public
from training.errors import CorpusError, InputError
from training.models.tasks import SECTION, STANCE, UNKNOWN, section_loss, section_scores
from training.params import CorpusParams, SplitParams
from training.schema import SECTIONS, Article, Section, Stance

SPLIT = SplitParams(dev_fraction=0.2, test_fraction=0.2, shingle_words=3, jaccard=0.5, candidates=5, seed=1)
DESKS = ("sport", "economy", "internationalNews", "diverse")


def corpus_params(*sources: str, rows: int = 100) -> CorpusParams:
    return CorpusParams(max_rejected_rate=0.1, sources=["authored", *sources], rows_per_source=rows, seed=3)


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, article: Article) -> Path:
    """ANT with one text that is also scored, ANS with a dev part, ExaASC without one."""
    root = tmp_path / "mirror"
    ant = [
        {"id": f"a{n}", "section": DESKS[n % 4], "title": "عنوان", "text": f"نص رقم {n} عن أمر {n * 7} وحدث {n * 11}"}
        for n in range(40)
    ]
    ant.append({"id": "scored", "section": "sport", "title": "عنوان", "text": article.text})
    write_packed(root / "section/ant.jsonl.xz", ant)
    for part, size in (("train", 30), ("dev", 9)):
        pairs = [
            {"s1": f"خبر {part} {n}", "s2": f"رد {part} {n}", "stance": ("agree", "disagree", "other")[n % 3]}
            for n in range(size)
        ]
        write_packed(root / f"stance/ans_{part}.jsonl.xz", pairs)
    replies = [
        {"id": f"{m}-{n}", "main": f"خبر {m}", "reply": f"رد {m} {n}", "target": f"الوزير {m}", "majority": label}
        for m in range(20)
        for n, label in enumerate(("support", "deny", "comment"))
    ]
    write_packed(root / "stance/exaasc_test.jsonl.xz", replies)
    monkeypatch.setenv("MAWAQIF_MIRROR", str(root))
    return root


def test_authored_alone_reads_nothing(monkeypatch: pytest.MonkeyPatch, article: Article) -> None:
    monkeypatch.setenv("MAWAQIF_MIRROR", "")
    assert read_public(corpus_params(), SPLIT, [article]) == PublicRows([], [])


@pytest.mark.usefixtures("mirror")
def test_a_scored_text_never_trains(article: Article) -> None:
    with_it = read_public(corpus_params("ant"), SPLIT, [])
    without = read_public(corpus_params("ant"), SPLIT, [article])
    assert {row.document for row in with_it.section} - {row.document for row in without.section} == {"scored"}


@pytest.mark.usefixtures("mirror")
def test_desks_give_known_sections_and_leave_the_others_unknown() -> None:
    rows = read_public(corpus_params("ant"), SPLIT, [])
    assert "diverse" not in {row.document for row in rows.section}
    examples = {row.article_id: row.label for row in SECTION.public_examples(rows, "train")}
    sport = next(row for row in rows.section if row.part == "train" and Section.SPORTS in row.present)
    label = dict(zip(SECTIONS, examples[sport.document], strict=True))
    assert (label["sports"], label["culture"], label["international"]) == (1.0, 0.0, UNKNOWN)
    assert not STANCE.public_examples(rows, "train")


@pytest.mark.usefixtures("mirror")
def test_a_corpus_keeps_its_own_dev_part_and_others_hold_out_whole_groups() -> None:
    rows = read_public(corpus_params("ans", "exaasc"), SPLIT, [])
    assert public_statistics(rows) == {
        "section": {},
        "stance": {"ans/train": 30, "ans/dev": 9, "exaasc/train": 54, "exaasc/dev": 6},
    }
    replies = [row for row in rows.stance if row.source == "exaasc"]
    answered = {part: {row.document.split("-")[0] for row in replies if row.part == part} for part in ("train", "dev")}
    assert not answered["train"] & answered["dev"]


@pytest.mark.usefixtures("mirror")
def test_no_more_rows_than_asked_and_the_same_ones_each_time() -> None:
    params = corpus_params("exaasc", rows=20)
    rows = read_public(params, SPLIT, [])
    assert public_statistics(rows)["stance"] == {"exaasc/train": 20, "exaasc/dev": 2}
    assert read_public(params, SPLIT, []) == rows


@pytest.mark.usefixtures("mirror")
def test_an_absent_or_unknown_corpus_is_named() -> None:
    with pytest.raises(
        InputError, match=r"corpus.sources: sanad, mawqif not found in .*run `mawaqif fetch sanad mawqif`"
    ):
        read_public(corpus_params("sanad", "mawqif"), SPLIT, [])
    with pytest.raises(InputError, match=r"corpus.sources: 'exasc', did you mean 'exaasc'\?; expected authored and"):
        read_public(corpus_params("exasc"), SPLIT, [])


def test_rows_survive_the_disk(tmp_path: Path) -> None:
    rows = PublicRows(
        [PublicArticle("ant", "1", "dev", "عنوان", "نص", (Section.SPORTS,), (Section.CULTURE, Section.SCIENCE))],
        [PublicStance("ans", "2", "train", "هدف", "نص", Stance.OPPOSE)],
    )
    for each in (rows, PublicRows([], []), PublicRows(rows.section, [])):
        save_public(each, tmp_path / "public")
        assert load_public(tmp_path / "public") == each
    with pytest.raises(CorpusError, match=r"expected the output of `dvc repro corpus`"):
        load_public(tmp_path / "none")


def test_unknown_sections_count_neither_in_the_loss_nor_in_the_score() -> None:
    logits = torch.tensor([[3.0, 3.0]])
    known = section_loss([])(logits[:, :1], torch.tensor([[1.0]]))
    assert section_loss([])(logits, torch.tensor([[1.0, UNKNOWN]])) == pytest.approx(float(known))
    scores = section_scores(np.array([[3.0, 3.0]], dtype=np.float32), np.array([[1.0, UNKNOWN]]))
    assert scores == {"macro_f1": 1.0, "micro_f1": 1.0}
