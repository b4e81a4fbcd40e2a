"""Annotations without text: what a record may hold, how it meets its text, what the stage leaves."""

import json
import logging
import lzma
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.conftest import ROOT
from training.cli import app
from training.corpus.standoff import (
    Split,
    StandoffRecord,
    fill,
    parse_standoff,
    read_standoff,
    to_records,
    to_standoff,
    write_standoff,
)
from training.corpus.standoff_check import check_balance, check_sources, format_counts
from training.corpus.standoff_join import Reason, join, save_splits
from training.corpus.storage import FEATURES, load_splits, to_articles
from training.errors import CorpusError, InputError, RecordError
from training.files import read_json, sha256_folder
from training.jsonl import dump_line, read_records, write_jsonl
from training.schema import Article
from training.sources import SourceDocument
from training.sources.errors import UnknownCorpusError
from training.stages.corpus import main

STANDOFF = ROOT / "data" / "standoff"


@pytest.fixture
def standoff(article: Article) -> StandoffRecord:
    """The demo article as a record of a made-up document."""
    return to_standoff(article, "ant", "JA-politic-1", Split.DEV)


@pytest.fixture
def row(standoff: StandoffRecord) -> dict[str, Any]:
    """The same record decoded, free to be broken."""
    return standoff.model_dump(mode="json")


def other(article: Article, number: int) -> Article:
    """Another article: the text goes on, so its hash is another one and every offset still holds."""
    return article.model_copy(update={"id": f"other-{number}", "text": f"{article.text}\nفقرة {number}"})


def document_of(article: Article, document: str, source: str = "ant") -> SourceDocument:
    return SourceDocument(source=source, document=document, title=article.title, text=article.text)


