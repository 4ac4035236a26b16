"""The column contract: what every drop and every holdout must satisfy before a paid job starts."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from include.autopilot.digest import of_json
from include.autopilot.processor import Processor

# What Autopilot calls the kind of a column whose cells it parses as numbers.
_NUMERIC = "numeric"


@dataclass(frozen=True)
class Contract:
    """Columns in the order the featurizer expects them, the target in its place among them.

    :param key: the column that identifies a row; not among ``columns``.
    :param numeric: columns whose cells must be numbers or empty.
    """

    columns: tuple[str, ...]
    target: str
    key: str
    numeric: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The columns without the target, in order."""
        return tuple(column for column in self.columns if column != self.target)

    @property
    def digest(self) -> str:
        """The digest of the whole contract."""
        return of_json(asdict(self))


def contract_of(processor: Processor, problem_type: str, key: str) -> Contract:
    """Return the contract of a candidate's data processor.

    A column that Autopilot reads in several ways (as a number and as a category, say) may hold text.
    """
    others = {name for kind, names in processor.kinds.items() if kind != _NUMERIC for name in names}
    numeric = {name for name in processor.kinds.get(_NUMERIC, ()) if name not in others}
    if problem_type == "Regression":
        numeric.add(processor.target)
    ordered = tuple(column for column in processor.header if column in numeric)
    return Contract(columns=processor.header, target=processor.target, key=key, numeric=ordered)


def contract_of_header(header: list[str], target: str, key: str, ignore: tuple[str, ...], regression: bool) -> Contract:
    """Return the contract that a first file sets where no candidate has set one: its own columns, in its own order."""
    columns = tuple(column for column in header if column != key and column not in ignore)
    return Contract(columns=columns, target=target, key=key, numeric=(target,) if regression else ())
