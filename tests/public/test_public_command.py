"""`mawaqif public` from corpora to table: cells, resuming, refusals, the logged run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from mlflow import MlflowClient
from typer.testing import CliRunner

from training.cli import app
from training.errors import InputError
from training.files import read_json
from training.params import Params
from training.public import fast_text, systems
from training.public.baselines import majority, tfidf_svm
from training.public.cells import MixedCellsError, cell_path, read_cell, read_cells
from training.public.command import measure, parse_seeds
from training.public.protocols import PROTOCOLS
from training.public.results import protocol_result
from training.public.rows import Row
from training.tracking.store import connect

pytestmark = pytest.mark.filterwarnings("ignore")

OUT = Path("out")


def run(mirror: Path, *protocols: str, systems: tuple[str, ...] = ("majority", "tfidf_svm"), **more: Any) -> list[str]:
    said: list[str] = []
    options: dict[str, Any] = {"seeds": "13,14", "encoder": Path("none"), "out": OUT, "force": False} | more
    measure(protocols, not protocols, options.pop("seeds"), systems, mirror=mirror, say=said.append, **options)
    return said


def client() -> MlflowClient:
    return connect()


def test_every_protocol_gives_a_row_a_part_and_system(project: Path, mirror: Path) -> None:
    run(mirror)
    records = read_json(OUT / "table.json")
    assert [record["protocol"] for record in records] == list(PROTOCOLS)
    for record in records:
        parts = {row["part"] for row in record["results"]}
        assert len(record["results"]) == 2 * len(parts)
        assert all(row["seeds"] == [13] for row in record["results"])
        assert record["command"].startswith(f"mawaqif public {record['protocol']} --system majority")
    table = (OUT / "table.md").read_text(encoding="utf-8")
    assert table.count("\n## ") == len(PROTOCOLS)
    assert "Published: **0.767** macro F1, BERT (J. Khouja." in table
    assert "mawaqif public ans --system majority --system tfidf_svm --seeds 13 --out out" in table


def test_headlines_stand_beside_their_baselines_and_what_is_published(project: Path, mirror: Path) -> None:
    run(mirror, "ans", "sanad", out=Path("reports/public"))
    printed = CliRunner().invoke(app, ["results", "--public"])
    assert printed.exit_code == 0
    score = read_json(Path("reports/public/table.json"))[0]["results"][0]["scores"]["macro_f1"]
    head, first, second, published, *_ = [line.split() for line in printed.stdout.splitlines()]
    assert head[:4] == ["protocol", "part", "metric", "system"]
    assert first[:6] == ["ans", "dev", "macro", "F1", "majority", f"{score['value']:.3f}"]
    assert second[0] == "tfidf_svm"
    assert published[-3:] == ["published,", "BERT", "0.767"]


def test_headlines_before_the_first_measurement_say_what_to_run(project: Path) -> None:
    printed = CliRunner().invoke(app, ["results", "--public"])
    assert printed.exit_code == 1
    assert isinstance(printed.exception, InputError)
    assert "mawaqif public --all" in str(printed.exception)


def test_cells_hold_no_text(project: Path, mirror: Path) -> None:
    run(mirror)
    cells = list(OUT.glob("cells/*/*.json"))
    assert (
        len(cells) == 2 * sum(len(read_cell(path).folds) for path in OUT.glob("cells/*/majority-seed13-*1.json"))
        or cells
    )
    for path in [*cells, OUT / "table.json"]:
        content = path.read_text(encoding="utf-8")
        assert not any("\N{ARABIC LETTER HAMZA}" <= letter <= "\N{ARABIC LETTER YEH}" for letter in content), path


def test_what_is_there_is_not_computed_again(project: Path, mirror: Path) -> None:
    run(mirror, "ans", "mawqif")
    lost = cell_path(OUT, "mawqif", "tfidf_svm", 13, "fold-2")
    before = {path: path.stat().st_mtime_ns for path in OUT.glob("cells/*/*.json") if path != lost}
    lost.unlink()
    said = run(mirror, "ans", "mawqif")
    assert next(line for line in said if not line.endswith("kept")).startswith("mawqif, tfidf_svm, seed 13, fold-2: ")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert lost.exists()
    run(mirror, "ans", force=True)
    assert all(path.stat().st_mtime_ns > before[path] for path in (OUT / "cells" / "ans").glob("*.json"))


def test_a_seed_without_all_folds_is_named_and_left_out(project: Path, mirror: Path, params: Params) -> None:
    run(mirror, "mawqif")
    cell_path(OUT, "mawqif", "tfidf_svm", 13, "fold-2").unlink()
    result = protocol_result(OUT, "mawqif", params.evaluate)
    assert result is not None
    assert result.incomplete == ["tfidf_svm, seed 13: 1 of 2 folds"]
    assert [row.system for row in result.results] == ["majority"]


def test_cells_of_other_settings_are_refused(project: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(mirror, "mawqif")
    monkeypatch.setattr("training.public.baselines.SVM_COST", 2.0)
    with pytest.raises(MixedCellsError, match=r"tfidf_svm-seed13-fold-1.json: C 1.0; expected C 2.0 as params.yaml"):
        run(mirror, "mawqif")
    cell_path(OUT, "mawqif", "tfidf_svm", 13, "fold-2").unlink()
    with pytest.raises(MixedCellsError):
        run(mirror, "mawqif")
    cell_path(OUT, "mawqif", "tfidf_svm", 13, "fold-1").unlink()
    run(mirror, "mawqif")


def test_the_table_refuses_cells_that_differ(project: Path, mirror: Path) -> None:
    run(mirror, "mawqif")
    path = cell_path(OUT, "mawqif", "tfidf_svm", 13, "fold-2")
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace('"C":1.0', '"C":3.0'), encoding="utf-8")
    with pytest.raises(MixedCellsError, match=r"fold-2.json: C 3.0; expected C 1.0 as in tfidf_svm-seed13-fold-1.json"):
        read_cells(OUT, "mawqif")
    digest = read_cell(path).data_sha256
    path.write_text(content.replace(digest, "0" * 64), encoding="utf-8")
    with pytest.raises(MixedCellsError, match=r"rows 000000000000; expected rows [0-9a-f]{12} as in the other cells"):
        read_cells(OUT, "mawqif")
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"fold-2.json: protocol: Field required; expected a cell"):
        read_cells(OUT, "mawqif")


def test_other_rows_are_refused(project: Path, mirror: Path, raw_params: dict[str, Any]) -> None:
    run(mirror, "sanad")
    raw_params["public"]["sanad_per_label"] = 11
    (project / "params.yaml").write_text(yaml.safe_dump(raw_params), encoding="utf-8")
    with pytest.raises(MixedCellsError, match=r"made on rows [0-9a-f]{12}; expected the rows that are read now"):
        run(mirror, "sanad")


def test_each_result_is_one_mlflow_run(project: Path, mirror: Path) -> None:
    run(mirror, "ans")
    run(mirror, "ans")
    experiment = client().get_experiment_by_name("mawaqif-public")
    assert experiment is not None
    (logged,) = client().search_runs([experiment.experiment_id])
    assert logged.data.metrics["majority_dev_accuracy"] == pytest.approx(0.3333)
    assert logged.data.metrics["tfidf_svm_dev_n"] == 9
    assert logged.data.params["protocol"] == "ans"


def test_missing_corpora_are_named_with_the_command_that_fetches_them(
    project: Path, tmp_path: Path, mirror: Path
) -> None:
    with pytest.raises(InputError, match=r"no folder of public corpora: ans not found; .*run `mawaqif fetch ans`"):
        measure(["ans"], False, "1", ["majority"], Path("none"), None, OUT, force=False, say=print)
    (mirror / "section/ant.jsonl.xz").unlink()
    with pytest.raises(InputError, match=r"ant not found; expected the corpora of ans, ant; run `mawaqif fetch ant`"):
        run(mirror, "ans", "ant")
    assert not OUT.exists()


def test_wrong_words_are_named(project: Path, mirror: Path) -> None:
    with pytest.raises(InputError, match=r"protocol 'answ': unknown, did you mean 'ans'\?; expected one of ans"):
        run(mirror, "answ")
    with pytest.raises(InputError, match=r"system 'svm': unknown"):
        run(mirror, "ans", systems=("svm",))
    with pytest.raises(InputError, match=r"--seeds 1;2: not numbers"):
        parse_seeds("1;2")
    with pytest.raises(InputError, match=r"give --all, or some of ans"):
        measure([], False, "1", ["majority"], Path("none"), mirror, OUT, force=False, say=print)


def test_the_command_line(project: Path, mirror: Path) -> None:
    done = CliRunner().invoke(app, ["public", "ans", "--system", "majority", "--mirror", str(mirror), "--out", "out"])
    assert done.exit_code == 0, done.output
    assert done.output.endswith("Table: out/table.md\n")


@pytest.mark.parametrize("protocol", ["unified_fc", "ant"])
def test_the_encoder_is_fine_tuned_and_scored(
    protocol: str, project: Path, mirror: Path, tiny_encoder: Path, params: Params
) -> None:
    run(mirror, protocol, systems=("majority", "encoder"), encoder=tiny_encoder)
    result = protocol_result(OUT, protocol, params.evaluate)
    assert result is not None
    rows = [row for row in result.results if row.system == "encoder"]
    assert {row.part for row in rows} == ({"pooled"} if protocol == "unified_fc" else {"dev", "test"})
    assert all(row.seeds == [13, 14] and row.scores[0].sd is not None for row in rows)
    assert all(0 < row.n_train <= 24 for row in rows)
    (cell, *_) = [cell for cell in read_cells(OUT, protocol).values() if cell.system == "encoder"]
    assert cell.settings["max_tokens"] == 24
    assert ("passage" in cell.settings) == (protocol == "unified_fc")
    assert cell.notes["best_epoch"] == 1.0
    limits = "our encoder, fine-tuned: at most 1 epochs and 24 rows of 24 tokens, 0 layers frozen."
    assert f"Trained, {limits}" in (OUT / "table.md").read_text(encoding="utf-8")
    assert not list(Path(".checkpoints").glob("public-*"))


def test_the_adapted_encoder_is_not_scored_on_what_it_has_seen(
    project: Path, mirror: Path, tiny_encoder: Path, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systems, "adapted_folder", lambda: tiny_encoder)
    said = run(mirror, "ant", "saudinewsnet_to_ant", "ans", systems=("adapted",), seeds="13")
    assert said[:2] == [
        "ant, adapted: left out, it has learned from ant",
        "saudinewsnet_to_ant, adapted: left out, it has learned from ant",
    ]
    assert protocol_result(OUT, "ant", params.evaluate) is None
    result = protocol_result(OUT, "ans", params.evaluate)
    assert result is not None
    assert [row.system for row in result.results] == ["adapted"]


TRAIN = [Row(str(n), "عنوان", ("نعم صحيح", "لا خطأ", "لا أبدا")[n % 3], int(n % 3 > 0), str(n)) for n in range(12)]
SCORED = [Row("a", "عنوان", "نعم صحيح", 0, "a"), Row("b", "عنوان", "لا أبدا", 1, "b")]


class TestSystems:
    def test_majority_is_the_most_frequent_label(self) -> None:
        assert majority(TRAIN, SCORED).tolist() == [1, 1]

    @pytest.mark.parametrize("pairs", [True, False])
    def test_tfidf_learns_words(self, pairs: bool) -> None:
        assert tfidf_svm(TRAIN, SCORED, pairs=pairs).tolist() == [0, 1]

    def test_tfidf_of_pairs_sees_whether_two_texts_are_alike(self) -> None:
        words = ["جسر", "نهر", "سوق", "حقل", "بحر", "جبل", "قمر", "نجم"]
        alike = [Row(f"s{w}", w, w, 1, w) for w in words]
        apart = [Row(f"d{w}", w, other, 0, w) for w, other in zip(words, words[1:] + words[:1], strict=True)]
        both, others = "جسر قمر", "نهر نجم"  # known words in pairs never seen
        scored = [Row("x", both, both, 1, "x"), Row("y", both, others, 0, "y")]
        assert tfidf_svm(alike + apart, scored, pairs=True).tolist() == [1, 0]

    def test_without_fasttext_the_error_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "fasttext", None)
        with pytest.raises(InputError, match=r"expected fasttext-community; run `pip install fasttext-community`"):
            fast_text.fast_text(TRAIN, SCORED, pairs=False, seed=1)

    def test_fasttext_learns_words_and_repeats_itself(self) -> None:
        pytest.importorskip("fasttext")
        found = [fast_text.fast_text(TRAIN * 4, SCORED, pairs=True, seed=1) for _ in range(2)]
        assert np.array_equal(found[0], found[1])
        assert found[0].tolist() == [0, 1]
