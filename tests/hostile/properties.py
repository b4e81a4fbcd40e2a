"""What must hold for any input at all, whatever it is made of: reader, normaliser, extractor, analyzer, pyfunc."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from hypothesis import strategies as st
from mlflow.pyfunc import PythonModelContext

from tests.conftest import DRAFT
from tests.quotes.test_properties import LEXICON, TEXTS, WORDS
from training.corpus.markup import parse_draft, split_drafts
from training.corpus.normalise import comparison_words
from training.corpus.read import parse_lines
from training.encoder.normalisation import arabic_normaliser
from training.errors import RecordError
from training.inference.analyzer import Analyzer
from training.inference.batch import BatchOptions, run_batch
from training.inference.html import render_article
from training.inference.pyfunc import PYFUNC_MODELS
from training.inference.sources import decode_rows
from training.inputs import PairEncoder
from training.invisible import Visible, strip_invisible
from training.jsonl import Line, dump_line
from training.quotes import extract_quotes
from training.schema import Article

MAX_TOKENS = 64
FUZZ_WORDS = [f"{word} " for word in WORDS] + ["\u200f", "\u202e", "\ufeff"]
ARTICLE: Article = parse_draft(next(split_drafts(DRAFT, "demo.txt")))
INJECTED = "\u200b\u200d\u200f\u202e\u2067\u2069\ufeff\u00ad\u061c\ufe0f\x00\x07\U000e0041"
"""One of each sort of invisible character."""


@dataclass(frozen=True)
class Property:
    """Inputs of one kind, and the check that none of them may fail."""

    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]


class Subject:
    """A bundle under test, as analyzer and as the three registered models."""

    def __init__(self, bundle: Path) -> None:
        self.analyzer = Analyzer(bundle)
        self.encoder = PairEncoder(bundle / "stance" / "tokenizer.json", MAX_TOKENS, tail_tokens=16)
        self.models = {kind: model() for kind, model in PYFUNC_MODELS.items()}
        for model in self.models.values():
            model.load_context(PythonModelContext({"bundle": str(bundle)}, {}))

    def properties(self) -> dict[str, Property]:
        """By the name under which results are reported."""
        return {
            "reader": Property(LINES, reader_gives_a_row_a_line),
            "corpus reader": Property(RECORDS, corpus_reader_keeps_or_rejects),
            "normaliser": Property(TEXTS, normalisers_settle),
            "tokeniser": Property(st.tuples(STORABLE, STORABLE), self.pairs_fit),
            "extractor": Property(TEXTS, spans_are_the_text_s_own),
            "extractor, invisible characters": Property(INJECTIONS, invisible_characters_change_no_quote),
            "analyzer": Property(st.lists(ROWS, max_size=4), self.analyzer_answers_every_row),
            "analyzer, from a file": Property(LINES, self.batch_answers_every_line),
            "pyfunc": Property(st.lists(ROWS, min_size=1, max_size=4), self.pyfunc_answers_every_row),
        }

    def pairs_fit(self, pair: tuple[str, str]) -> None:
        (encoded,) = self.encoder.encode([pair])
        assert len(encoded.ids) == len(encoded.type_ids) <= MAX_TOKENS
        assert encoded.n_dropped >= 0

    def analyzer_answers_every_row(self, rows: list[dict[str, Any]]) -> None:
        results = list(self.analyzer.analyze(rows))
        assert len(results) == len(rows)
        for row, result in zip(rows, results, strict=True):
            check_result(result)
            text = row.get("text")
            page = render_article(text if isinstance(text, str) else "", result, "")
            assert page.encode()

    def batch_answers_every_line(self, lines: list[bytes]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
            source.write_bytes(b"\n".join(lines))
            counts = run_batch(self.analyzer, BatchOptions(str(source), out))
            results = [orjson.loads(line) for line in out.read_bytes().splitlines()]
        assert len(results) == counts.n_rows == n_rows(lines)
        for result in results:
            check_result(result)

    def pyfunc_answers_every_row(self, rows: list[dict[str, Any]]) -> None:
        frame = pd.DataFrame(rows, dtype=object)
        frame.index = pd.Index(range(10, 10 + len(rows)))
        for model in self.models.values():
            answers = model.predict(None, frame)
            assert list(answers.index) == list(frame.index)
            for _, answer in answers.iterrows():
                reading = answer["sections"] if "sections" in answers else answer["label"]
                assert isinstance(reading, list | str) != isinstance(answer["error"], dict)


def check_result(result: dict[str, Any]) -> None:
    """A result is an error or a reading, and can be stored."""
    assert ("error" in result) != ("sections" in result)
    assert orjson.loads(dump_line(result))["id"] == result["id"]
    if "error" in result:
        assert result["error"].keys() == {"code", "message"}


def n_rows(lines: list[bytes]) -> int:
    """Rows in a file made of `lines`: its non-blank lines, a byte order mark at its beginning aside."""
    whole = b"\n".join(lines).removeprefix(b"\xef\xbb\xbf")
    return sum(bool(line.strip()) for line in whole.split(b"\n"))


def reader_gives_a_row_a_line(lines: list[bytes]) -> None:
    whole = b"\n".join(lines)
    rows = list(decode_rows([line + b"\n" for line in whole.split(b"\n")], "in.jsonl"))
    assert len(rows) == n_rows(lines)
    assert all(isinstance(row, dict | RecordError) for row in rows)


def corpus_reader_keeps_or_rejects(records: list[Any]) -> None:
    result = parse_lines(Line(f"a.jsonl:{number}", record) for number, record in enumerate(records, start=1))
    assert len(result.articles) + len(result.rejected) == len(records)
    assert all("expected" in str(error) for error in result.rejected)


def normalisers_settle(text: str) -> None:
    visible = strip_invisible(text)
    assert strip_invisible(visible) == visible
    whole = Visible.of(text)
    assert "".join(text[slice(*whole.raw_range(i, i + 1))] for i in range(len(visible))) == visible
    assert all(words.strip() for words in comparison_words(text))
    storable = text.encode("utf-8", "replace").decode()
    assert isinstance(arabic_normaliser().normalize_str(storable), str)


def spans_are_the_text_s_own(text: str) -> None:
    for extracted in extract_quotes(text, LEXICON):
        assert all(text[span.start : span.end] == span.text for span in extracted.quote.spans)


def invisible_characters_change_no_quote(injected: tuple[str, list[tuple[int, str]]]) -> None:
    clean, injections = injected
    found = extract_quotes(inject(clean, injections), LEXICON)
    expected = extract_quotes(clean, LEXICON)
    assert [seen(one.quote.model_dump()) for one in found] == [seen(one.quote.model_dump()) for one in expected]


def inject(text: str, injections: list[tuple[int, str]]) -> str:
    """Put each character at its place, counted modulo the length."""
    for place, character in injections:
        at = place % (len(text) + 1)
        text = text[:at] + character + text[at:]
    return text


def seen(value: Any) -> Any:
    """A record as the eye reads it: no offsets, no invisible characters."""
    if isinstance(value, dict):
        return {key: seen(item) for key, item in value.items() if key not in {"start", "end"}}
    if isinstance(value, list | tuple):
        return [seen(item) for item in value]
    return strip_invisible(value) if isinstance(value, str) else value


STORABLE = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())
CLEAN = STORABLE.map(strip_invisible)
INJECTIONS = st.tuples(
    st.one_of(CLEAN, st.just(ARTICLE.text)),
    st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(INJECTED)), min_size=1, max_size=30),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
VALUES = st.one_of(TEXTS, JSON, st.binary(max_size=8), st.just(float("nan")), st.just(pd.NA), st.just(pd.NaT))
ROWS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "text", "title", "target", "quote", "actor", "cue", "context"), VALUES)
)
GOOD_LINE = orjson.dumps({"id": "a", "title": ARTICLE.title, "text": ARTICLE.text})
BROKEN_LINE = st.builds(
    lambda start, end, middle: GOOD_LINE[:start] + middle + GOOD_LINE[end:],
    st.integers(0, len(GOOD_LINE)),
    st.integers(0, len(GOOD_LINE)),
    st.binary(max_size=6),
)
LINES = st.lists(
    st.one_of(
        BROKEN_LINE,
        st.binary(max_size=40),
        st.just(GOOD_LINE),
        st.dictionaries(st.sampled_from(["id", "text", "title", "target"]), JSON).map(lambda r: json.dumps(r).encode()),
        st.integers(1, 3000).map(lambda depth: b'{"text":' + b"[" * depth + b"]" * depth + b"}"),
    ),
    max_size=4,
)
RECORD = ARTICLE.model_dump(mode="json")


@st.composite
def _records(draw: st.DrawFn) -> Any:
    """An article with one field, at any depth, replaced or removed."""
    record = json.loads(json.dumps(RECORD))
    place: Any = record
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if not place[key] or not isinstance(place[key], dict | list) or draw(st.booleans()):
            break
        place = place[key]
    if draw(st.booleans()):
        place[key] = draw(JSON)
    else:
        del place[key]
    return record


RECORDS = st.lists(st.one_of(_records(), JSON), max_size=3)
