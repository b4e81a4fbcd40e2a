"""Which corpora are here is told from their files alone."""

from __future__ import annotations

import os
from pathlib import Path

from training.sources.at_hand import at_hand
from training.sources.read import LAYOUTS

ANS, ANT = LAYOUTS["ans"], LAYOUTS["ant"]


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def test_nothing_is_at_hand_without_a_folder(tmp_path: Path) -> None:
    assert at_hand(None) == {}
    assert at_hand(tmp_path) == {}


def test_a_corpus_is_there_once_all_its_files_are(tmp_path: Path) -> None:
    write(tmp_path, *ANS.packed[1:])
    assert at_hand(tmp_path) == {}
    write(tmp_path, *ANS.packed)
    assert set(at_hand(tmp_path)) == {"ans"}


def test_a_corpus_that_changes_has_another_digest_and_others_have_not(tmp_path: Path) -> None:
    write(tmp_path, *ANS.packed, *ANT.packed)
    before = at_hand(tmp_path)
    assert at_hand(tmp_path) == before
    os.utime(tmp_path / ANT.packed[0], ns=(1, 1))
    after = at_hand(tmp_path)
    assert after["ans"] == before["ans"]
    assert after["ant"] != before["ant"]


def test_the_original_files_count_where_there_are_no_packed_ones(tmp_path: Path) -> None:
    write(tmp_path, *(f"{ANS.original}/{patterns[0].replace('*', 'x')}" for patterns in ANS.needs))
    before = at_hand(tmp_path)
    assert set(before) == {"ans"}
    write(tmp_path, f"{ANS.original}/one more")
    assert at_hand(tmp_path) != before
