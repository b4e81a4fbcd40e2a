"""Parts of an analysis, as `mawaqif analyze` writes them."""

from __future__ import annotations

from typing import Any

BRIDGE = "فتح الجسر"
"""A target: opening the bridge."""


def stance(label: str, target: str = BRIDGE, abstained: bool = False) -> dict[str, Any]:
    probabilities = {"support": 0.1, "oppose": 0.1, "neutral": 0.1, label: 0.8}
    return {
        "target": target,
        "label": label,
        "probability": 0.8,
        "probabilities": probabilities,
        "abstained": abstained,
    }