def changed(row: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *parents, last = path.split(".")
    inner: Any = row
    for part in parents:
        inner = inner[int(part) if part.isdigit() else part]
    inner[last] = value
    return row


# What a record holds


def test_a_record_holds_no_surface(article: Article, standoff: StandoffRecord) -> None:
    written = dump_line(standoff.model_dump(mode="json")).decode()
    surfaces = {article.title, *(span.text for quote in article.quotes for span in quote.spans)}
    wording = {quote.actor for quote in article.quotes} | set(article.targets)
    assert [surface for surface in surfaces - wording if surface in written] == []
    assert json.loads(written)["quotes"][2]["content"] == [
        {"start": span.start, "end": span.end} for span in article.quotes[2].content
    ]


def test_a_record_filled_from_its_text_is_the_article_again(article: Article, standoff: StandoffRecord) -> None:
    filled = fill(standoff, article.text, article.title)
    kept = {"id": "ant:JA-politic-1", "date": None, "outlet": None}
    assert filled == article.model_copy(update=kept)


def test_a_source_without_titles_gives_an_empty_one(article: Article, standoff: StandoffRecord) -> None:
    assert fill(standoff, article.text).title == ""


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("text", "نص", "unknown field 'text'; expected offsets and labels only, nothing of the article's text"),
        ("title", "عنوان", "unknown field 'title'"),
        ("quotes.0.content.0.text", "نص", "unknown field 'quotes.0.content.0.text'"),
        ("quotes.0.cue.end", 3, "hold nothing; expected ascending offsets"),
        ("quotes.2.content", [{"start": 9, "end": 12}, {"start": 3, "end": 5}], "overlap or stand in the wrong order"),
        ("quotes.0.kind", "quoted", "quotes.0.kind is 'quoted'; expected input should be 'direct', 'indirect' or"),
        ("quotes.0.attribution", "none", "attribution 'none' does not fit actor"),
        ("quotes.1.id", "q1", "quote id 'q1' appears twice"),
        ("quotes.0.actor", "ا" * 121, "expected string should have at most 120 characters"),
        ("target", "ه" * 121, "expected string should have at most 120 characters"),
        ("split", "train", "split is 'train'; expected input should be 'dev' or 'test'"),
        ("sha256", "abc", "sha256 is 'abc'; expected string should match pattern"),
    ],
)
def test_faults_are_named_without_the_text(row: dict[str, Any], path: str, value: Any, message: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse_standoff(changed(row, path, value), "ant.jsonl:7")
    assert str(caught.value).startswith("ant.jsonl:7")
    assert message in str(caught.value)


def test_a_missing_field_is_named(row: dict[str, Any]) -> None:
    del row["split"]
    with pytest.raises(RecordError, match="ant.jsonl:7: field 'split' is missing"):
        parse_standoff(row, "ant.jsonl:7")


def test_a_broken_line_is_an_error_with_file_and_line(tmp_path: Path, row: dict[str, Any]) -> None:
    path = tmp_path / "ant.jsonl"
    path.write_bytes(dump_line(row) + b"{broken\n")
    with pytest.raises(RecordError, match=rf"^{path}:2: not JSON"):
        read_standoff(tmp_path)
    write_jsonl(path, [row, {**row, "split": "test"}])
    with pytest.raises(RecordError, match=rf"^{path}:2: ant:JA-politic-1 is already annotated"):
        read_standoff(tmp_path)


def test_a_folder_without_records_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \*.jsonl file; expected standoff annotations"):
        read_standoff(tmp_path)


# Records for further articles


def test_half_of_new_articles_are_for_test_in_whatever_order_they_come(article: Article) -> None:
    articles = [other(article, number) for number in range(7)]
    records = to_records(articles, "ant")
    assert [record.document for record in records] == [each.id for each in articles]
    assert Counter(record.split for record in records) == {Split.DEV: 4, Split.TEST: 3}
    assert {record.id: record for record in to_records(articles[::-1], "ant")} == {r.id: r for r in records}


def test_a_joined_article_keeps_its_document_id(article: Article, standoff: StandoffRecord) -> None:
    joined = fill(standoff, article.text, article.title)
    assert to_records([joined], "ant") == [standoff]


def test_an_actor_too_long_to_publish_is_refused(article: Article) -> None:
    quote = article.quotes[0].model_copy(update={"actor": "ا" * 121})
    with pytest.raises(RecordError, match="^article demo-1: quotes.0.actor is .* at most 120 characters"):
        to_standoff(article.model_copy(update={"quotes": (quote,)}), "ant", "1", Split.DEV)


def test_records_are_written_to_a_new_file_only(tmp_path: Path, standoff: StandoffRecord) -> None:
    write_standoff(tmp_path / "ant.jsonl", [standoff])
    assert read_standoff(tmp_path) == [standoff]
    with pytest.raises(InputError, match="exists already; expected a new file"):
        write_standoff(tmp_path / "ant.jsonl", [standoff])


# Joining


def test_records_meet_their_texts_by_source_and_hash(article: Article) -> None:
    articles = [other(article, number) for number in range(4)]
    records = to_records(articles, "ant")
    joined = join(records, {"ant": [document_of(each, "renamed") for each in articles[::-1]]})
    assert [each.id for split in Split for each in joined.articles[split]] == [
        record.id for split in Split for record in records if record.split is split
    ]
    assert joined.missing == {}
    assert joined.notice() is None


def test_a_source_is_read_only_until_all_was_found(article: Article, standoff: StandoffRecord) -> None:
    def documents() -> Iterator[SourceDocument]:
        yield document_of(other(article, 1), "another")
        yield document_of(article, "JA-politic-1")
        raise AssertionError("read on")

    assert join([standoff], {"ant": documents()}).articles[Split.DEV][0].text == article.text


def test_missing_texts_are_counted_by_reason(article: Article) -> None:
    articles = [other(article, number) for number in range(3)]
    records = [*to_records(articles, "ant"), *to_records(articles, "sanad")]
    known = [document_of(articles[0], "other-0"), document_of(article, "other-1")]
    joined = join(records, {"ant": known})
    assert joined.missing == {
        "ant": {Reason.TEXT_CHANGED: 1, Reason.DOCUMENT_ABSENT: 1},
        "sanad": {Reason.SOURCE_ABSENT: 3},
    }
    assert joined.notice() == (
        "1 of 6 real articles joined with their texts; left out: ant 1 (text changed), ant 1 (document absent), "
        "sanad 3 (source absent); the texts lie in public corpora: `mawaqif fetch sanad`, or set MAWAQIF_MIRROR to a "
        "folder that holds them, then `make repro`"
    )


def test_the_same_text_in_another_source_is_not_joined(article: Article, standoff: StandoffRecord) -> None:
    joined = join([standoff], {"sanad": [document_of(article, "JA-politic-1", "sanad")]})
    assert joined.missing == {"ant": {Reason.SOURCE_ABSENT: 1}}


def test_a_record_that_does_not_fit_its_text_is_broken(article: Article, row: dict[str, Any]) -> None:
    record = parse_standoff(changed(row, "quotes.2.content.1.end", 10_000), "ant.jsonl:1")
    joined = join([record], {"ant": [document_of(article, "JA-politic-1")]})
    (error,) = joined.broken
    expected = (
        f"ant:JA-politic-1: quote q3: an offset of 10000; expected at most {len(article.text)}, the text's length"
    )
    assert str(error).startswith(expected)
    assert joined.statistics() == {
        "n_articles": {"dev": 0, "test": 0},
        "sources": {"ant": {"n_found": 0, "n_missing": 0, "n_broken": 1, "missing": {}}},
        "broken": [str(error)],
    }


# The stage


def test_splits_without_rows_survive_the_disk(tmp_path: Path) -> None:
    save_splits(join([], {}), tmp_path / "real")
    loaded = load_splits(tmp_path / "real")
    assert {name: part.num_rows for name, part in loaded.items()} == {"dev": 0, "test": 0}
    assert loaded["dev"].features == FEATURES
    assert list(to_articles(loaded["test"])) == []


@pytest.fixture
def paths(in_tmp: Path, article: Article, record: dict[str, Any]) -> Namespace:
    """A project of one authored article and two standoff records."""
    write_jsonl(in_tmp / "articles" / "a.jsonl", [record])
    write_standoff(in_tmp / "standoff" / "ant.jsonl", to_records([other(article, n) for n in range(2)], "ant"))
    return Namespace(
        **{name: in_tmp / name for name in ("articles", "briefs", "standoff", "out", "real", "public", "report")}
    )


def write_ant(folder: Path, articles: list[Article]) -> None:
    """A miniature of ANT as a mirror holds it."""
    path = folder / "section" / "ant.jsonl.xz"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"id": each.id, "section": "politic", "title": each.title, "text": each.text} for each in articles]
    path.write_bytes(lzma.compress(b"".join(map(dump_line, rows))))


