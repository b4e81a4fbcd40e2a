"""Mutants are counted as mutmut leaves them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.mutants import count
from tests.reliability import Row


def test_only_what_no_test_noticed_survives(tmp_path: Path) -> None:
    codes = {"killed": 1, "hung": -24, "survived": 0}
    (tmp_path / "gate.py.meta").write_text(json.dumps({"exit_code_by_key": codes}), encoding="utf-8")
    assert count("gate.py", tmp_path) == Row("mutants that survive", "gate.py", 3, 1)
