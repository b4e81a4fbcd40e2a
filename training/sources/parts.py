"""A fixed split of public corpora that come without one."""

from __future__ import annotations

import hashlib
from typing import Literal

Part = Literal["train", "dev", "test"]


def part_of(key: str) -> Part:
    """Eight of ten keys are `train`, one `dev`, one `test`, by the SHA-256 of the key alone.

    Use what must stay together as key: the text of an article (duplicates), the thread of a reply. The part of a key
    never changes when a corpus grows or a seed changes, so what one model trained on, no later one is tested on.
    """
    bucket = int(hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16) % 10
    return "test" if bucket == 0 else "dev" if bucket == 1 else "train"
