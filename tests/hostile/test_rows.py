"""Hostile rows: what each becomes on the analyzer, the command and the registered models."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from typer.testing import CliRunner

from tests.hostile.properties import ARTICLE, INJECTED, Subject, inject, seen
from training.cli import app
from training.invisible import strip_invisible
from training.jsonl import read_records

ROW = {"id": "a", "title": ARTICLE.title, "text": ARTICLE.text}
NO_ARABIC = "no_arabic: the text has no Arabic letter; scores mean little"
DEEP: Any = "x"
for _ in range(990):
    DEEP = [DEEP]


@pytest.fixture(scope="module")
def subject(tiny_project: Path) -> Subject:
    return Subject(tiny_project / "models" / "analyzer")


def analyse(subject: Subject, row: dict[str, Any]) -> dict[str, Any]:
    """The row's result, between two good rows that it must not disturb."""
    first, result, last = subject.analyzer.analyze([ROW, row, ROW])
    assert first == last
    assert first["quotes"]
    return result


ERRORS = {
    "empty": ("", "empty_text: 'text' is empty; expected at least one word"),
    "white space": (" \t\r\n\N{NO-BREAK SPACE}\u3000", "empty_text: 'text' is empty; expected at least one word"),
    "NUL": ("\x00", "empty_text: 'text' is empty; expected at least one word"),
    "invisible only": (INJECTED, "empty_text: 'text' is empty; expected at least one word"),
    "missing": (None, "empty_text: 'text' is missing or null; expected a string"),
    "NaN": (float("nan"), "empty_text: 'text' is missing or null; expected a string"),
    "numpy's NaN": (np.float32("nan"), "empty_text: 'text' is missing or null; expected a string"),
    "pandas' NaT": (pd.NaT, "empty_text: 'text' is missing or null; expected a string"),
    "number": (7, "not_text: 'text' is a int; expected a string"),
    "bytes": (b"abc", "not_text: 'text' is a bytes; expected a string"),
    "nested 990 deep": (DEEP, "not_text: 'text' is a list; expected a string"),
    "lone surrogate": ("نص \ud800", "invalid_unicode: 'text' has a lone surrogate at 3; expected valid Unicode"),
    "10 MB": (
        "نص " * 3_500_000,
        "too_long: text has 10500000 characters; expected at most 2000000; split it",
    ),
}


@pytest.mark.parametrize(("text", "message"), ERRORS.values(), ids=ERRORS)
def test_a_text_that_cannot_be_read_is_that_row_s_error(subject: Subject, text: Any, message: str) -> None:
    assert analyse(subject, {"id": "b", "text": text}) == {
        "id": "b",
        "error": dict(zip(("code", "message"), message.split(": ", 1), strict=True)),
    }


WITHOUT_ARABIC = {
    "digits": "١٢٣ 456",
    "diacritics": "\N{ARABIC FATHA}\N{ARABIC SHADDA}\N{ARABIC LETTER SUPERSCRIPT ALEF}",
    "tatweel": "\N{ARABIC TATWEEL}",
    "Latin": "Reuters reported that the minister said: “we will not”.",
    "one letter": "x",
    "one sign": "«",
    "unassigned code point": "\U000e0fff",
    "emoji": "👩‍👩‍👧 🇯🇴",
}


@pytest.mark.parametrize("text", WITHOUT_ARABIC.values(), ids=WITHOUT_ARABIC)
def test_a_text_without_arabic_is_scored_and_said_to_be(subject: Subject, text: str) -> None:
    result = analyse(subject, {"text": text})
    assert result["warnings"] == [NO_ARABIC]
    assert any(section["assigned"] for section in result["sections"])


SCORED = {
    "one Arabic letter": "ق",
    "Persian": "وزیر بهداشت گفت: «کنترل می‌کنیم».",  # "the minister of health said: we control it"
    "Urdu": "وزیر صحت نے کہا کہ حالات قابو میں ہیں۔",  # "the minister of health said things are under control"
    "NUL inside": "قال\x00 وزير الصحة: «لن نتراجع».",
    "control characters": "قال\x07 وزير\x1b[31m الصحة: «لن نتراجع».",
    "mixed line ends": "قال وزير الصحة:\r«لن\r\nنتراجع»\u2028.\u2029",
    "400 quotation marks": "«" * 400 + "قال" + "»" * 399,
    "1000 combining marks on a letter": "ق" + "\N{ARABIC FATHA}" * 1000,
    "one word of 20,000 letters": "قال" * 7000,
    "special tokens": "<s> </s> <mask> <pad> <unk> [CLS] قال",
}


@pytest.mark.parametrize("text", SCORED.values(), ids=SCORED)
def test_an_odd_text_is_scored(subject: Subject, text: str) -> None:
    result = analyse(subject, {"text": text})
    assert NO_ARABIC not in result["warnings"]
    for quote in result["quotes"]:
        assert all(text[span["start"] : span["end"]] == span["text"] for span in quote["content"])


