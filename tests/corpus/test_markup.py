from pathlib import Path

import pytest

from tests.conftest import DRAFT
from training.corpus.markup import add_drafts, parse_draft, split_drafts
from training.corpus.read import read_articles
from training.errors import RecordError
from training.schema import Article


def test_marks_become_offsets(article: Article) -> None:
    quote = article.quotes[0]
    assert "{" not in article.text
    assert quote.content[0].text == "غلق المدارس الصغيرة يحكم على الأطفال بالانقطاع"
    assert (quote.cue.text, quote.speaker.text) == ("وقالت", "الكاتبة العامة للنقابة رحمة بن صالح")
    assert [stance.label for stance in quote.stances] == ["oppose", "neutral"]


def test_a_dash_leaves_a_target_unlabelled(article: Article) -> None:
    assert [stance.target for stance in article.quotes[1].stances] == ["دمج المدارس الريفية"]


def test_two_marks_of_one_number_are_an_interrupted_quote(article: Article) -> None:
    assert [span.text for span in article.quotes[2].content] == ["الدمج يحسن ظروف التلاميذ", "ولن نتراجع عنه"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{q2|موسم لن يكتمل}", "{q2|موسم لن يكتمل", "is never closed"),
        ("موسم لن يكتمل}", "موسم} لن يكتمل}", "closes nothing near"),
        ("2; indirect; inherited; person; رحمة بن صالح; oppose, -\n", "", "mark 'c2' without a line in the table"),
        ("oppose, -", "oppose", "1 stances for quote 2; expected 2, one a target"),
        ("sections:", "section:", "header line 'section: society, politics'"),
        ("1; indirect; explicit;", "1; indirect;", "quote line"),
        ("1; indirect", "1; spoken", "'spoken' is not a label of the guide"),
        ("\n---\n1;", "\n1;", "2 parts; expected three parts"),
    ],
)
def test_faulty_markup_is_named(old: str, new: str, message: str) -> None:
    assert old in DRAFT
    (draft,) = split_drafts(DRAFT.replace(old, new), "demo.txt")
    with pytest.raises(RecordError) as caught:
        parse_draft(draft)
    assert message in str(caught.value)
    assert str(caught.value).startswith("demo.txt:1")


def test_adding_is_all_or_nothing(tmp_path: Path) -> None:
    good, bad, to = tmp_path / "good.txt", tmp_path / "bad.txt", tmp_path / "out" / "new.jsonl"
    good.write_text(DRAFT, encoding="utf-8")
    bad.write_text(DRAFT.replace("demo-1", "demo-2").replace("1; indirect", "1; spoken"), encoding="utf-8")
    with pytest.raises(RecordError):
        add_drafts([good, bad], to)
    assert not to.exists()
    assert add_drafts([good], to) == 1
    assert [article.id for article in read_articles(to.parent).articles] == ["demo-1"]


def test_a_taken_id_is_refused(tmp_path: Path) -> None:
    draft, to = tmp_path / "a.txt", tmp_path / "new.jsonl"
    draft.write_text(DRAFT, encoding="utf-8")
    add_drafts([draft], to)
    with pytest.raises(RecordError, match="id 'demo-1' is already taken"):
        add_drafts([draft], to)