def test_the_stage_joins_what_the_mirror_holds(
    paths: Namespace, article: Article, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_ant(tmp_path / "mirror", [other(article, number) for number in range(3)])
    monkeypatch.setenv("MAWAQIF_MIRROR", str(tmp_path / "mirror"))
    main(paths)
    first = sha256_folder(paths.real)
    parts = load_splits(paths.real)
    texts = {each.id: each.text for part in parts.values() for each in to_articles(part)}
    assert texts == {f"ant:other-{number}": other(article, number).text for number in range(2)}
    assert {name: part.num_rows for name, part in parts.items()} == {"dev": 1, "test": 1}
    report = read_json(paths.report)
    assert report["n_articles"] == 1
    assert report["real"] == {
        "n_articles": {"dev": 1, "test": 1},
        "sources": {"ant": {"n_found": 2, "n_missing": 0, "n_broken": 0, "missing": {}}},
        "broken": [],
    }
    main(paths)
    assert sha256_folder(paths.real) == first


def test_without_sources_the_stage_says_so_in_one_line_and_goes_on(
    paths: Namespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("MAWAQIF_MIRROR", raising=False)
    with caplog.at_level(logging.WARNING):
        main(paths)
    assert [record.message for record in caplog.records] == [
        "0 of 2 real articles joined with their texts; left out: ant 2 (source absent); the texts lie in public "
        "corpora: `mawaqif fetch ant`, or set MAWAQIF_MIRROR to a folder that holds them, then `make repro`"
    ]
    assert {name: part.num_rows for name, part in load_splits(paths.real).items()} == {"dev": 0, "test": 0}
    counts = read_json(paths.report)["real"]["sources"]
    assert counts == {"ant": {"n_found": 0, "n_missing": 2, "n_broken": 0, "missing": {"source absent": 2}}}


def test_a_malformed_standoff_file_fails_the_stage(paths: Namespace) -> None:
    with (paths.standoff / "ant.jsonl").open("ab") as handle:
        handle.write(b"{}\n")
    with pytest.raises(RecordError, match=r"standoff/ant.jsonl:3: field 'source' is missing"):
        main(paths)


# The command


def test_the_command_writes_articles_without_text(tmp_path: Path, article: Article) -> None:
    write_jsonl(tmp_path / "mine.jsonl", [other(article, n).model_dump(mode="json") for n in range(2)])
    out = tmp_path / "standoff" / "mine.jsonl"
    arguments = ["corpus", "standoff", str(tmp_path / "mine.jsonl"), "--source", "ant", "--out", str(out)]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (0, f"2 articles in {out}, none of them with text\n")
    assert [each["document"] for each in read_records(out)] == ["other-0", "other-1"]
    assert "text" not in out.read_text(encoding="utf-8")
    assert isinstance(CliRunner().invoke(app, arguments).exception, InputError)


def test_the_command_needs_source_and_out_or_check() -> None:
    assert CliRunner().invoke(app, ["corpus", "standoff", "--source", "ant"]).exit_code == 2


def test_the_check_prints_counts_by_split(tmp_path: Path, article: Article) -> None:
    write_standoff(tmp_path / "ant.jsonl", to_records([other(article, number) for number in range(3)], "ant"))
    done = CliRunner().invoke(app, ["corpus", "standoff", "--check", str(tmp_path)])
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "                                  dev   test    all",
        "articles                            2      1      3",
        "articles of ant                     2      1      3",
        "quotes                              6      3      9",
        "direct quotes                       2      1      3",
        "indirect quotes                     4      2      6",
        "mixed quotes                        0      0      0",
        "attribution explicit                4      2      6",
        "attribution inherited               2      1      3",
        "attribution none                    0      0      0",
        "actor person                        6      3      9",
        "actor organization                  0      0      0",
        "actor anonymous                     0      0      0",
        "actor unknown                       0      0      0",
        "main stance support                 2      1      3",
        "main stance oppose                  4      2      6",
        "main stance neutral                 0      0      0",
        "stances toward further targets      4      2      6",
    ]


def test_a_source_that_is_nearly_all_dev_fails_the_check(article: Article) -> None:
    records = [to_standoff(other(article, number), "ant", str(number), Split.DEV) for number in range(3)]
    with pytest.raises(CorpusError, match="standoff articles of ant: 3 dev and 0 test; expected numbers at most 2"):
        check_balance(records)


def test_a_source_nobody_can_read_is_named(standoff: StandoffRecord) -> None:
    with pytest.raises(UnknownCorpusError, match="corpus 'antt': .*, did you mean 'ant'"):
        check_sources([standoff, standoff.model_copy(update={"source": "antt"})])


# What is committed

ALLOWED = {
    "record": {"source", "document", "sha256", "split", "sections", "target", "quotes"},
    "quote": {"id", "kind", "content", "cue", "speaker", "actor", "actor_type", "attribution", "stances"},
    "span": {"start", "end"},
    "stance": {"target", "label"},
}


def committed_rows() -> list[tuple[str, dict[str, Any]]]:
    return [(path.name, row) for path in sorted(STANDOFF.glob("*.jsonl")) for row in read_records(path)]


def test_no_committed_row_carries_text() -> None:
    rows = committed_rows()
    assert len(rows) == 84
    for _, row in rows:
        assert set(row) == ALLOWED["record"]
        wordings = [row["target"], row["source"], *row["sections"]]
        for quote in row["quotes"]:
            assert set(quote) == ALLOWED["quote"]
            spans = [span for span in (*quote["content"], quote["cue"], quote["speaker"]) if span is not None]
            assert all(set(span) == ALLOWED["span"] for span in spans)
            assert all(isinstance(offset, int) for span in spans for offset in span.values())
            assert all(set(stance) == ALLOWED["stance"] for stance in quote["stances"])
            wordings += [quote["id"], quote["actor"] or "", *(stance["target"] for stance in quote["stances"])]
        assert max(map(len, wordings)) <= 120


def test_the_committed_records_are_whole_and_balanced() -> None:
    records = read_standoff(STANDOFF)
    assert Counter(record.source for record in records) == {
        "ant": 27,
        "saudinewsnet": 28,
        "sanad": 15,
        "unified_fc": 14,
    }
    assert sum(len(record.quotes) for record in records) == 603
    check_balance(records)
    assert format_counts(records).splitlines()[1].split() == ["articles", "43", "41", "84"]
