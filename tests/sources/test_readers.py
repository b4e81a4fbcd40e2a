import logging
import os
from pathlib import Path

import pytest

from tests.sources.conftest import ANT, CLAIM, SANAD, as_ant, write_packed, write_text, write_zip
from training.errors import InputError, RecordError
from training.sources import CORPORA, available, documents, mirror_folder, section_rows, stance_pairs
from training.sources.errors import MissingCorpusError, UnknownCorpusError
from training.sources.records import SectionRow, SourceDocument, StancePair

WITH_DOCUMENTS = ("ant", "saudinewsnet", "sanad", "unified_fc", "wikipedia")
WITH_SECTIONS = ("ant", "saudinewsnet", "sanad")
WITH_STANCES = ("unified_fc", "ans", "mawqif", "exaasc")


def test_both_formats_of_every_corpus_are_found(packed: Path, original: Path) -> None:
    assert available(packed) == available(original) == list(CORPORA)


@pytest.mark.parametrize("name", WITH_DOCUMENTS)
def test_documents_are_the_same_in_both_formats(name: str, packed: Path, original: Path) -> None:
    rejected: list[RecordError] = []
    assert sorted(documents(name, packed, rejected), key=repr) == sorted(documents(name, original, rejected), key=repr)
    assert rejected == []


@pytest.mark.parametrize("name", WITH_SECTIONS)
def test_section_rows_are_the_same_in_both_formats(name: str, packed: Path, original: Path) -> None:
    rejected: list[RecordError] = []
    rows = [sorted(section_rows(name, folder, rejected), key=repr) for folder in (packed, original)]
    assert rows[0] == rows[1] != []
    assert rejected == []


@pytest.mark.parametrize("name", WITH_STANCES)
def test_stance_pairs_are_the_same_in_both_formats(name: str, packed: Path, original: Path) -> None:
    rejected: list[RecordError] = []
    pairs = [list(stance_pairs(name, folder, rejected)) for folder in (packed, original)]
    assert pairs[0] == pairs[1] != []
    assert rejected == []


def test_a_document_keeps_its_code_points(packed: Path) -> None:
    assert next(documents("saudinewsnet", packed)) == SourceDocument(
        "saudinewsnet", "http://paper.example/2015/20150721/sp16.htm", "ودية الفريق", "خاض الفريق مباراة ودية.\n"
    )
    assert [item.title for item in documents("saudinewsnet", packed)][-1] is None


def test_a_section_row_says_only_what_its_label_says(packed: Path) -> None:
    sport, local = section_rows("ant", packed)
    assert sport == SectionRow(
        source="ant",
        document="JA-sport-1-20170120",
        title="الفريق يفوز بالكأس",
        text="فاز الفريق «الأخضر» بالكأس.\nوقال المدرب إن 3 < 4.",
        source_label="sport",
        sections={"sports": True, "culture": False, "science": False, "economy": False},
    )
    assert (local.source_label, dict(local.sections)) == ("localNews", {"sports": False})


def test_labels_that_say_nothing_give_no_row(packed: Path) -> None:
    assert [row.source_label for row in section_rows("saudinewsnet", packed)] == ["sport", "politics"]


def test_unified_fc_pairs_a_claim_with_an_article(original: Path) -> None:
    pairs = list(stance_pairs("unified_fc", original))
    assert pairs[0] == StancePair(
        source="unified_fc",
        document="http://news.example/0",
        group="R-1",
        target=CLAIM,
        text="افتتح الجسر صباح اليوم .",
        label="support",
        source_label="agree",
        fold="Fold_2",
        part=None,
    )
    assert [pair.label for pair in pairs] == ["support", "oppose", "neutral", None]


def test_ans_groups_by_the_first_headline(packed: Path) -> None:
    first, second, third = stance_pairs("ans", packed)
    assert first.group == second.group != third.group
    assert [pair.part for pair in (first, second, third)] == ["train", "train", "dev"]
    assert first.document != second.document
    assert second.text == 'انخفاض أسعار القمح، بحسب "الهيئة"'


def test_mawqif_targets_are_arabic_and_group_the_tweets(packed: Path) -> None:
    pairs = list(stance_pairs("mawqif", packed))
    assert [(pair.group, pair.target) for pair in pairs] == [
        ("Covid Vaccine", "لقاح كورونا"),
        ("Digital Transformation", "التحول الرقمي"),
        ("Women empowerment", "تمكين المرأة"),
    ]
    assert [pair.label for pair in pairs] == ["support", "oppose", "neutral"]


def test_exaasc_loses_its_markup_and_unites_spellings_of_a_target(packed: Path) -> None:
    first, second = stance_pairs("exaasc", packed)
    assert first.text == '"عاجل.. وزير النقل يفتتح الخط."\n@news شكرا <3'
    assert first.target == second.target == first.group == second.group == "وزير النقل"


def test_a_text_that_stands_twice_is_one_document(tmp_path: Path) -> None:
    write_packed(tmp_path / "section/sanad_alkhaleej.jsonl.xz", [SANAD[0], SANAD[0], SANAD[1]])
    assert [item.document for item in documents("sanad", tmp_path)] == [row["id"] for row in SANAD]


