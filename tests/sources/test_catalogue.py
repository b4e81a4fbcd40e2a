import copy
import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from training.sources import CORPORA, read
from training.sources.catalogue import choose, load_catalogue, parse_catalogue
from training.sources.errors import CatalogueError, UnknownCorpusError


@pytest.fixture
def entry() -> dict[str, Any]:
    raw = yaml.safe_load((ROOT / "data/sources.yaml").read_text(encoding="utf-8"))
    return {"ans": copy.deepcopy(raw["ans"])}


def test_the_catalogue_and_the_readers_agree() -> None:
    catalogue = load_catalogue(ROOT / "data/sources.yaml")
    assert tuple(catalogue) == CORPORA
    for name, corpus in catalogue.items():
        layout = importlib.import_module(corpus.reader).LAYOUT
        assert tuple(file.path for file in corpus.mirror) == layout.packed
        assert {file.path.partition("/")[0] for file in corpus.upstream} == {layout.original}
        held = {"documents": read._DOCUMENTS, "sections": read._SECTION_ROWS, "stances": read._STANCE_PAIRS}
        assert set(corpus.holds) == {kind for kind, readers in held.items() if name in readers}


def test_what_is_fetched_from_the_origins_is_what_the_readers_look_for(tmp_path: Path) -> None:
    for corpus in load_catalogue(ROOT / "data/sources.yaml").values():
        for file in corpus.upstream:
            (tmp_path / file.path).parent.mkdir(exist_ok=True)
            (tmp_path / file.path).touch()
            assert corpus.commit in file.url
            assert file.url.split("/")[3:5] == corpus.origin.split("/")[3:5]
    assert read.available(tmp_path) == list(CORPORA)


def test_research_only_and_unstated_licences_allow_no_reuse() -> None:
    for corpus in load_catalogue(ROOT / "data/sources.yaml").values():
        assert corpus.licence_allows_reuse == ("NC" not in corpus.licence and "none stated" not in corpus.licence)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "../x"}, r"f: ans.upstream.0.path is '../x'; .*relative path without '..'; correct it"),
        ({"path": "/etc/x"}, "relative path"),
        ({"url": "ftp://x"}, "upstream.0.url"),
        ({"sha256": "12"}, "upstream.0.sha256"),
        ({"bytes": 0}, "upstream.0.bytes"),
        ({"md5": "1"}, "upstream.0.md5"),
    ],
)
def test_a_faulty_entry_is_named(entry: dict[str, Any], change: dict[str, Any], message: str) -> None:
    entry["ans"]["upstream"][0] |= change
    with pytest.raises(CatalogueError, match=message):
        parse_catalogue(entry, "f")


def test_a_missing_or_unreadable_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="missing"):
        load_catalogue(tmp_path / "sources.yaml")
    (tmp_path / "sources.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(CatalogueError, match="not readable as YAML"):
        load_catalogue(tmp_path / "sources.yaml")


def test_an_unknown_name_is_refused_with_a_hint() -> None:
    catalogue = load_catalogue(ROOT / "data/sources.yaml")
    assert list(choose(catalogue, ["sanad", "ant"])) == ["sanad", "ant"]
    with pytest.raises(UnknownCorpusError, match="did you mean 'sanad'"):
        choose(catalogue, ["sanat"])
