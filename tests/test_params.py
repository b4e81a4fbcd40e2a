from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.test_schema import broken
from training.errors import ParamsError
from training.params import load_params, parse_params


@pytest.fixture
def raw() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))


def test_the_repository_params_are_valid() -> None:
    assert load_params(ROOT / "params.yaml").encoder.source == "bundled"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("trian", {}, "params.yaml: trian: unknown key 'trian', did you mean 'train'?; expected one of encoder"),
        ("train.section.batchsize", 8, "train.section.batchsize: unknown key 'batchsize', did you mean 'batch_size'?"),
        ("split.test_fraction", 1.5, "split.test_fraction: 1.5; expected input should be less than 1"),
        ("split.seed", "x", "split.seed: 'x'; expected input should be a valid integer"),
        ("corpus.sources", ["ans"], "corpus.sources needs 'authored', which chooses the epoch, and every name once"),
        (
            "encoder.source",
            "hug",
            "encoder.source: 'hug'; expected input should be 'bundled', 'adapted', 'hub' or 'path'",
        ),
        ("encoder.source", "hub", "encoder.source 'hub' needs encoder.name and a 40-hex encoder.revision"),
        ("encoder.source", "path", "encoder.source 'path' needs encoder.path"),
        ("encoder.revision", "main", "encoder.revision: 'main'"),
        ("train.stance.tail_tokens", 100, "tail_tokens 100 is more than half of max_tokens"),
    ],
)
def test_faults_are_named(raw: dict[str, Any], path: str, value: Any, message: str) -> None:
    with pytest.raises(ParamsError) as caught:
        parse_params(broken(raw, path, value))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_section_is_named(raw: dict[str, Any]) -> None:
    del raw["split"]
    with pytest.raises(ParamsError, match=r"params.yaml: split: missing; expected a value"):
        parse_params(raw)


@pytest.mark.parametrize(("content", "message"), [("a: [", "not readable as YAML"), ("- a", "a list")])
def test_a_file_that_is_no_mapping_is_an_error(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ParamsError, match=message):
        load_params(path)


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="missing"):
        load_params(tmp_path / "params.yaml")
