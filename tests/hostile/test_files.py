"""Hostile files around the models: tampered bundles, links in the way of outputs, full disks, stores that cannot be written."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import pickle
import resource
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.hostile.test_rows import ROW
from tests.tiny import environment
from training.errors import BundleError, InputError, TrackingError
from training.export.bundle import MANIFEST, open_bundle
from training.files import read_json, write_json
from training.inference.analyzer import Analyzer
from training.inference.batch import BatchOptions, run_batch
from training.tracking.store import connect

SMALL_DISK = 4096
"""Bytes that a process may write into one file: what a full disk looks like to it."""


@pytest.fixture
def bundle(tiny_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_project / "models" / "analyzer", tmp_path / "bundle"))


@pytest.fixture(scope="module")
def analyzer(tiny_project: Path) -> Analyzer:
    return Analyzer(tiny_project / "models" / "analyzer")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join([json.dumps(ROW).encode()] * 20))
    return path


class Exploit:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


class TestBundle:
    @pytest.mark.parametrize(
        "name", ["section/model.onnx", "stance/tokenizer.json", "quotes.json", "lexicon/titles.tsv"]
    )
    def test_one_changed_byte_refuses_to_load(self, bundle: Path, name: str) -> None:
        content = bytearray((bundle / name).read_bytes())
        content[len(content) // 2] ^= 1
        (bundle / name).write_bytes(content)
        with pytest.raises(BundleError, match=rf"{name}: sha256 .*; expected .*; the bundle was altered"):
            Analyzer(bundle)

    @pytest.mark.parametrize("name", ["model.pkl", "section/python_model.pkl", "weights.pt", "run.py", "lib.so", "x"])
    def test_a_pickle_or_code_is_refused_and_never_runs(self, bundle: Path, tmp_path: Path, name: str) -> None:
        (bundle / name).write_bytes(pickle.dumps(Exploit(tmp_path / "ran")))
        with pytest.raises(BundleError, match=r"expected only .json, .onnx, .tsv; delete it"):
            Analyzer(bundle)
        assert not (tmp_path / "ran").exists()

    def test_a_pickle_that_is_listed_and_named_like_a_model_never_runs(self, bundle: Path, tmp_path: Path) -> None:
        from training.export.bundle import write_manifest

        (bundle / "stance" / "model.onnx").write_bytes(pickle.dumps(Exploit(tmp_path / "ran")))
        write_manifest(bundle, precision="int8", encoder={})
        with pytest.raises(BundleError, match=r"model.onnx: .*expected an exported model"):
            Analyzer(bundle)
        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "not JSON"),
            (b"[]", "not a manifest"),
            (b"\xff", "not JSON"),
            (b"[" * 100_000, "not JSON"),
            (b'{"format": "mawaqif-bundle/1"}', "not a manifest"),
        ],
    )
    def test_a_broken_manifest_is_named(self, bundle: Path, content: bytes, message: str) -> None:
        (bundle / MANIFEST).write_bytes(content)
        with pytest.raises((BundleError, InputError), match=rf"{MANIFEST}: {message}"):
            open_bundle(bundle)

    def test_a_manifest_that_reaches_outside_its_folder_is_refused(self, bundle: Path, tmp_path: Path) -> None:
        (tmp_path / "outside.json").write_text("{}", encoding="utf-8")
        manifest = read_json(bundle / MANIFEST)
        manifest["files"]["../outside.json"] = "0" * 64
        write_json(bundle / MANIFEST, manifest)
        with pytest.raises(BundleError, match=r"\.\./outside.json: missing"):
            open_bundle(bundle)


class TestOutputs:
    def test_a_link_in_place_of_the_output_is_replaced_and_its_target_left_alone(
        self, analyzer: Analyzer, articles: Path, tmp_path: Path
    ) -> None:
        victim, out = tmp_path / "victim", tmp_path / "o.jsonl"
        victim.write_text("precious", encoding="utf-8")
        out.symlink_to(victim)
        run_batch(analyzer, BatchOptions(str(articles), out, limit=1))
        assert victim.read_text(encoding="utf-8") == "precious"
        assert not out.is_symlink()

    @pytest.mark.parametrize("resume", [True, False])
    def test_a_link_in_place_of_the_unfinished_output_is_refused(
        self, analyzer: Analyzer, articles: Path, tmp_path: Path, resume: bool
    ) -> None:
        victim = tmp_path / "victim"
        victim.write_bytes(b"")
        (tmp_path / "o.jsonl.part").symlink_to(victim)
        with pytest.raises(InputError, match=r"o.jsonl.part: a symbolic link; expected no such file; delete it"):
            run_batch(analyzer, BatchOptions(str(articles), tmp_path / "o.jsonl", resume=resume))
        assert victim.read_bytes() == b""

    def test_a_link_to_the_input_in_place_of_the_output_is_seen(
        self, analyzer: Analyzer, articles: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "o.jsonl").symlink_to(articles)
        with pytest.raises(InputError, match=r"o.jsonl: is the input too"):
            run_batch(analyzer, BatchOptions(str(articles), tmp_path / "o.jsonl"))

    def test_a_link_in_place_of_a_page_is_replaced(self, analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
        victim, page = tmp_path / "victim", tmp_path / "pages" / "000000-a.html"
        victim.write_text("precious", encoding="utf-8")
        page.parent.mkdir()
        page.symlink_to(victim)
        run_batch(analyzer, BatchOptions(str(articles), tmp_path / "o.jsonl", html=page.parent, limit=1))
        assert victim.read_text(encoding="utf-8") == "precious"
        assert 'dir="rtl"' in page.read_text(encoding="utf-8")

    def test_a_link_that_leads_in_circles_is_named(self, analyzer: Analyzer, articles: Path, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to(tmp_path / "b")
        (tmp_path / "b").symlink_to(tmp_path / "a")
        with pytest.raises(InputError, match="cannot be written"):
            run_batch(analyzer, BatchOptions(str(articles), tmp_path / "a" / "o.jsonl"))


def run_command(project: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in environment().items() if not name.startswith("COVERAGE_")}
    environ = kept | {"PYTHONPATH": str(ROOT)}  # coverage would write its own data to the full disk
    command = [sys.executable, "-m", "training.cli", *arguments]
    return subprocess.run(command, cwd=project, env=environ, text=True, check=False, stderr=subprocess.PIPE, **options)


def small_disk() -> None:
    """Writes past `SMALL_DISK` fail in this process, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_DISK, SMALL_DISK))


