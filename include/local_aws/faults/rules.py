"""A rule: what goes wrong, for which calls or jobs, how often."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from types import UnionType
from typing import Any, get_args, get_type_hints

# Fault -> the members that only some faults have. What each does is told where it is done: requests.py, jobs.py.
REQUEST_FAULTS: dict[str, tuple[str, ...]] = {
    "delay": ("seconds",),
    "throttle": (),
    "server_error": ("status",),
    "expired_token": (),
    "resource_limit": (),
    "drop": (),
    "drop_after": (),
}
JOB_FAULTS: dict[str, tuple[str, ...]] = {
    "slow_start": ("job", "seconds"),
    "capacity": ("job", "seconds"),
    "interrupt": ("job", "seconds", "wait", "restarts"),
}
_FAULTS = {**REQUEST_FAULTS, **JOB_FAULTS}
_SPECIAL = {name for members in _FAULTS.values() for name in members}
JOB_CREATES = ("sagemaker.CreateTrainingJob", "sagemaker.CreateTransformJob", "sagemaker.CreateProcessingJob")
# The faults that are not for every operation; only training jobs can run on spot instances.
_ONLY = {
    "resource_limit": JOB_CREATES,
    "slow_start": JOB_CREATES,
    "capacity": JOB_CREATES,
    "interrupt": JOB_CREATES[:1],
}
_STATUSES = (500, 502, 503, 504)


class BadRule(ValueError):
    """A rule that means nothing; the message names the rule, the member and what it may be."""


@dataclass(frozen=True)
class Rule:
    """One kind of misbehaviour.

    ``operation`` is a glob over ``service.Operation``: ``sagemaker.Describe*``, ``s3.*``. Of the matching calls
    ``percent`` are hit, the same ones in every run with the same ``seed``, and at most ``count`` of them in all. Faults
    of jobs match the operation that created the job and, with ``job``, a glob over its name.

    ``seconds`` is how long a delay, a slow start or the search for capacity takes, and after how many seconds of
    training an interruption comes; ``wait`` how long there is no instance after it; ``restarts`` how often a job is
    started again (None: until its MaxWaitTimeInSeconds); ``status`` the HTTP status of a server error.
    """

    fault: str
    operation: str = "*"
    percent: float = 100
    count: int | None = None
    seed: int = 0
    seconds: float = 0
    status: int = 500
    job: str = "*"
    wait: float = 0
    restarts: int | None = None

    def matches(self, operation: str) -> bool:
        """Whether the rule is about this operation at all."""
        return operation in _ONLY.get(self.fault, (operation,)) and fnmatchcase(operation, self.operation)

    def chosen(self, place: int, subject: str) -> bool:
        """Whether ``subject`` is among the ``percent``: a question of the seed and the rule's place alone.

        The place keeps two rules with the same seed from choosing the same calls.
        """
        draw = random.Random(f"{self.seed} {place} {self.fault} {subject}")  # noqa: S311 - repeatable, not secret
        return draw.random() * 100 < self.percent

    def told(self) -> dict[str, Any]:
        """Return the rule as the admin route shows it: the members that this fault has."""
        unused = _SPECIAL - set(_FAULTS[self.fault])
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in unused}


def read_rule(given: Any, place: int) -> Rule:
    """Read a rule from JSON; raises :class:`BadRule` for anything that would not do what it says."""
    where = f"rule {place}"
    if not isinstance(given, Mapping):
        raise BadRule(f"{where}: expected an object, not {given!r}")
    fault = given.get("fault")
    if not isinstance(fault, str) or fault not in _FAULTS:
        raise BadRule(f"{where}: fault must be one of {', '.join(_FAULTS)}, not {fault!r}")
    hints = get_type_hints(Rule)
    allowed = [name for name in hints if name not in _SPECIAL or name in _FAULTS[fault]]
    for name, value in given.items():
        if name not in allowed:
            raise BadRule(f"{where}: {fault} has no {name!r}; it has {', '.join(allowed)}")
        if not _fits(value, hints[name]):
            raise BadRule(f"{where}: {name} cannot be {value!r}")
    rule = Rule(**given)
    _check_values(rule, where)
    return rule


def _fits(value: Any, hint: Any) -> bool:
    allowed = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if float in allowed:
        allowed = (*allowed, int)
    return type(value) in allowed  # not isinstance: True is no number here


def _check_values(rule: Rule, where: str) -> None:
    if not 0 <= rule.percent <= 100:
        raise BadRule(f"{where}: percent must be from 0 to 100, not {rule.percent}")
    if rule.status not in _STATUSES:
        raise BadRule(f"{where}: status must be one of {_STATUSES}, not {rule.status}")
    for name in ("count", "seconds", "wait", "restarts"):
        value = getattr(rule, name)
        if value is not None and value < 0:
            raise BadRule(f"{where}: {name} must not be negative, and is {value}")
    only = _ONLY.get(rule.fault)
    if only and not any(rule.matches(operation) for operation in only):
        raise BadRule(f"{where}: {rule.fault} is for {', '.join(only)}; {rule.operation!r} matches none of them")
