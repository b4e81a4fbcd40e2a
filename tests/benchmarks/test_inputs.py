"""Synthetic corpora, and the articles that throughput is measured on."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from benchmarks.inputs import Setting, require, section_rows, synthetic_articles
from tests.conftest import ROOT
from training.corpus.dedupe import near_duplicates
from training.errors import InputError
from training.schema import parse_article

ARTICLES = ROOT / "data" / "articles"
N = 60


def test_synthetic_articles_are_valid_distinct_and_the_same_for_a_seed() -> None:
    records = list(synthetic_articles(ARTICLES, N))
    articles = [parse_article(record, "synthetic") for record in records]
    assert len({article.id for article in articles}) == N
    assert sum(len(article.quotes) for article in articles) > 2 * N
    assert records == list(synthetic_articles(ARTICLES, N))
    assert records[:10] == list(islice(synthetic_articles(ARTICLES, 1000), 10))
    assert records != list(synthetic_articles(ARTICLES, N, seed=14))


def test_some_synthetic_articles_are_near_duplicates_of_the_one_before_and_few_of_another() -> None:
    texts = [record["text"] for record in synthetic_articles(ARTICLES, 300)]
    pairs = near_duplicates(texts, 5, 0.5)
    assert 3 <= len(pairs) <= 30
    assert sum(second - first == 1 for first, second in pairs) >= 0.7 * len(pairs)


def test_without_ant_the_authored_articles_are_scored_and_said_to_be(
    tiny_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_project)
    monkeypatch.delenv("MAWAQIF_MIRROR", raising=False)
    rows = section_rows(Setting(n_articles=7))
    assert rows.origin == "authored dev and train articles, for ANT is not at hand"
    assert len(rows.examples) == 7


def test_ant_is_taken_from_the_mirror(tmp_path: Path, in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ant(tmp_path / "mirror", 30)
    monkeypatch.setenv("MAWAQIF_MIRROR", str(tmp_path / "mirror"))
    rows = section_rows(Setting(n_articles=12))
    assert rows.origin == "ANT"
    assert len(rows.examples) == 12
    assert {example.source for example in rows.examples} == {"ant"}


def write_ant(folder: Path, n: int) -> None:
    """Invented sport items in the mirror's form."""
    import json
    import lzma

    row = {"section": "sport", "title": "مباراة ودية", "time": "", "url": "u", "abstract": ""}
    lines = [json.dumps({**row, "id": f"{k}", "text": f"لعب الفريق المباراة رقم {k}"}) for k in range(n)]
    (folder / "section").mkdir(parents=True)
    (folder / "section" / "ant.jsonl.xz").write_bytes(lzma.compress("\n".join(lines).encode()))


def test_what_is_not_there_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none: not there; expected the output of `dvc repro export`; run it first"):
        require(tmp_path / "none", "dvc repro export")
