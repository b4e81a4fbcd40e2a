"""A model that lost its knowledge in export is refused."""

from pathlib import Path

import pytest

from tests.conftest import DRAFT, ROOT
from training.corpus.markup import parse_draft, split_drafts
from training.errors import BundleError
from training.inference.calibration import calibrate_rules, check_export
from training.quotes import Lexicon


def test_a_small_loss_passes_and_a_large_one_does_not() -> None:
    check_export(Path("models/x"), 0.80, 0.82)
    with pytest.raises(BundleError, match=r"models/x: dev macro-F1 0.030 after export; expected about 0.820"):
        check_export(Path("models/x"), 0.03, 0.82)


def test_rules_are_trusted_as_far_as_they_were_right() -> None:
    article = parse_draft(next(split_drafts(DRAFT, "demo.txt")))
    card = calibrate_rules([article], Lexicon.load(ROOT / "data" / "lexicon"))
    assert card.n_dev_quotes >= 2
    assert all(0 < confidence < 1 for confidence in card.confidence.values())
    blank = article.model_copy(update={"quotes": ()})
    none_right = calibrate_rules([blank], Lexicon.load(ROOT / "data" / "lexicon"))
    assert max(none_right.confidence.values()) < min(card.confidence.values())
