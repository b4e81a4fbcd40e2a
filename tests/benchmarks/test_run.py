"""Every benchmark at toy size, as the runner runs it; times are not judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.inputs import Setting
from benchmarks.noop_repro import stale_stages
from benchmarks.processor import operations
from benchmarks.run import BENCHMARKS, run_benchmarks, run_one
from tests.conftest import ROOT
from training.files import read_json
from training.inputs import EncodedPair

TOY = Setting(
    n_rounds=2, n_articles=6, n_training_tokens=400, corpus_sizes=(30, 60), rules_sizes=(30, 60), model_sizes=(4, 8)
)


@pytest.fixture(scope="module")
def report(tiny_project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What all benchmarks but the one that calls dvc report of the small project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tiny_project)
        patch.delenv("MAWAQIF_MIRROR", raising=False)
        out = tmp_path_factory.mktemp("reports") / "benchmarks.json"
        found = run_benchmarks([name for name in BENCHMARKS if name != "noop_repro"], TOY, out)
        assert read_json(out)["benchmarks"] == json.loads(json.dumps(found))
        assert read_json(out)["machine"]["n_cores"] >= 1
        return found


def test_every_benchmark_reports_what_it_rests_on(report: dict[str, Any]) -> None:
    assert list(report) == [name for name in BENCHMARKS if name != "noop_repro"]
    assert [name for name, figures in report.items() if "missing" in figures] == []
    assert all(figures["setting"]["n_rounds"] == 2 for figures in report.values())


def test_section_scores_the_same_articles_with_every_system(report: dict[str, Any]) -> None:
    found = report["section"]
    names = ["mawaqif", "pipeline_batch_1", "pipeline_batch_8", "pipeline_batch_32", "tfidf_logistic", "fasttext"]
    assert list(found["systems"]) == names
    assert found["n_articles"] == 6
    assert all(row["articles_a_second"]["n"] == 2 for row in found["systems"].values())
    assert all(0 <= row["macro_f1"] <= 1 for row in found["systems"].values())
    scores = {found["systems"][f"pipeline_batch_{n}"]["macro_f1"] for n in (1, 8, 32)}
    assert len(scores) == 1  # padding changes nothing
    assert found["best_pipeline"] in names[1:4]


def test_latency_is_of_the_articles_nearest_to_300_words(report: dict[str, Any]) -> None:
    found = report["latency"]
    assert found["n_calls"] == 40
    assert 0 < found["p50_milliseconds"] <= found["p95_milliseconds"]
    assert found["words"]["least"] <= found["words"]["most"]


def test_training_compares_the_same_rows(report: dict[str, Any]) -> None:
    for task in ("section", "stance"):
        found = report["training_epoch"][task]
        assert list(found["epoch_seconds"]) == ["mawaqif", "plain", "plain_same_layers"]
        assert list(found["times_faster_than"]) == ["plain", "plain_same_layers"]
        assert found["n_tokens"] >= found["n_rows"] >= 16


def test_growth_has_a_row_a_size_and_an_exponent(report: dict[str, Any]) -> None:
    found = report["growth"]
    sizes = {name: [row["n_articles"] for row in found[name]["rows"]] for name in found if name != "setting"}
    assert sizes == {
        "corpus_to_split": [30, 60],
        "analyze_rows": [30, 60],
        "analyze_rules": [30, 60],
        "analyze_model": [4, 8],
    }
    assert all(row["peak_mib"] > 0 for row in found["analyze_model"]["rows"])
    assert isinstance(found["corpus_to_split"]["time_exponent"], float)


def test_processor_gives_shares_of_a_measured_peak(report: dict[str, Any]) -> None:
    found = report["processor"]
    assert found["scorer"]["precision"] == "int8"
    for name in ("scorer", "torch"):
        peak = found["peak_gops"][found[name]["precision"]]
        assert found[name]["share_of_peak"] == pytest.approx(found[name]["gops"] / peak, rel=0.01)


def test_operations_of_a_layer_are_counted_by_hand() -> None:
    class Config:
        hidden_size, intermediate_size, num_hidden_layers = 2, 3, 1

    assert operations(Config, [EncodedPair([1, 2, 3], [0, 0, 0], 0)]) == 3 * 2 * (4 * 4 + 2 * 6) + 9 * 2 * 2 * 2


@pytest.mark.parametrize("name", ["section", "latency", "training_epoch", "processor", "noop_repro", "growth"])
def test_a_benchmark_without_its_inputs_says_so(in_tmp: Path, name: str) -> None:
    found = run_one(name, Setting(n_rounds=1))
    assert list(found) == ["missing"]
    assert "expected" in found["missing"]


def test_figures_of_other_benchmarks_stay(in_tmp: Path) -> None:
    setting = Setting(n_rounds=1, articles=ROOT / "data" / "articles", lexicon=ROOT / "data" / "lexicon")
    run_benchmarks(["latency"], setting, Path("out.json"))
    run_benchmarks(["noop_repro"], setting, Path("out.json"))
    assert list(read_json(Path("out.json"))["benchmarks"]) == ["latency", "noop_repro"]


def test_only_stages_that_always_run_may_be_named_by_dvc_status() -> None:
    status = {"corpus": ["always changed"], "split": [{"changed deps": {"data/corpus": "modified"}}]}
    assert stale_stages(json.dumps(status)) == ["split"]
    assert stale_stages("{}") == []
