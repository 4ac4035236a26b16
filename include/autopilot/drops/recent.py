"""Which rows of the drops judge at a cutoff: of every drop a share, by a hash of the key, and the newest of those.

A row that judges does not train. Once enough newer ones are there it has graduated: it trains, and never judges again.
So no model that was trained at an earlier cutoff has learned a row that judges now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

# Not that of the split into train and validation: a row's side there says nothing about whether it judges.
SALT = "autopilot-recent-v1"


def position(key: str) -> float:
    """Return where a key stands in [0, 1): the rows below the share judge, and the highest of them graduate first."""
    return int.from_bytes(hashlib.sha256(f"{SALT}:{key}".encode()).digest()[:8], "big") / 2**64


def recent_keys(drops: Sequence[Sequence[str]], share: float, rows: int) -> list[list[str]]:
    """Return the keys that judge, per drop; every other row trains.

    :param drops: the keys of each drop up to the cutoff, oldest first; a key that comes again belongs to its first.
    :param share: of each drop's keys that judge while the drop is new, 0 to 1.
    :param rows: how many judge at most: those of the newest drops.
    """
    judging: list[list[str]] = []
    left = rows
    for keys in reversed(drops):
        chosen = sorted((place, key) for place, key in ((position(key), key) for key in keys) if place < share)
        judging.append([key for _, key in chosen[:left]])
        left -= len(judging[-1])
    return judging[::-1]