def test_broken_rows_are_named_and_the_others_go_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "section/ant.jsonl.xz"
    no_text, odd_label, odd_type = ANT[1] | {"text": " "}, ANT[1] | {"section": "sports"}, ANT[1] | {"text": 7}
    write_packed(path, [ANT[0], no_text, odd_label, odd_type, ["list"]])
    rejected: list[RecordError] = []
    assert [row.document for row in section_rows("ant", tmp_path, rejected)] == [ANT[0]["id"]]
    assert [str(error) for error in rejected] == [
        f"{path}:2: field 'text' is missing or blank; expected some text; the row is left out",
        f"{path}:3: label 'sports' is not one of this corpus, did you mean 'sport'?; expected one of localNews, sport,"
        " internationalNews, society, politic, diverse, economy, culture, technology; the row is left out",
        f"{path}:4: field 'text' is a int; expected a string; the row is left out",
        f"{path}:5: a list; expected one object a row; the row is left out",
    ]
    with caplog.at_level(logging.WARNING):
        assert len(list(section_rows("ant", tmp_path))) == 1
    assert f"ant: 4 rows left out; the first: {path}:2" in caplog.text


def test_broken_original_files_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    write_text(tmp_path / "ant/sport/1.txt", as_ant(ANT[0]))
    write_text(tmp_path / "ant/sport/2.txt", "<DOC><DOCNO>2</DOCNO></DOC>")
    (tmp_path / "ant/sport/3.txt").write_bytes(b"<TEXT>\xff</TEXT>")
    rejected: list[RecordError] = []
    assert [item.document for item in documents("ant", tmp_path, rejected)] == [ANT[0]["id"]]
    assert [error.place for error in rejected] == [str(tmp_path / f"ant/sport/{number}.txt") for number in (2, 3)]


def test_a_broken_claim_and_a_broken_day_are_named(tmp_path: Path) -> None:
    write_text(
        tmp_path / "unified_fc/R-2.json", '{"id": "R-2", "claim": "c", "article": ["a"], "url": [], "stance": []}'
    )
    write_text(tmp_path / "unified_fc/V-3.json", "{")
    write_zip(tmp_path / "saudinewsnet/1.zip", {"1.json": "{}", "2.json": "[", "3.json": "[1]"})
    rejected: list[RecordError] = []
    assert list(stance_pairs("unified_fc", tmp_path, rejected)) == []
    assert list(documents("saudinewsnet", tmp_path, rejected)) == []
    assert list(section_rows("saudinewsnet", tmp_path, [])) == []
    assert [error.place.removeprefix(str(tmp_path)) for error in rejected] == [
        "/unified_fc/R-2.json",
        "/unified_fc/V-3.json",
        "/saudinewsnet/1.zip!1.json",
        "/saudinewsnet/1.zip!2.json",
        "/saudinewsnet/1.zip!3.json:1",
    ]


def test_a_row_with_too_few_fields_is_named(tmp_path: Path) -> None:
    write_text(tmp_path / "ans/train.csv", "s1,s2,stance\na,b\nc,d,agree\ne,f,agree,more\n")
    write_text(tmp_path / "ans/dev.csv", "s1,s2,stance\n")
    rejected: list[RecordError] = []
    assert [pair.target for pair in stance_pairs("ans", tmp_path, rejected)] == ["c"]
    assert [error.place for error in rejected] == [f"{tmp_path}/ans/train.csv:{line}" for line in (2, 4)]


def test_other_papers_in_the_sanad_archive_are_left_alone(tmp_path: Path) -> None:
    write_zip(tmp_path / "sanad/s.zip", {"SANAD/Khaleej/Tech/1.txt": "نص", "SANAD/Akhbarona/Tech/1.txt": "آخر"})
    assert [item.document for item in documents("sanad", tmp_path)] == ["Khaleej/Tech/1.txt"]


def test_a_missing_corpus_names_its_files_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(MissingCorpusError) as caught:
        list(stance_pairs("ans", tmp_path))
    assert str(caught.value) == (
        f"{tmp_path}: no files of corpus 'ans'; expected stance/ans_train.jsonl.xz and stance/ans_dev.jsonl.xz or"
        " ans/train.csv and ans/dev.csv; run `mawaqif fetch ans`, or point MAWAQIF_MIRROR at a folder that has them"
    )
    assert available(tmp_path) == []


def test_an_unknown_name_lists_the_known_ones(packed: Path) -> None:
    with pytest.raises(
        UnknownCorpusError, match="'ans': none of that name has section labels.*ant, sanad, saudinewsnet"
    ):
        list(section_rows("ans", packed))


def test_the_mirror_is_the_variable_else_what_was_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAWAQIF_MIRROR", raising=False)
    assert mirror_folder() is None
    (tmp_path / "data/public").mkdir(parents=True)
    assert mirror_folder() == Path("data/public")
    monkeypatch.setenv("MAWAQIF_MIRROR", str(tmp_path))
    assert mirror_folder() == tmp_path
    monkeypatch.setenv("MAWAQIF_MIRROR", str(tmp_path / "none"))
    with pytest.raises(InputError, match="no such folder"):
        mirror_folder()


@pytest.mark.skipif("MAWAQIF_MIRROR" not in os.environ, reason="no mirror of the real corpora")
def test_every_row_of_a_real_mirror_is_mapped() -> None:
    folder = mirror_folder()
    assert folder is not None
    rejected: list[RecordError] = []
    for read, names in ((documents, WITH_DOCUMENTS), (section_rows, WITH_SECTIONS), (stance_pairs, WITH_STANCES)):
        for name in set(names) & set(available(folder)):
            assert sum(1 for _ in read(name, folder, rejected)) > 0
    assert {error.found.partition("' ")[2] for error in rejected} <= {"is missing or blank"}
