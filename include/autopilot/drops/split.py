"""Train or validation, sealed or not: a hash of the row's key decides, so a row never changes side."""

from __future__ import annotations

import hashlib
from typing import Literal

Side = Literal["train", "validation"]
SIDES: tuple[Side, ...] = ("train", "validation")

# Part of what is hashed. A new rule needs a new salt; prepared drops carry it in their digest.
SALT = "autopilot-split-v1"
# Of its own: with the split's, what is not sealed would have no validation rows left.
_HOLDOUT_SALT = "autopilot-holdout-v1"


def side(key: str, validation_fraction: float) -> Side:
    """Return the side a row belongs to.

    :param key: the row's key, as text.
    :param validation_fraction: the share of keys that go to validation, in [0, 1).
    """
    return "validation" if _position(SALT, key) < validation_fraction else "train"


def in_holdout(key: str, share: float) -> bool:
    """Return whether a row belongs to a holdout that is cut from a table.

    :param key: the row's key, as text.
    :param share: the share of keys that are sealed, in [0, 1).
    """
    return _position(_HOLDOUT_SALT, key) < share


def _position(salt: str, key: str) -> float:
    """Return where in [0, 1) a key lies."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{key}".encode()).digest()[:8], "big") / 2**64
