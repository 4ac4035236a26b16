"""The looks of a stream, counted in S3: ``<root>/looks/<stream>/<since>/<number>.json``, one object for each.

A look is one comparison of a challenger with a champion that could have ended in a promotion; :mod:`spending
<include.autopilot.gate.spending>` says what it may err. What is counted here:

- A look is taken when its verdict is known and before anybody sees it, by a conditional write. Of two runs at once that
  took the same number one is refused, and judges again with the next: no two comparisons share a number.
- The same comparison again (a retry, a cleared task, another rule in the YAML) finds the look that it has taken.
- What spends nothing is not taken: dry runs, holdouts with too few rows, metrics that are not defined, and challengers
  that could not be promoted whatever came out, because the champion is newer, or is that very model. Their verdicts
  tell the look they would have been.

A stream is a name that the caller chooses: of rows that stay as they are :func:`sealed`, of rows that change from look
to look any name that stays, since the shares add up however much the rows of two looks have in common. ``since`` begins
a stream anew, with the whole error: name the event (a decline of the champion) by something that every run finds alike,
such as the name of the drop in which it was seen. What holds is then an error per stretch between two such events.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from include.autopilot.base.locations import Locations
from include.autopilot.gate.spending import Look
from include.autopilot.gate.verdict import Verdict
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.conditional import write_once

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NUMBER = re.compile(r"/[0-9]+\.json$")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Pair:
    """Who is compared: what tells one comparison from another, whatever run makes it.

    :param challengers: the names of their SageMaker models: one, or those that share a look.
    :param champion: the name of the champion's.
    """

    challengers: tuple[str, ...]
    champion: str


@dataclass(frozen=True)
class Looks:
    """The looks at a stream.

    :param stream: its name, and ``since``: the event that began it anew; letters, digits, ``.``, ``_`` and ``-``.
    :param before: counts the looks of the time before they were counted; asked only as long as none was taken.
    :raises ValueError: a name has other characters.
    """

    s3: S3Client
    locations: Locations
    stream: str
    since: str | None = None
    before: Callable[[], int] = lambda: 0

    def __post_init__(self) -> None:
        """Refuse names that are none in S3."""
        for name in (self.stream, self.since):
            if name is not None and not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of a stream of looks: use letters, digits, '.', '_' and '-'")

    def judged(self, pair: Pair, judge: Callable[[Look], Verdict], promotable: bool = True) -> Verdict:
        """Return the verdict of the look that a comparison is, and take that look.

        :param judge: gives the verdict of a look; asked again if another run was faster.
        :param promotable: whether the challenger could be promoted at all; if not, no look is taken.
        """
        while True:
            look, taken = self._look(pair)
            verdict = judge(look)
            if taken or not (promotable and verdict.spends) or self._take(look, pair):
                return verdict

    def count(self) -> int:
        """Return how many looks were taken."""
        found = Bundle(self.s3, self.locations, self.locations.looks(self.stream, self.since))
        return max(map(_number_of, filter(_NUMBER.search, found.uris)), default=0) or self.before()

    def _look(self, pair: Pair) -> tuple[Look, bool]:
        """Return the look that a comparison has taken, or else the next one; and whether it was taken."""
        folder = self.locations.looks(self.stream, self.since)
        found = Bundle(self.s3, self.locations, folder)
        last, wanted = 0, asdict(pair) | {"challengers": list(pair.challengers)}
        for uri in filter(_NUMBER.search, found.uris):
            number = _number_of(uri)
            if found.read_json(uri) == wanted:
                found.keep()
                return Look(self.stream, number, self.since), True
            last = max(last, number)
        found.keep()
        return Look(self.stream, (last or self.before()) + 1, self.since), False

    def _take(self, look: Look, pair: Pair) -> bool:
        return write_once(self.s3, self.locations.taken_look(look.stream, look.number, look.since), asdict(pair))


def _number_of(uri: str) -> int:
    return int(uri.rpartition("/")[2].removesuffix(".json"))


def sealed(holdout: str) -> str:
    """Return the stream of the rows of a holdout.

    :param holdout: the digest of its file.
    """
    return f"sealed-{holdout}"
