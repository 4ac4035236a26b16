"""The ranges of a tuning job: read from ParameterRanges, searched by Optuna, told as the texts that SageMaker sends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from include.local_aws.errors import ValidationException
from include.local_aws.runtimes.number_texts import number_in

if TYPE_CHECKING:
    import optuna

_Number = TypeVar("_Number", int, float)

# What "Auto" means here: logarithmic for positive ranges over at least so many times their least value, else linear.
AUTO_LOGARITHMIC = 100
# The tuner counts in floats, which hold every whole number up to here.
_GREATEST = 2**53 - 1
_LINEAR, _LOGARITHMIC, _REVERSE = "Linear", "Logarithmic", "ReverseLogarithmic"


class Range(Protocol):
    """One hyperparameter that is searched. The tuner's value of it is what Optuna knows, the text what a job gets."""

    @property
    def name(self) -> str:
        """The hyperparameter."""

    @property
    def bounds(self) -> tuple[str, ...]:
        """The texts that must be legal values for all of the range to be."""

    @property
    def combinations(self) -> float:
        """How many values there are."""

    @property
    def values(self) -> Iterable[str]:
        """The texts of all values; none where they cannot be counted."""

    def suggest(self, trial: optuna.Trial, at: str) -> str:
        """Ask a trial for a value, under the tuner's name ``at``."""

    def known(self, text: str) -> Any:
        """Return the tuner's value of a text; None if it is not in the range."""

    def distribution(self) -> optuna.distributions.BaseDistribution:
        """Return what Optuna draws from."""


@dataclass(frozen=True)
class Whole:
    """Whole numbers from ``low`` to ``high``."""

    name: str
    low: int
    high: int
    logarithmic: bool

    @property
    def bounds(self) -> tuple[str, ...]:
        """Return the texts by which the range is checked."""
        return str(self.low), str(self.high)

    @property
    def combinations(self) -> float:
        """Count the values."""
        return self.high - self.low + 1

    @property
    def values(self) -> Iterable[str]:
        """Give the values."""
        return map(str, range(self.low, self.high + 1))

    def suggest(self, trial: optuna.Trial, at: str) -> str:
        """Ask a trial for a value."""
        return str(trial.suggest_int(at, self.low, self.high, log=self.logarithmic))

    def known(self, text: str) -> Any:
        """Return the tuner's value of a text, None outside."""
        value = _whole(text)
        return value if value is not None and self.low <= value <= self.high else None

    def distribution(self) -> optuna.distributions.BaseDistribution:
        """Return what Optuna draws from."""
        from optuna.distributions import IntDistribution

        return IntDistribution(self.low, self.high, log=self.logarithmic)


@dataclass(frozen=True)
class Real:
    """Numbers from ``low`` to ``high``. Of a reverse scale the tuner knows the distance from 1, logarithmically."""

    name: str
    low: float
    high: float
    scale: str

    @property
    def bounds(self) -> tuple[str, ...]:
        """Return the texts by which the range is checked."""
        return str(self.low), str(self.high)

    @property
    def combinations(self) -> float:
        """Count the values."""
        return math.inf if self.low < self.high else 1

    @property
    def values(self) -> Iterable[str]:
        """Give the value if there is only one."""
        return () if self.low < self.high else (self._text(self.low),)

    def suggest(self, trial: optuna.Trial, at: str) -> str:
        """Ask a trial for a value."""
        low, high = self._drawn
        value = trial.suggest_float(at, low, high, log=self.scale != _LINEAR)
        return self._text(1 - value if self.scale == _REVERSE else value)

    def known(self, text: str) -> Any:
        """Return the tuner's value of a text, None outside."""
        value = _finite(text)
        if value is None or not self.low <= value <= self.high:
            return None
        return 1 - value if self.scale == _REVERSE else value

    def distribution(self) -> optuna.distributions.BaseDistribution:
        """Return what Optuna draws from."""
        from optuna.distributions import FloatDistribution

        return FloatDistribution(*self._drawn, log=self.scale != _LINEAR)

    @property
    def _drawn(self) -> tuple[float, float]:
        return (1 - self.high, 1 - self.low) if self.scale == _REVERSE else (self.low, self.high)

    def _text(self, value: float) -> str:
        """Write six digits where that stays in the range, all of them where six would leave it."""
        short = f"{value:.6g}"
        return short if self.low <= float(short) <= self.high else repr(min(max(value, self.low), self.high))