def test_a_text_of_200_000_letters_is_scored_and_its_loss_said(subject: Subject) -> None:
    result = analyse(subject, {"text": ARTICLE.text * 400})
    assert len(result["quotes"]) > 400
    assert re.fullmatch(r"long_text: the section model read 0% of the tokens", result["warnings"][0])


@pytest.mark.parametrize("character", INJECTED, ids=[f"U+{ord(character):04X}" for character in INJECTED])
def test_an_invisible_character_changes_no_prediction(subject: Subject, character: str) -> None:
    places = [(place, character) for place in range(0, 3 * len(ARTICLE.text), 3)]
    poisoned = {name: inject(ROW[name], places) for name in ("title", "text")}
    assert strip_invisible(poisoned["text"]) == ARTICLE.text
    clean, result = analyse(subject, ROW), analyse(subject, {**ROW, **poisoned})
    assert seen(result) == seen(clean)
    for quote in result["quotes"]:
        assert all(poisoned["text"][span["start"] : span["end"]] == span["text"] for span in quote["content"])


def test_an_override_that_is_never_closed_changes_no_prediction(subject: Subject) -> None:
    poisoned = "\N{RIGHT-TO-LEFT OVERRIDE}" + ARTICLE.text + "\N{LEFT-TO-RIGHT OVERRIDE}"
    assert seen(analyse(subject, {**ROW, "text": poisoned})) == seen(analyse(subject, ROW))


VERBATIM = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": '=HYPERLINK("http://x","y")',
    "command": "=cmd|' /C calc'!A0",
    "template": "{{ 7*7 }} {% for x in y %}",
    "path": "../../../../etc/passwd",
    "format": "%s%n{0.__class__}",
}


@pytest.mark.parametrize("hostile", VERBATIM.values(), ids=VERBATIM)
def test_markup_and_formulas_are_mere_text(subject: Subject, tmp_path: Path, hostile: str) -> None:
    from training.inference.batch import BatchOptions, run_batch

    row = {"id": hostile, "title": hostile, "target": hostile, "text": f"{hostile}\n{ARTICLE.text}"}
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(row), encoding="utf-8")
    run_batch(subject.analyzer, BatchOptions(str(source), tmp_path / "o.jsonl", html=tmp_path / "pages"))
    (result,) = read_records(tmp_path / "o.jsonl")
    assert result["id"] == hostile
    assert {quote["stances"][0]["target"] for quote in result["quotes"]} == {hostile}
    (page,) = (tmp_path / "pages").iterdir()
    assert re.fullmatch(r"000000[A-Za-z0-9-]*\.html", page.name)
    shown = page.read_text(encoding="utf-8")
    assert shown.count("<script") == 1  # the page's own, the only one its policy lets run
    assert "alert(1)" not in re.findall(r"<script>(.*?)</script>", shown, re.DOTALL)[0]
    assert "<img" not in shown
    assert "49" not in re.findall(r"<title>(.*?)</title>", shown, re.DOTALL)[0]


IDS = {
    "traversal": ("../../etc/passwd", "../../etc/passwd"),
    "absolute": ("/etc/passwd", "/etc/passwd"),
    "NUL": ("a\x00b", "a\x00b"),
    "Windows device": ("CON", "CON"),
    "very long": ("x" * 100_000, "x" * 100_000),
    "number": (7, "7"),
    "decimal": (Decimal("1.5"), "1.5"),
    "lone surrogate": ("\ud800", "?"),
    "NaN": (float("nan"), None),
    "list": (["a"], "['a']"),
    "nested 990 deep": (DEEP, None),
    "number of 5,000 digits": (10**5000, None),
}


@pytest.mark.parametrize(("identifier", "expected"), IDS.values(), ids=IDS)
def test_any_id_is_carried_as_text_or_dropped(subject: Subject, identifier: Any, expected: str | None) -> None:
    result = analyse(subject, {**ROW, "id": identifier})
    assert result["id"] == expected
    assert result["quotes"]


@pytest.mark.parametrize("title", [float("nan"), pd.NA, pd.NaT, None, "", " ", INJECTED])
def test_an_empty_title_or_target_falls_back_to_the_first_sentence(subject: Subject, title: Any) -> None:
    result = analyse(subject, {"text": ARTICLE.text, "title": title, "target": title})
    assert result["actors"][0]["target"].startswith("أرجأت نقابة المعلمين")


@pytest.mark.parametrize("name", ["title", "target"])
def test_a_title_or_target_of_another_type_is_the_row_s_error(subject: Subject, name: str) -> None:
    result = analyse(subject, {**ROW, name: {"a": 1}})
    assert result["error"] == {"code": "not_text", "message": f"'{name}' is a dict; expected a string"}


