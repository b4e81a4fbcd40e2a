"""Invented miniature corpora, in the mirror's format, large enough for folds and duplicates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.sources.conftest import write_packed
from training.params import Params, parse_params

DESKS = {
    "localNews": "البلدية تصلح الطريق",
    "sport": "الفريق يفوز في المباراة",
    "internationalNews": "الأمم المتحدة تجتمع في نيويورك",
    "society": "المدرسة تنظم حفلا",
    "politic": "الحزب يعلن قائمته",
    "diverse": "قطة تعود إلى بيتها",
    "economy": "المصرف يخفض الفائدة",
    "culture": "الشاعر يقرأ ديوانه",
    "technology": "الهاتف يتعلم لغة",
}
SAUDI_DESKS = {"sport": "sport", "international": "internationalNews", "economy": "economy", "opinion": "diverse"}
SANAD_DESKS = {
    "Culture": "culture",
    "Finance": "economy",
    "Medical": "technology",
    "Politics": "politic",
    "Religion": "society",
    "Sports": "sport",
    "Tech": "technology",
}
# «in the morning», «in the evening», … so that texts of one desk are not near duplicates
TIMES = ("صباحا", "مساء", "أمس", "اليوم", "غدا", "ظهرا", "ليلا", "الآن", "قريبا", "لاحقا", "فجرا", "عصرا")


def text_of(desk: str, number: int) -> str:
    words = [f"{TIMES[(number + step) % len(TIMES)]} كلمة{number}و{step}" for step in range(4)]
    return f"{DESKS[desk]} {' '.join(words)}"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A mirror folder with every corpus a protocol needs."""
    root = tmp_path / "mirror"
    articles = [
        {"id": f"{desk}-{number}", "section": desk, "title": f"خبر {number}", "text": text_of(desk, number)}
        for desk in DESKS
        for number in range(12)
    ]
    twin = {**articles[0], "id": "twin", "section": "society"}
    write_packed(root / "section/ant.jsonl.xz", [*articles, twin])
    pages = [
        {"section": desk, "url": f"http://p.example/{desk}/{n}", "title": "", "text": text_of(like, 20 + n)}
        for desk, like in SAUDI_DESKS.items()
        for n in range(6)
    ]
    write_packed(root / "section/saudinewsnet_sections.jsonl.xz", pages)
    write_packed(root / "raw/saudinewsnet.jsonl.xz", [])
    sanad = [
        {"id": f"Khaleej/{desk}/{n}.txt", "section": desk, "text": text_of(like, n + 40 * index)}
        for index, (desk, like) in enumerate(SANAD_DESKS.items())
        for n in range(12)
    ]
    write_packed(root / "section/sanad_alkhaleej.jsonl.xz", sanad)
    _write_stance(root)
    return root


def _write_stance(root: Path) -> None:
    words = {
        "agree": "نعم صحيح",
        "disagree": "لا غير صحيح",
        "other": "موضوع آخر",
        "discuss": "ربما",
        "unrelated": "طقس",
    }
    for part, size in (("train", 30), ("dev", 9)):
        pairs = [
            {"s1": f"عنوان {part} {n}", "s2": f"{words[stance]} {TIMES[n % 12]} {n}", "stance": stance}
            for n in range(size)
            for stance in [("agree", "disagree", "other")[n % 3]]
        ]
        write_packed(root / f"stance/ans_{part}.jsonl.xz", pairs)
    articles = [
        {
            "claim_id": f"R-{fold}{claim}",
            "fold": f"Fold_{fold}",
            "claim": f"افتتاح الجسر رقم {fold}{claim}",
            "stance": stance,
            "rationale_lines": "[برهان]",
            "url": f"http://n.example/{fold}/{claim}/{stance}",
            "article": f"{words[stance]} {TIMES[claim]} " * 3,
        }
        for fold in (1, 2)
        for claim in range(6)
        for stance in ("agree", "disagree", "discuss", "unrelated")
    ]
    write_packed(root / "stance/unified_fc.jsonl.xz", articles)
    tweets = [
        {"ID": str(n), "text": f"{word} {TIMES[n % 12]} {n}", "target": target, "stance": stance}
        for n, (target, (stance, word)) in enumerate(
            (target, pair)
            for _ in range(6)
            for target in ("Covid Vaccine", "Digital Transformation", "Women empowerment")
            for pair in (("Favor", "ممتاز"), ("Against", "سيئ"), ("None", "ما رأيكم"))
        )
    ]
    write_packed(root / "stance/mawqif_train.jsonl.xz", tweets)
    replies = [
        {
            "id": f"{main}-{n}",
            "main": f"خبر عن الوزير {main}",
            "reply": f"{word} {n}",
            "target": "الوزير",
            "majority": label,
        }
        for main in range(8)
        for n, (label, word) in enumerate([("support", "أحسنت"), ("deny", "كذب"), ("comment", "متى")])
    ]
    write_packed(root / "stance/exaasc_test.jsonl.xz", replies)


@pytest.fixture
def raw_params() -> dict[str, Any]:
    """params.yaml with an encoder that trains in seconds."""
    params: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["evaluate"]["resamples"] = 60
    params["public"]["folds"] = 2
    params["public"]["sanad_per_label"] = 10
    encoder = params["public"]["encoder"]
    encoder |= {"frozen_layers": 0, "selection_folds": 3, "batch_size": 8, "passage_words": 4}
    encoder["protocols"] = {
        name: {"max_tokens": 24, "max_epochs": 1, "max_train_rows": 24} for name in encoder["protocols"]
    }
    return params


@pytest.fixture
def params(raw_params: dict[str, Any]) -> Params:
    return parse_params(raw_params)


@pytest.fixture
def project(tmp_path: Path, raw_params: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with small params and a tracking store of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "params.yaml").write_text(yaml.safe_dump(raw_params), encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("MAWAQIF_MIRROR", raising=False)
    return folder
