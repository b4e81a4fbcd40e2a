"""Invented miniature corpora in both formats: compressed JSON Lines as a mirror has them, and the original files."""

from __future__ import annotations

import csv
import io
import json
import lzma
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

Record = Mapping[str, Any]

# «The municipality opens a market …», «The team wins the cup …»
ANT = [
    {
        "id": "JA-sport-1-20170120",
        "section": "sport",
        "title": "الفريق يفوز بالكأس",
        "time": "2017-01-20T18:36:00+01:00",
        "url": "http://radio.example/ar/1",
        "abstract": "فاز الفريق.",
        "text": "فاز الفريق «الأخضر» بالكأس.\nوقال المدرب إن 3 < 4.",
    },
    {
        "id": "JA-localNews-2-20170121",
        "section": "localNews",
        "title": "البلدية تفتتح سوقا",
        "time": "2017-01-21T10:00:00+01:00",
        "url": "http://radio.example/ar/2",
        "abstract": "",
        "text": "افتتحت البلدية سوقا جديدا.",
    },
    {
        "id": "JA-diverse-3-20170122",
        "section": "diverse",
        "title": "قطة تعود إلى بيتها",
        "time": "2017-01-22T10:00:00+01:00",
        "url": "http://radio.example/ar/3",
        "abstract": "",
        "text": "عادت قطة إلى بيتها بعد شهر.",
    },
]
SAUDI = [
    {
        "source": "aljazirah",
        "url": "http://paper.example/2015/20150721/sp16.htm",
        "date_extracted": "2015-07-21 12:31:13",
        "title": "ودية الفريق ",
        "author": "",
        "content": "خاض الفريق مباراة ودية.\n",
    },
    {
        "source": "alwatan",
        "url": "http://other.example/Articles/Detail.aspx?ArticleID=7",
        "date_extracted": "2015-07-21 12:31:14",
        "title": "رأي",
        "author": "كاتب",
        "content": "نحتاج إلى حدائق أكثر.",
    },
    {
        "source": "3alyoum",
        "url": "http://third.example/news/pol/a/زيارة",
        "date_extracted": "2015-07-21 12:31:15",
        "title": "زيارة",
        "author": "",
        "content": " وصل الوزير إلى العاصمة.",
    },
    {
        "source": "sabq",
        "url": "http://fourth.example/AbCd",
        "date_extracted": "2015-07-21 12:31:16",
        "title": "",
        "author": "",
        "content": "هطلت أمطار على المدينة.",
    },
]
SAUDI_SECTIONS = [
    {"section": "sport", "source": "aljazirah", "url_section": "sp", "date": "2015-07-21"},
    {"section": "opinion", "source": "alwatan", "url_section": "Articles", "date": "2015-07-21"},
    {"section": "politics", "source": "3alyoum", "url_section": "news/pol", "date": "2015-07-21"},
]
SANAD = [
    {"id": "Khaleej/Finance/0001.txt", "section": "Finance", "text": "ارتفع المؤشر أمس بنسبة طفيفة."},
    {"id": "Khaleej/Religion/0002.txt", "section": "Religion", "text": "الصدق خلق كريم."},
]
CLAIM = "افتتحت المدينة جسرا جديدا"
UNIFIED_FC = [
    {
        "claim_id": "R-1",
        "fold": "Fold_2",
        "fact": "true",
        "claim": CLAIM,
        "stance": stance,
        "rationale_lines": "[0]",
        "url": f"http://news.example/{number}",
        "article": article,
    }
    for number, (stance, article) in enumerate(
        [
            ("agree", "افتتح الجسر صباح اليوم ."),
            ("disagree", "لم يفتتح الجسر بعد ."),
            ("discuss", "يتساءل السكان عن الجسر ."),
            ("unrelated", "طقس مشمس غدا ."),
        ]
    )
]
ANS = {
    "train": [
        {"s1": "ارتفاع أسعار القمح", "s2": "القمح يرتفع سعره", "stance": "agree"},
        {"s1": "ارتفاع أسعار القمح", "s2": 'انخفاض أسعار القمح، بحسب "الهيئة"', "stance": "disagree"},
    ],
    "dev": [{"s1": "وصول القطار الأول", "s2": "مهرجان الزهور", "stance": "other"}],
}
MAWQIF = [
    {"ID": "1", "text": " والله اللقاح زين😅", "target": "Covid Vaccine", "stance": "Favor"},
    {"ID": "2", "text": "ما أبي تطبيق جديد", "target": "Digital Transformation", "stance": "Against"},
    {"ID": "3", "text": "وش رايكم؟", "target": "Women empowerment", "stance": "None"},
]
EXAASC = [
    {
        "id": "9",
        "main": '"عاجل.. <span class="stance-tagging">وزير النقل</span> يفتتح الخط."',
        "reply": "@news شكرا &lt;3",
        "target": "#وزير_النقل",
        "majority": "support",
    },
    {
        "id": "10",
        "main": '"<span class="stance-tagging">وزير النقل:</span> الخط جاهز."',
        "reply": "@news كلام",
        "target": "وزير النقل:",
        "majority": "deny",
    },
]
WIKIPEDIA = [{"id": "17", "title": "نهر", "text": "نهر\n\nالنهر مجرى ماء عذب."}]


