"""Train or validation: a hash of the row's key decides, so a row never changes side, whatever drop it comes in."""

from __future__ import annotations

import hashlib
from typing import Literal

Side = Literal["train", "validation"]
SIDES: tuple[Side, ...] = ("train", "validation")

# Part of what is hashed. A new rule needs a new salt; prepared drops carry it in their digest.
SALT = "autopilot-split-v1"


def side(key: str, validation_fraction: float) -> Side:
    """Return the side a row belongs to.

    :param key: the row's key, as text.
    :param validation_fraction: the share of keys that go to validation, in [0, 1).
    """
    position = int.from_bytes(hashlib.sha256(f"{SALT}:{key}".encode()).digest()[:8], "big") / 2**64
    return "validation" if position < validation_fraction else "train"
