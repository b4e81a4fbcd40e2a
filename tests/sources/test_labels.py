import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import RecordError
from training.jsonl import Line
from training.schema import SECTIONS, Stance
from training.sources.labels import SAUDI_DESKS, SECTION_LABELS, STANCE_LABELS, known_sections, known_stance
from training.sources.saudinewsnet import desk_of

# The labels of each corpus, as its origin lists them.
SOURCE_LABELS = {
    "ant": "culture diverse economy internationalNews localNews politic society sport technology",
    "saudinewsnet": "local sport opinion economy international_politics culture international world_misc politics"
    " society_misc technology",
    "sanad": "Culture Finance Medical Politics Religion Sports Tech",
    "unified_fc": "agree disagree discuss unrelated",
    "ans": "agree disagree other",
    "mawqif": "Favor Against None",
    "exaasc": "support deny comment",
}


def test_every_label_of_every_corpus_is_mapped_and_no_other() -> None:
    tables = {name: set(table) for name, table in (SECTION_LABELS | STANCE_LABELS).items()}
    assert tables == {name: set(labels.split()) for name, labels in SOURCE_LABELS.items()}


def test_labels_map_to_sections_of_the_guide_and_at_most_one_is_affirmed() -> None:
    for table in SECTION_LABELS.values():
        for known in table.values():
            assert set(known) <= set(SECTIONS)
            assert sum(known.values()) <= 1


def test_no_desk_claims_to_know_what_no_desk_is_about() -> None:
    """No corpus has a security desk, and foreign pages are not the guide's `international`."""
    known = [known for table in SECTION_LABELS.values() for known in table.values()]
    assert not any("international" in sections or sections.get("security") for sections in known)


def test_every_stance_corpus_has_all_three_stances() -> None:
    for table in STANCE_LABELS.values():
        assert set(table.values()) - {None} == set(Stance)


def test_every_desk_of_a_url_is_a_label() -> None:
    assert set(SAUDI_DESKS.values()) == set(SECTION_LABELS["saudinewsnet"])


@settings(deadline=None)
@given(st.sampled_from(sorted(SOURCE_LABELS)), st.text())
def test_a_label_is_mapped_exactly_or_refused(name: str, label: str) -> None:
    look_up = known_sections if name in SECTION_LABELS else known_stance
    if label in SOURCE_LABELS[name].split():
        look_up(name, label, "f:1")
    else:
        with pytest.raises(RecordError, match=r"^f:1: label"):
            look_up(name, label, "f:1")


@pytest.mark.parametrize(
    ("paper", "url", "desk"),
    [
        ("aljazirah", "http://p.example/2015/20150721/sp16.htm", "sport"),
        ("aljazirah", "http://p.example/2015/20150721/fe1.htm", None),
        ("alwatan", "http://p.example/Nation/News_Detail.aspx?ArticleID=2&CategoryID=3", "society_misc"),
        ("alwatan", "http://p.example/", None),
        ("3alyoum", "http://p.example/news/local/a/عنوان/", "local"),
        ("3alyoum", "http://p.example/news/a/عنوان/", None),
        ("okaz", "http://p.example/Sports/1", None),
    ],
)
def test_the_desk_is_read_from_the_url(paper: str, url: str, desk: str | None) -> None:
    assert desk_of(Line("f:1", {"source": paper, "url": url})) == desk