@dataclass(frozen=True)
class Words:
    """One of some texts."""

    name: str
    values: tuple[str, ...]

    @property
    def bounds(self) -> tuple[str, ...]:
        """Return the texts by which the range is checked."""
        return self.values

    @property
    def combinations(self) -> float:
        """Count the values."""
        return len(self.values)

    def suggest(self, trial: optuna.Trial, at: str) -> str:
        """Ask a trial for a value."""
        return str(trial.suggest_categorical(at, self.values))

    def known(self, text: str) -> Any:
        """Return the tuner's value of a text, None outside."""
        return text if text in self.values else None

    def distribution(self) -> optuna.distributions.BaseDistribution:
        """Return what Optuna draws from."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.values)


def ranges_of(parameters: Mapping[str, Any]) -> tuple[Range, ...]:
    """Read ParameterRanges: whole numbers, numbers, words, each in the order given.

    :raises ValidationException: a bound is no number or above the other, a scale does not fit, a name is there twice.
    """
    found = tuple(_read(parameters))
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise ValidationException(f"The hyperparameter {name} has more than one range. Provide one.")
    return found


def _read(parameters: Mapping[str, Any]) -> Iterator[Range]:
    for one in parameters.get("IntegerParameterRanges", []):
        low, high = _ordered(one, _whole, f"integers from -{_GREATEST} to {_GREATEST}")
        scale = _scale(one, low, high)
        if scale == _REVERSE:
            raise ValidationException(
                f"ReverseLogarithmic is no scaling type of an integer range; that of {one['Name']} can be Auto, Linear "
                "or Logarithmic."
            )
        yield Whole(one["Name"], low, high, scale == _LOGARITHMIC)
    for one in parameters.get("ContinuousParameterRanges", []):
        least, most = _ordered(one, _finite, "numbers")
        if not math.isfinite(most - least):
            raise ValidationException(
                f"The range of the hyperparameter {one['Name']} isn't valid: it is wider than a number can be. Bring "
                "MinValue and MaxValue nearer to each other."
            )
        yield Real(one["Name"], least, most, _scale(one, least, most))
    for one in parameters.get("CategoricalParameterRanges", []):
        yield Words(one["Name"], tuple(dict.fromkeys(one["Values"])))


def _ordered(given: Mapping[str, Any], read: Callable[[str], _Number | None], kind: str) -> tuple[_Number, _Number]:
    low, high = (read(given[member]) for member in ("MinValue", "MaxValue"))
    if low is None or high is None:
        raise ValidationException(
            f"The range of the hyperparameter {given['Name']} isn't valid: MinValue {given['MinValue']!r} and MaxValue "
            f"{given['MaxValue']!r} must be {kind}."
        )
    if low > high:
        raise ValidationException(
            f"The range of the hyperparameter {given['Name']} isn't valid: MinValue {given['MinValue']} must be less "
            f"than or equal to MaxValue {given['MaxValue']}."
        )
    return low, high


def _scale(given: Mapping[str, Any], low: float, high: float) -> str:
    scale: str = given.get("ScalingType", "Auto")
    if scale == "Auto":
        return _LOGARITHMIC if 0 < low <= high / AUTO_LOGARITHMIC else _LINEAR
    if scale == _LOGARITHMIC and low <= 0:
        raise ValidationException(
            f"Logarithmic scaling works only for ranges that have only values greater than 0; that of {given['Name']} "
            f"begins at {given['MinValue']}."
        )
    if scale == _REVERSE and not (low >= 0 and high < 1):
        raise ValidationException(
            "Reverse logarithmic scaling works only for ranges that are entirely within the range 0<=x<1.0; that of "
            f"{given['Name']} is {given['MinValue']} to {given['MaxValue']}."
        )
    return scale


def _finite(text: str) -> float | None:
    value = number_in(text)
    return value if value is not None and math.isfinite(value) else None


def _whole(text: str) -> int | None:
    value = _finite(text)
    return int(value) if value is not None and value.is_integer() and abs(value) <= _GREATEST else None