class TestFullDisk:
    def test_rows_written_before_it_stay_for_resume(self, tiny_project: Path, articles: Path, tmp_path: Path) -> None:
        out = tmp_path / "o.jsonl"
        arguments = ["analyze", str(articles), "-o", str(out), "--model", "models/analyzer"]
        full = run_command(tiny_project, *arguments, preexec_fn=small_disk)
        assert full.returncode == 1
        assert full.stderr.strip().splitlines()[-1] == (
            f"mawaqif: {out}: cannot be written (File too large); mend it, then use --resume"
        )
        assert not out.exists()
        done = run_command(tiny_project, *arguments, "--resume")
        assert done.returncode == 0, done.stderr
        assert [json.loads(line)["id"] for line in out.read_bytes().splitlines()] == ["a"] * 20
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "o.jsonl"]

    def test_standard_output_that_is_full_is_one_line(self, tiny_project: Path, articles: Path) -> None:
        with Path("/dev/full").open("w") as full:
            done = run_command(tiny_project, "analyze", str(articles), "--model", "models/analyzer", stdout=full)
        assert done.returncode == 1
        assert done.stderr.strip().splitlines()[-1] == (
            "mawaqif: the output: cannot be written (No space left on device); expected room to write; "
            "make some, try again"
        )
        assert "Traceback" not in done.stderr

    def test_a_report_is_written_whole_or_not_at_all(self, tmp_path: Path) -> None:
        path = tmp_path / "report.json"
        write_json(path, {"old": True})
        program = (
            "import resource; from pathlib import Path; from training.files import write_json\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({SMALL_DISK}, {SMALL_DISK}))\n"
            f"write_json(Path({str(path)!r}), {{'new': 'x' * 10_000}})"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
        assert "File too large" in done.stderr
        assert read_json(path) == {"old": True}
        assert [item.name for item in tmp_path.iterdir()] == ["report.json"]


class TestReadOnlyStore:
    def test_a_store_that_may_not_be_written_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        sqlite3.connect(tmp_path / "mlflow.db").close()
        (tmp_path / "mlflow.db").touch()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///file:{tmp_path}/mlflow.db?mode=ro&uri=true")
        with pytest.raises(TrackingError, match=r"expected a store that can be read and written"):
            connect()

    def test_a_folder_that_may_not_be_written_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)  # as root, tests may write everywhere
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with pytest.raises(TrackingError, match=r"is not writable; .*make it writable or set MLFLOW_TRACKING_URI"):
            connect()

    @pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\x00" * 50])
    def test_a_store_that_is_no_database_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
    ) -> None:
        (tmp_path / "mlflow.db").write_bytes(content)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with pytest.raises(TrackingError, match=r"cannot be opened"):
            connect()


class TestPackedInput:
    @pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
    def test_a_bomb_is_read_within_bounded_memory(
        self, tiny_project: Path, tmp_path: Path, suffix: str, pack: Any
    ) -> None:
        source = tmp_path / f"bomb.jsonl{suffix}"
        source.write_bytes(pack(b" " * 100_000_000 + b"\n" + json.dumps(ROW).encode()))
        assert source.stat().st_size < 1_000_000
        arguments = ["analyze", str(source), "-o", str(tmp_path / "o.jsonl"), "--model", "models/analyzer"]
        done = run_command(tiny_project, *arguments)
        assert done.returncode == 0, done.stderr
        assert len((tmp_path / "o.jsonl").read_bytes().splitlines()) == 1

    @pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
    def test_a_file_cut_short_is_named(
        self, analyzer: Analyzer, articles: Path, tmp_path: Path, suffix: str, pack: Any
    ) -> None:
        source = tmp_path / f"cut.jsonl{suffix}"
        source.write_bytes(pack(os.urandom(5000) + articles.read_bytes())[:-40])
        with pytest.raises(InputError, match=rf"cut.jsonl{suffix}: cannot be read"):
            run_batch(analyzer, BatchOptions(str(source), tmp_path / "o.jsonl"))
