from __future__ import annotations

from pathlib import Path

import pytest

from training.quotes import Lexicon

LEXICON_FOLDER = Path(__file__).parents[2] / "data" / "lexicon"


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load(LEXICON_FOLDER)
