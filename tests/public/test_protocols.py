"""What each protocol trains on and scores, on invented corpora."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.params import Params
from training.public.folds import by_part, hold_out, sample_indices
from training.public.protocols import PROTOCOLS
from training.public.rows import FOREIGN_PAGES, TRAIN, UNDECIDED, Row
from training.sources.labels import SECTION_LABELS, STANCE_LABELS


@pytest.mark.parametrize("name", PROTOCOLS)
def test_no_row_and_no_group_is_trained_on_and_scored(name: str, mirror: Path, params: Params) -> None:
    protocol = PROTOCOLS[name]
    rows = protocol.load(mirror, params)
    for fold in protocol.divide(rows):
        scored = [index for part in fold.scored.values() for index in part]
        assert fold.train
        assert scored
        assert not {rows[index].group for index in fold.train} & {rows[index].group for index in scored}


@pytest.mark.parametrize("name", ["unified_fc", "mawqif", "exaasc"])
def test_cross_validation_scores_every_row_once(name: str, mirror: Path, params: Params) -> None:
    protocol = PROTOCOLS[name]
    rows = protocol.load(mirror, params)
    scored = [index for fold in protocol.divide(rows) for part in fold.scored.values() for index in part]
    assert sorted(scored) == list(range(len(rows)))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_rows_and_folds_are_the_same_every_time(name: str, mirror: Path, params: Params) -> None:
    assert PROTOCOLS[name].load(mirror, params) == PROTOCOLS[name].load(mirror, params)


def test_labels_are_those_of_the_readers() -> None:
    for name in ("ans", "unified_fc", "mawqif", "exaasc"):
        assert set(PROTOCOLS[name].labels) == set(STANCE_LABELS[name])
    for name in ("ant", "sanad"):
        assert set(PROTOCOLS[name].labels) == set(SECTION_LABELS[name])
    for desks in (FOREIGN_PAGES, UNDECIDED):
        assert all(known <= set(SECTION_LABELS[corpus]) for corpus, known in desks.items())


def test_ant_holds_duplicates_of_two_desks_together(mirror: Path, params: Params) -> None:
    rows = {row.document: row for row in PROTOCOLS["ant"].load(mirror, params)}
    first, twin = rows["localNews-0"], rows["twin"]
    assert first.label != twin.label
    assert (first.group, first.part) == (twin.group, twin.part)
    assert {row.part for row in rows.values()} == {"train", "dev", "test"}
    assert len({row.label for row in rows.values()}) == 9


def test_saudi_pages_train_and_ant_is_scored(mirror: Path, params: Params) -> None:
    protocol = PROTOCOLS["saudinewsnet_to_ant"]
    rows = protocol.load(mirror, params)
    (fold,) = protocol.divide(rows)
    assert list(fold.scored) == ["ANT"]
    assert len(fold.train) == 18  # opinion says nothing about home or abroad
    assert sum(rows[index].label for index in fold.train) == 6
    assert sum(rows[index].label for index in fold.scored["ANT"]) == 12


def test_unified_fc_reads_no_rationale(mirror: Path, params: Params) -> None:
    rows = PROTOCOLS["unified_fc"].load(mirror, params)
    assert not any("برهان" in row.first + row.second for row in rows)
    assert {row.part for row in rows} == {"Fold_1", "Fold_2"}


def test_a_sample_keeps_so_many_of_each_label() -> None:
    labels = [0, 1, 0, 1, 0, 1, 1]
    chosen = sample_indices(labels, 2, seed=3)
    assert [labels[index] for index in chosen].count(0) == 2
    assert len(chosen) == 4
    assert chosen == sorted(chosen) == sample_indices(labels, 2, seed=3)


def test_held_out_rows_share_no_group_with_the_others() -> None:
    rows = [Row(str(n), "", "نص", n % 2, group=f"g{n // 2}", part=TRAIN) for n in range(24)]
    kept, held_out = hold_out(rows, range(4, 24), 5, seed=1)
    assert sorted(kept + held_out) == list(range(4, 24))
    assert not {rows[index].group for index in kept} & {rows[index].group for index in held_out}
    assert by_part(rows)[0].scored == {}
