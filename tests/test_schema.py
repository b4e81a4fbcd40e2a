from typing import Any

import pytest

from training.errors import RecordError
from training.schema import Article, parse_article


def test_article_survives_json(article: Article, record: dict[str, Any]) -> None:
    assert parse_article(record, "a.jsonl:1") == article


def test_targets_start_with_the_main_one(article: Article) -> None:
    assert article.targets == ("دمج المدارس الريفية", "زيادة منح النقل")


def test_words_of_an_interrupted_quote_are_joined(article: Article) -> None:
    assert article.quotes[2].words == "الدمج يحسن ظروف التلاميذ … ولن نتراجع عنه"


def broken(record: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *parents, last = path.split(".")
    inner: Any = record
    for part in parents:
        inner = inner[int(part) if part.isdigit() else part]
    inner[int(last) if last.isdigit() else last] = value
    return record


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("sections.0", "sprot", "sections.0 'sprot' is not a label of the guide, did you mean 'sports'?"),
        ("quotes.0.stances.0.label", "for", "is not a label of the guide"),
        ("quotes.0.kind", "quoted", "expected one of 'direct', 'indirect' or 'mixed'"),
        ("sections", [], "sections is []"),
        ("titel", "x", "unknown field 'titel'"),
        ("text", " ", "text is ' '"),
        ("date", "18/1/2023", "date is '18/1/2023'"),
        ("quotes.0.content.0.start", 3, "quote q1: offsets [3,"),
        ("quotes.0.cue.text", "قال", "hold 'وقالت'; expected the stored surface 'قال'"),
        ("quotes.0.actor", None, "actor and actor_type must both be given or both be null"),
        ("quotes.0.speaker", None, "attribution 'explicit' needs a speaker span"),
        ("quotes.0.attribution", "none", "attribution 'none' does not fit actor"),
        ("quotes.1.id", "q1", "quote id 'q1' appears twice"),
        ("target", None, "quotes but no target; expected one main target"),
        ("quotes.0.stances.1.target", "دمج المدارس الريفية", "one target labelled twice"),
    ],
)
def test_faults_are_named_with_place_found_and_expected(
    record: dict[str, Any], path: str, value: Any, message: str
) -> None:
    with pytest.raises(RecordError) as caught:
        parse_article(broken(record, path, value), "a.jsonl:7")
    assert str(caught.value).startswith("a.jsonl:7")
    assert message in str(caught.value)
    assert "; expected " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_field_is_named(record: dict[str, Any]) -> None:
    del record["text"]
    with pytest.raises(RecordError, match="a.jsonl:7: field 'text' is missing"):
        parse_article(record, "a.jsonl:7")


def test_a_record_that_is_no_object_is_an_error() -> None:
    with pytest.raises(RecordError, match=r"a.jsonl:7: record is \['x'\]"):
        parse_article(["x"], "a.jsonl:7")
