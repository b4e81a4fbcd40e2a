"""Fixtures shared by the tests: invented articles, small and real enough to run the code on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from training.corpus.markup import parse_draft, split_drafts
from training.schema import Article

ROOT = Path(__file__).parents[1]

# Invented. «The teachers' union in Sfax suspends its strike …»
DRAFT = """id: demo-1
title: نقابة المعلمين تعلّق إضرابها والوزارة تتمسك بخطة الدمج
date: 2023-01-18
outlet: صحيفة الضفة
sections: society, politics
target: دمج المدارس الريفية
target: زيادة منح النقل
---
أرجأت نقابة المعلمين إضرابا كان مقررا الخميس، بعد ليلة من المفاوضات حول مصير سبع عشرة مدرسة.

{c1|وقالت} {s1|الكاتبة العامة للنقابة رحمة بن صالح} لـ«الضفة» إن {q1|غلق المدارس الصغيرة يحكم على الأطفال بالانقطاع}، {c2|محذرة من} {q2|موسم لن يكتمل}.

في المقابل، قال {s3|المندوب الجهوي فتحي الجريبي}: «{q3|الدمج يحسن ظروف التلاميذ}»، {c3|بحسب تعبيره}، «{q3|ولن نتراجع عنه}».
---
1; indirect; explicit; person; رحمة بن صالح; oppose, neutral
2; indirect; inherited; person; رحمة بن صالح; oppose, -
3; direct; explicit; person; فتحي الجريبي; support, neutral
"""


@pytest.fixture(scope="session")
def article() -> Article:
    """One annotated article: an inherited speaker, an interrupted quote, two targets."""
    (draft,) = split_drafts(DRAFT, "demo.txt")
    return parse_draft(draft)


@pytest.fixture
def record(article: Article) -> dict[str, Any]:
    """The same article as a decoded JSON record, free to be broken."""
    return article.model_dump(mode="json")


@pytest.fixture(scope="session")
def corpus_articles() -> list[Article]:
    """The authored corpus of the repository."""
    from training.corpus.read import read_articles

    return read_articles(ROOT / "data" / "articles").articles


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with the repository's params.yaml."""
    shutil.copyfile(ROOT / "params.yaml", tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer encoder with the bundled tokenizer."""
    from tests.tiny import make_encoder

    return make_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """A small project on which `dvc repro` has run once: models, reports and a filled registry. Leave it as it is."""
    from tests.tiny import make_project, repro

    project = make_project(tmp_path_factory.mktemp("project") / "tiny", tiny_encoder)
    repro(project)
    return project


@pytest.fixture
def at_tiny_project(tiny_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is the small project, and its store the tracking store."""
    monkeypatch.chdir(tiny_project)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tiny_project
