"""Scoring with an exported bundle."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DRAFT
from training.corpus.markup import parse_draft, split_drafts
from training.errors import BundleError
from training.export.bundle import MANIFEST, open_bundle, slice_bundle
from training.files import read_json, write_json
from training.inference.actors import gather
from training.inference.analyzer import Analyzer, one_ahead
from training.inference.rows import first_sentence
from training.inference.scorer import Scorer
from training.inference.section import score_sections
from training.inference.stance import StanceScore, actor_stance
from training.schema import SECTIONS, STANCES

ARTICLE = parse_draft(next(split_drafts(DRAFT, "demo.txt")))
ROW = {"id": "a", "text": ARTICLE.text, "title": ARTICLE.title}


@pytest.fixture(scope="module")
def analyzer(tiny_project: Path) -> Analyzer:
    return Analyzer(tiny_project / "models" / "analyzer")


def analyse(analyzer: Analyzer, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    return list(analyzer.analyze(rows))


def test_a_result_has_the_promised_fields(analyzer: Analyzer, tiny_project: Path) -> None:
    (result,) = analyse(analyzer, ROW)
    assert list(result) == ["id", "sections", "quotes", "actors", "warnings", "model"]
    assert [score["label"] for score in result["sections"]] == [*SECTIONS]
    assert any(score["assigned"] for score in result["sections"])
    for quote in result["quotes"]:
        assert all(ARTICLE.text[span["start"] : span["end"]] == span["text"] for span in quote["content"])
        assert 0 < quote["confidence"] < 1
        (stance,) = quote["stances"]
        assert stance["target"] == ARTICLE.title
        assert set(stance["probabilities"]) == {*STANCES}
        assert sum(stance["probabilities"].values()) == pytest.approx(1, abs=2e-4)
        assert stance["probability"] == max(stance["probabilities"].values())
    named = {actor["actor"]: actor["quotes"] for actor in result["actors"]}
    assert named["رحمة بن صالح"] == ["q1", "q2"]
    assert result["model"]["content_sha256"] == open_bundle(tiny_project / "models" / "analyzer").content_sha256


def test_a_result_carries_the_date_of_its_row(analyzer: Analyzer) -> None:
    dated, undated = analyse(analyzer, {**ROW, "date": "2023-01-18"}, ROW)
    assert list(dated)[:2] == ["id", "date"]
    assert dated["date"] == "2023-01-18"
    assert {**undated, "date": "2023-01-18"} == dated


def test_actors_gathered_over_one_article_repeat_its_own(analyzer: Analyzer) -> None:
    (result,) = analyse(analyzer, ROW)
    own = [(a["actor"], a["actor_type"], a["label"], a["probability"], a["abstained"]) for a in result["actors"]]
    gathered = [(actor, actor.positions[0].observations[0].stance) for actor in gather([result]).actors]
    assert sorted((a.name, a.type, s.label, s.probability, s.abstained) for a, s in gathered) == sorted(own)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"text": ""}, "empty_text"),
        ({"text": " \n\t"}, "empty_text"),
        ({"text": None}, "empty_text"),
        ({"text": math.nan}, "empty_text"),
        ({}, "empty_text"),
        ({"text": 5}, "not_text"),
        ({"text": ["نص"]}, "not_text"),
        ({"text": "نص \ud800"}, "invalid_unicode"),
        ({"text": "نص", "title": 7}, "not_text"),
        ({"text": "نص " * 700_000}, "too_long"),
    ],
)
def test_a_bad_row_is_its_own_error_and_the_others_go_on(analyzer: Analyzer, row: dict[str, Any], code: str) -> None:
    first, bad, last = analyse(analyzer, ROW, {"id": "bad", **row}, {**ROW, "id": "z"})
    assert bad == {"id": "bad", "error": {"code": code, "message": bad["error"]["message"]}}
    assert "expected" in bad["error"]["message"]
    assert (first["id"], last["id"]) == ("a", "z")
    assert first["quotes"] == last["quotes"]


@pytest.mark.parametrize("text", ["5", "a", "ـ", "١٢٣", "<script>", "Reuters said today", "ً"])
def test_odd_texts_give_a_result(analyzer: Analyzer, text: str) -> None:
    (result,) = analyse(analyzer, {"text": text})
    assert "error" not in result


def test_a_text_without_arabic_is_said_to_be(analyzer: Analyzer) -> None:
    (result,) = analyse(analyzer, {"text": "Reuters said today"})
    assert result["warnings"] == ["no_arabic: the text has no Arabic letter; scores mean little"]


def test_a_long_article_says_how_much_was_read(analyzer: Analyzer) -> None:
    (result,) = analyse(analyzer, {"text": ARTICLE.text * 20})
    assert result["warnings"][0].startswith("long_text: the section model read ")


def test_scores_do_not_depend_on_the_company_of_a_row(analyzer: Analyzer) -> None:
    (alone,) = analyse(analyzer, ROW)
    together = analyse(analyzer, {"text": "نص قصير"}, ROW, {"text": ARTICLE.text * 3})[1]
    assert together == alone


def test_the_target_can_be_given_and_defaults_to_title_then_first_sentence(analyzer: Analyzer) -> None:
    given, titled, bare = analyse(
        analyzer, {**ROW, "target": "دمج المدارس"}, ROW, {"text": ARTICLE.text, "title": None}
    )
    assert given["actors"][0]["target"] == "دمج المدارس"
    assert titled["actors"][0]["target"] == ARTICLE.title
    assert bare["actors"][0]["target"] == first_sentence(ARTICLE.text)
    assert bare["actors"][0]["target"].startswith("أرجأت نقابة المعلمين")


def test_at_least_one_section_is_assigned_even_below_all_thresholds(analyzer: Analyzer) -> None:
    strict = Scorer.__new__(Scorer)
    strict.__dict__.update(analyzer.section.__dict__)
    strict.card = analyzer.section.card.model_copy(update={"thresholds": tuple(0.9999 for _ in SECTIONS)})
    (result,) = score_sections(strict, [("", ARTICLE.text)])
    assert len(result.assigned) == 1


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["neutral", "neutral", "support"], "support"),
        (["neutral", "neutral"], "neutral"),
        (["oppose", "oppose", "support"], "oppose"),
    ],
)
def test_an_actor_takes_the_side_of_the_quotes_that_take_one(labels: list[str], expected: str) -> None:
    scores = [StanceScore({name: 0.8 if name == label else 0.1 for name in STANCES}, False) for label in labels]
    assert actor_stance(scores).label == expected


def test_two_quotes_that_may_take_a_side_make_it_likely_and_leave_it_unsure() -> None:
    unsure = StanceScore({"support": 0.45, "oppose": 0.05, "neutral": 0.5}, True)
    assert actor_stance([unsure]).label == "neutral"
    both = actor_stance([unsure, unsure])
    assert (both.label, both.abstained) == ("support", True)
    assert both.probabilities["support"] == pytest.approx(0.6975 / (0.6975 + 0.0975 + 0.25), abs=1e-4)


def test_an_actor_is_answered_where_a_quote_that_is_answered_says_the_same() -> None:
    clear = StanceScore({"support": 0.8, "oppose": 0.1, "neutral": 0.1}, False)
    unsure = StanceScore({"support": 0.3, "oppose": 0.3, "neutral": 0.4}, True)
    neutral = StanceScore({"support": 0.1, "oppose": 0.1, "neutral": 0.8}, False)
    assert not actor_stance([clear, unsure]).abstained
    assert actor_stance([unsure, neutral]).abstained == (actor_stance([unsure, neutral]).label != "neutral")
    assert actor_stance([unsure]).abstained


def test_the_next_batch_is_begun_before_the_results_of_the_one_before_are_asked_for() -> None:
    order: list[str] = []

    def begun(names: str) -> Iterator[str]:
        for name in names:
            order.append(f"begin {name}")
            yield name

    for name in one_ahead(begun("abc")):
        order.append(f"results {name}")
    assert order == ["begin a", "begin b", "results a", "begin c", "results b", "results c"]
    assert list(one_ahead(begun(""))) == []


@pytest.fixture
def bundle(tiny_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_project / "models" / "analyzer", tmp_path / "bundle"))


def test_a_tampered_file_is_refused(bundle: Path) -> None:
    card = read_json(bundle / "stance" / "task.json")
    write_json(bundle / "stance" / "task.json", {**card, "temperature": 9.0})
    with pytest.raises(BundleError, match=r"stance/task.json: sha256 .*the bundle was altered"):
        Analyzer(bundle)


def test_a_missing_an_added_and_a_foreign_file_are_refused(bundle: Path) -> None:
    (bundle / "lexicon" / "extra.tsv").write_text("x", encoding="utf-8")
    with pytest.raises(BundleError, match=r"extra.tsv: not in the manifest"):
        open_bundle(bundle)
    (bundle / "lexicon" / "extra.tsv").unlink()
    (bundle / "quotes.json").unlink()
    with pytest.raises(BundleError, match=r"quotes.json: missing"):
        open_bundle(bundle)
    (bundle / "model.pkl").write_bytes(b"x")
    with pytest.raises(BundleError, match=r"a '.pkl' file; expected only .json, .onnx, .tsv"):
        open_bundle(bundle)


def test_a_manifest_with_other_hashes_or_format_is_refused(bundle: Path) -> None:
    manifest = read_json(bundle / MANIFEST)
    write_json(bundle / MANIFEST, {**manifest, "content_sha256": "0"})
    with pytest.raises(BundleError, match="content_sha256 does not fit"):
        open_bundle(bundle)
    write_json(bundle / MANIFEST, {**manifest, "format": "mawaqif-bundle/9"})
    with pytest.raises(BundleError, match="format 'mawaqif-bundle/9'; expected 'mawaqif-bundle/1'"):
        open_bundle(bundle)
    with pytest.raises(BundleError, match="missing"):
        open_bundle(bundle / "section")


def test_a_slice_holds_one_model_and_is_sealed(bundle: Path, tmp_path: Path) -> None:
    slice_bundle(bundle, "stance", tmp_path / "part")
    manifest = open_bundle(tmp_path / "part")
    assert {name.split("/")[0] for name in manifest.files} == {"stance"}
    assert manifest.content_sha256 != open_bundle(bundle).content_sha256


def test_onnxruntime_is_told_to_report_nothing() -> None:
    command = "import os, training.inference.scorer; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
