from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.quotes.conftest import LEXICON_FOLDER
from training.quotes import Lexicon, LexiconError
from training.quotes.lexicon import LEANS
from training.quotes.normalise import fold

ANCHOR_VERBS = """قال أكد أوضح أضاف ذكر أعلن صرح أفاد كشف رأى اعتبر زعم ادعى توقع رجح لاحظ استبعد جزم تابع واصل استطرد
استدرك أردف ختم أشار لفت نوه ذهب خلص دعا شدد اتفق أصر أقر اعترف تعهد وعد طالب هدد ندد رحب أشاد اتهم حذر أعرب عبر دافع
اعتذر أدان استنكر انتقد رفض نفى أيد دعم بارك وصف ثمن تبنى"""
ANCHOR_PARTICIPLES = "قائلا مضيفا مؤكدا مشيرا لافتا مشددا موضحا محذرا معتبرا داعيا نافيا مشيرة مؤكدين"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LEXICON_FOLDER, tmp_path / "lexicon"))


@pytest.mark.parametrize("word", [*ANCHOR_VERBS.split(), *ANCHOR_PARTICIPLES.split()])
def test_every_reporting_verb_of_the_literature_is_listed(word: str, lexicon: Lexicon):
    assert fold(word) in lexicon.verbs


@pytest.mark.parametrize(
    ("word", "lean"),
    [
        ("أدان", "against"),
        ("نفى", "against"),
        ("رحب", "for"),
        ("طالب", "for"),
        ("زعم", "distancing"),
        ("قال", "neutral"),
    ],
)
def test_a_cue_carries_the_stance_it_leans_to(word: str, lean: str, lexicon: Lexicon):
    assert lean in LEANS
    assert lexicon.verbs[fold(word)][0].verb.lean == lean


@pytest.mark.parametrize("word", ["والوزير", "للوزير", "بالوزير", "وزير", "الوزيران"])
def test_a_title_is_known_through_article_and_proclitics(word: str, lexicon: Lexicon):
    assert lexicon.class_of("titles", fold(word)) == "role"


def test_every_entry_has_a_gloss_and_an_example():
    for path in sorted(LEXICON_FOLDER.glob("*.tsv")):
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        assert all(len(row) == len(rows[0]) and all(cell.strip() for cell in row) for row in rows), path.name


def test_an_unknown_complement_is_named_with_its_line(folder: Path):
    verbs = folder / "cue_verbs.tsv"
    verbs.write_text(verbs.read_text(encoding="utf-8").replace("\tclause,speech\t", "\tclaus\t", 1), encoding="utf-8")
    with pytest.raises(LexiconError, match=r"cue_verbs\.tsv:\d+: complement 'claus', did you mean 'clause'\?"):
        Lexicon.load(folder)


def test_a_row_with_a_missing_cell_is_named_with_its_line(folder: Path):
    (folder / "shifts.tsv").write_text("entry\tclass\tgloss\texample\nبدوره\tshift\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"shifts\.tsv:2: 2 cells; expected 4 filled cells"):
        Lexicon.load(folder)


def test_a_word_listed_twice_is_refused(folder: Path):
    shifts = folder / "shifts.tsv"
    text = shifts.read_text(encoding="utf-8")
    shifts.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="again; expected it once"):
        Lexicon.load(folder)


def test_a_missing_table_is_named(folder: Path):
    (folder / "titles.tsv").unlink()
    with pytest.raises(LexiconError, match=r"titles\.tsv: cannot be read"):
        Lexicon.load(folder)
