"""Drift: how a new drop differs from the baseline, told before a paid job starts.

One family of tests per drop. Per column: are the values distributed as before (Kolmogorov-Smirnov for numbers,
chi-square or exact for categories), are as many cells missing (Fisher), do numbers lie beyond the old range
(beta-binomial)? The procedure of Benjamini and Hochberg (1995) turns the p-values of all of them into q-values. A
difference counts when its q-value is small *and* the difference itself is large enough to matter; what is done about
it, the configuration says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.stats import false_discovery_control

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.columns import ColumnDrift, Test, compare_column
from include.autopilot.drift.judgement import judge, judge_file
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.shift import smallest_distance
from include.autopilot.settings.drift import DriftConfig

_SHOWN = 3


@dataclass(frozen=True)
class Drift:
    """A drop against the baseline.

    :param rows_before: rows of the baseline; ``rows_now``: of the drop.
    :param tests: how many tests were made.
    :param sensitivity: the KS distance that a single column without missing cells must show to be noticed; None where
        not even two samples that do not overlap could be told from chance.
    :param warnings: what is worth a word, one sentence each; ``blocks``: what stops the run.
    """

    rows_before: int
    rows_now: int
    tests: int
    sensitivity: float | None
    columns: tuple[ColumnDrift, ...]
    warnings: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def blocked(self) -> bool:
        """Whether the run must stop before anything is paid for."""
        return bool(self.blocks)

    @property
    def sentence(self) -> str:
        """What was found, and what could have been, in one line."""
        names = [repr(column.name) for column in self.columns if column.action != "none"]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        found = f"{len(names)} of {len(self.columns)} columns drifted ({', '.join(names[:_SHOWN])}{more})"
        outcome = "the run is blocked" if self.blocked else "nothing blocks the run"
        limit = (
            "so few rows cannot be told from chance"
            if self.sensitivity is None
            else f"a single column's shift shows from a KS distance of {self.sensitivity:.2f}"
        )
        start = f"{self.rows_now} rows against the baseline's {self.rows_before}"
        return f"{start}: {found if names else 'no column drifted'}; {outcome}; {limit}."


def drift_of(baseline: Profile, drop: Profile, schema: Schema, config: DriftConfig | None = None) -> Drift:
    """Compare a drop with the baseline.

    :param drop: the drop's profile, made ``like`` the baseline's.
    :param schema: says which column is the target, and which classes the candidate knows.
    :raises ValueError: the two profiles have different columns.
    """
    rules = DriftConfig() if config is None else config
    if [column.name for column in baseline.columns] != [column.name for column in drop.columns]:
        raise ValueError("the drop's profile and the baseline's have different columns: make both by one template")
    pairs = zip(baseline.columns, drop.columns, strict=True)
    columns = tuple(
        judge(column, rules) for column in _with_q([compare_column(before, now, schema) for before, now in pairs])
    )
    tests = sum(len(column.p) for column in columns)
    whole = judge_file(columns, rules)
    sentences = {
        action: tuple(
            [text for outcome, text in whole if outcome == action]
            + [f"Column {column.name!r}: {'; '.join(column.reasons)}." for column in columns if column.action == action]
        )
        for action in ("warn", "block")
    }
    return Drift(
        rows_before=baseline.rows,
        rows_now=drop.rows,
        tests=tests,
        sensitivity=smallest_distance(baseline.sampled, drop.sampled, rules.fdr / max(1, tests)),
        columns=columns,
        warnings=sentences["warn"],
        blocks=sentences["block"],
    )


def _with_q(columns: Sequence[ColumnDrift]) -> list[ColumnDrift]:
    tests: list[tuple[int, Test]] = [(index, test) for index, column in enumerate(columns) for test in column.p]
    if not tests:
        return list(columns)
    values = false_discovery_control([columns[index].p[test] for index, test in tests], method="bh")
    found: list[dict[Test, float]] = [{} for _ in columns]
    for (index, test), value in zip(tests, values, strict=True):
        found[index][test] = float(value)
    return [replace(column, q=q) for column, q in zip(columns, found, strict=True)]