def write_packed(path: Path, records: Iterable[Record]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wb") as handle:
        for record in records:
            handle.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def write_zip(path: Path, contents: Mapping[str, str | bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


def as_csv(records: list[dict[str, str]], mark: str = "") -> str:
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, list(records[0]))
    table.writeheader()
    table.writerows(records)
    return mark + out.getvalue()


def as_ant(record: Record) -> str:
    return (
        f"<DOC>\n<DOCNO>{record['id']}</DOCNO>\n<URL>{record['url']}</URL> \n<SRC>Radio</SRC>\n"
        f"<CAT>{record['section']}</CAT>\n<TITLE>{record['title']}</TITLE>\n<TIME>{record['time']}</TIME>\n"
        f"<AUTHOR></AUTHOR>\n<ABSTRACT>\n{record['abstract']}\n</ABSTRACT>\n<TEXT>\n{record['text']}\n</TEXT>\n</DOC>\n"
    )


def as_claim(rows: list[dict[str, str]]) -> str:
    return json.dumps(
        {"id": rows[0]["claim_id"], "claim": rows[0]["claim"], "fact": rows[0]["fact"]}
        | {name: [row[name] for row in rows] for name in ("article", "url", "stance")}
        | {"rationale": [row["rationale_lines"] for row in rows]}
    )


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A mirror folder."""
    root = tmp_path / "mirror"
    sections = [
        label | {"url": row["url"], "title": row["title"].strip(), "text": row["content"].strip()}
        for label, row in zip(SAUDI_SECTIONS, SAUDI, strict=False)
    ]
    write_packed(root / "section/ant.jsonl.xz", ANT)
    write_packed(root / "raw/saudinewsnet.jsonl.xz", SAUDI)
    write_packed(root / "section/saudinewsnet_sections.jsonl.xz", sections)
    write_packed(root / "section/sanad_alkhaleej.jsonl.xz", SANAD)
    write_packed(root / "stance/unified_fc.jsonl.xz", UNIFIED_FC)
    write_packed(root / "stance/ans_train.jsonl.xz", ANS["train"])
    write_packed(root / "stance/ans_dev.jsonl.xz", ANS["dev"])
    write_packed(root / "stance/mawqif_train.jsonl.xz", MAWQIF)
    write_packed(root / "stance/exaasc_test.jsonl.xz", EXAASC)
    write_packed(root / "raw/wikipedia_ar_2017.jsonl.xz", WIKIPEDIA)
    return root


@pytest.fixture
def original(tmp_path: Path) -> Path:
    """The same texts as their origins serve them: some as an archive of a repository, some loose."""
    root = tmp_path / "original"
    write_zip(
        root / "ant/antcorpus.data.zip",
        {"antcorpus.data-06f6a10e/README.md": "# ANT", "antcorpus.data-06f6a10e/.gitignore": ""}
        | {f"antcorpus.data-06f6a10e/{row['section']}/{row['id']}.txt": as_ant(row) for row in ANT},
    )
    write_zip(root / "saudinewsnet/2015-07-21.zip", {"2015-07-21.json": json.dumps(SAUDI, ensure_ascii=False)})
    for row in SANAD:
        write_text(root / "sanad" / row["section"] / Path(row["id"]).name, row["text"])
    write_text(root / "unified_fc/R-1.json", as_claim(UNIFIED_FC))
    write_text(root / "unified_fc/train_test_splits.txt", "Fold_1: R-7 V-8\nFold_2: V-3 R-1\n")
    for part, rows in ANS.items():
        write_text(root / "ans" / f"{part}.csv", as_csv(rows))
    write_text(root / "mawqif/Mawqif_AllTargets_Train.csv", as_csv(MAWQIF, mark="\N{ZERO WIDTH NO-BREAK SPACE}"))
    write_text(root / "exaasc/test_final.csv", as_csv(EXAASC))
    write_zip(
        root / "wikipedia/w.zip", {"w-6e/ar-arz/ar/17.txt": WIKIPEDIA[0]["text"], "w-6e/ar-arz/arz/17.txt": "نيل"}
    )
    return root
