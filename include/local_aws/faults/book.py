"""The rules in force and the calls counted so far; shared by every request thread and every job thread."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from include.local_aws.faults.rules import JOB_FAULTS, REQUEST_FAULTS, Rule


class _Entry:
    """A rule and what it has done."""

    def __init__(self, place: int, rule: Rule) -> None:
        self.place = place
        self.rule = rule
        self.met: Counter[str] = Counter()
        self.fired = 0

    def fires(self, subject: str) -> bool:
        """Count the ``subject`` (an operation or a job) and answer whether this time it is hit."""
        if self.rule.count is not None and self.fired >= self.rule.count:
            return False
        self.met[subject] += 1
        if not self.rule.chosen(self.place, f"{subject} {self.met[subject]}"):
            return False
        self.fired += 1
        return True


class RuleBook:
    """Which rule hits which call or job. No rules: nothing ever goes wrong."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[_Entry] = []
        self._calls: Counter[str] = Counter()

    def replace(self, rules: Iterable[Rule]) -> None:
        """Put these rules in force instead of all others, with nothing fired yet."""
        entries = [_Entry(place, rule) for place, rule in enumerate(rules, 1)]
        with self._lock:
            self._entries = entries

    def reset_calls(self) -> None:
        """Count calls from zero again."""
        with self._lock:
            self._calls.clear()

    def told(self) -> dict[str, Any]:
        """Return the document that the admin route shows."""
        with self._lock:
            rules = [{**entry.rule.told(), "fired": entry.fired} for entry in self._entries]
            return {"rules": rules, "calls": dict(sorted(self._calls.items()))}

    def met_by_request(self, operation: str) -> list[Rule]:
        """Count a call and return the rules that hit it: any number of delays, then at most one other, the first.

        The n-th call of an operation meets the same fate however the calls of other operations fall between.
        """
        with self._lock:
            self._calls[operation] += 1
            entries = [entry for entry in self._entries if entry.rule.fault in REQUEST_FAULTS]
            return _hits(entries, operation, operation)

    def met_by_job(self, operation: str, name: str, *, spot: bool) -> list[Rule]:
        """Return the rules that hit a start of a job: any number of slow starts, then at most one other, the first.

        ``operation`` created the job. Only a ``spot`` job can be interrupted. The n-th start of a job of this name
        meets the same fate in every run, unless ``count`` makes it a question of who comes first.
        """
        with self._lock:
            entries = [
                entry
                for entry in self._entries
                if entry.rule.fault in JOB_FAULTS
                and fnmatchcase(name, entry.rule.job)
                and (spot or entry.rule.fault != "interrupt")
            ]
            return _hits(entries, operation, name)


def _hits(entries: Iterable[_Entry], operation: str, subject: str) -> list[Rule]:
    hit: list[Rule] = []
    for entry in entries:
        if entry.rule.matches(operation) and entry.fires(subject):
            hit.append(entry.rule)
            if entry.rule.fault not in {"delay", "slow_start"}:
                break
    return hit
