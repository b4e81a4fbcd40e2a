"""What comes from outside: exact pins, compatible licences, no credentials, nothing that runs code on loading."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.conftest import ROOT

BIN = Path(sys.executable).parent
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+")
SCANNED = re.compile(r"\.(jsonl|lock|ipynb|safetensors)$")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def pins() -> set[str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_every_dependency_is_pinned_exactly() -> None:
    assert {line for line in pins() if not PIN.fullmatch(line)} == set()


def test_every_licence_goes_with_apache_2() -> None:
    done = run(str(BIN / "pip-licenses"))
    assert done.returncode == 0, done.stderr


def test_no_licence_waiver_is_stale() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pip-licenses"]
    pinned = {line.partition("==")[0].lower() for line in pins()}
    assert {name.lower() for name in settings["ignore-packages"]} <= pinned


def test_another_licence_would_be_noticed() -> None:
    done = run(str(BIN / "pip-licenses"), "--packages", "pytest", "--allow-only", "GPL")
    assert done.returncode != 0
    assert "pytest" in done.stderr


def test_no_credentials_are_committed() -> None:
    files = [name for name in run("git", "ls-files").stdout.splitlines() if not SCANNED.search(name)]
    entropy = ["HexHighEntropyString", "Base64HighEntropyString"]  # hashes are everywhere here
    options = [part for name in entropy for part in ("--disable-plugin", name)]
    done = run(str(BIN / "detect-secrets-hook"), *options, *files)
    assert files
    assert done.returncode == 0, done.stdout


def test_a_credential_would_be_noticed(tmp_path: Path) -> None:
    leak = tmp_path / "settings.py"
    leak.write_text('AWS = "AKIA' + "Z" * 4 + 'QWERTYUIOPAS"\n', encoding="utf-8")
    assert run(str(BIN / "detect-secrets-hook"), str(leak)).returncode == 1


def test_no_remote_code_is_trusted() -> None:
    named = [path for path in (ROOT / "training").rglob("*.py") if "trust_remote_code=True" in path.read_text("utf-8")]
    assert named == []