@pytest.fixture
def load(at_tiny_project: Path) -> Any:
    """A champion as MLflow loads it, by kind."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{at_tiny_project}/mlflow.db")
    return lambda kind: mlflow.pyfunc.load_model(f"models:/mawaqif-{kind}@champion")


class TestPyfunc:
    """The models as MLflow serves them."""

    def test_duplicate_ids_and_odd_rows_keep_their_places(self, load: Any) -> None:
        texts = [ARTICLE.text, "", None, ARTICLE.text, 7]
        frame = pd.DataFrame({"id": ["a", "a", "a", "a", "a"], "text": texts}, index=[5, 5, 6, 7, 7], dtype=object)
        answers = load("analyzer").predict(frame)
        assert list(answers.index) == [5, 5, 6, 7, 7]
        assert [error and error["code"] for error in answers["error"]] == [
            None,
            "empty_text",
            "empty_text",
            None,
            "not_text",
        ]
        assert answers["quotes"].iloc[0] == answers["quotes"].iloc[3]

    @pytest.mark.parametrize(
        ("kind", "columns"), [("analyzer", ["body"]), ("section", ["title"]), ("stance", ["quote"])]
    )
    def test_a_missing_column_is_named(self, load: Any, kind: str, columns: list[str]) -> None:
        with pytest.raises(MlflowException, match=r"missing inputs \['(text|target)'\]"):
            load(kind).predict(pd.DataFrame({name: ["نص"] for name in columns}))

    def test_a_lone_surrogate_never_reaches_the_model(self, load: Any) -> None:
        # pandas keeps strings as UTF-8 where it can, and MLflow makes it try; the analyzer itself gives a row error
        with pytest.raises(MlflowException, match="surrogates not allowed"):
            load("analyzer").predict(pd.DataFrame({"text": ["x\ud800"]}, dtype=object))

    def test_an_empty_frame_has_no_rows(self, load: Any) -> None:
        answers = load("analyzer").predict(pd.DataFrame({"text": pd.Series([], dtype=object)}))
        assert list(answers.columns) == ["id", "sections", "quotes", "actors", "warnings", "error"]
        assert len(answers) == 0


@pytest.fixture(scope="module")
def model(tiny_project: Path) -> str:
    """What `--model` is given."""
    return str(tiny_project / "models" / "analyzer")


LINES = {
    "not UTF-8": (b'{"text": "\xff\xfe"}', "bad_record", "not JSON"),
    "NUL bytes": (b"\x00" * 50, "bad_record", "not JSON"),
    "JSON bomb": (b'{"text":' + b"[" * 100_000, "bad_record", "not JSON"),
    "nested objects": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "bad_record", "not JSON"),
    "surrogate escape": (b'{"text": "\\ud800"}', "bad_record", "not JSON"),
    "NaN": (b'{"text": NaN}', "bad_record", "not JSON"),
    "string": (b'"text"', "bad_record", "a JSON str; expected an object with 'text'"),
    "10 MB of text": (b'{"text": "' + b"ab " * 3_500_000 + b'"}', "too_long", "10500000 characters"),
    "17 MB of nothing": (b"x" * 17_000_000, "bad_record", "more than 16000000 bytes; expected one article a line"),
}


class TestCommand:
    """`mawaqif analyze` on files that no one should send."""

    @pytest.mark.parametrize(("line", "code", "found"), LINES.values(), ids=LINES)
    def test_a_hostile_line_is_one_error_row(
        self, model: str, tmp_path: Path, line: bytes, code: str, found: str
    ) -> None:
        source, out, good = tmp_path / "in.jsonl", tmp_path / "o.jsonl", json.dumps(ROW).encode()
        source.write_bytes(b"\n".join([good, line, good]))
        done = CliRunner().invoke(app, ["analyze", str(source), "-o", str(out), "--model", model])
        assert done.exit_code == 3, done.output
        first, bad, last = read_records(out)
        assert first == last
        assert bad["error"]["code"] == code
        assert found in bad["error"]["message"]

    def test_duplicate_ids_each_have_their_row_and_page(self, model: str, tmp_path: Path) -> None:
        source, pages = tmp_path / "in.jsonl", tmp_path / "pages"
        source.write_bytes(b"\n".join([json.dumps({**ROW, "id": "../x"}).encode()] * 3))
        arguments = ["analyze", str(source), "-o", str(tmp_path / "o.jsonl"), "--html", str(pages), "--model", model]
        assert CliRunner().invoke(app, arguments).exit_code == 0
        assert [row["id"] for row in read_records(tmp_path / "o.jsonl")] == ["../x"] * 3
        assert sorted(path.name for path in pages.iterdir()) == [f"{n:06d}-x.html" for n in range(3)]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "o.jsonl", "pages"]
