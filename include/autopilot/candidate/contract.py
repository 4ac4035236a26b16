"""The column contract: what every drop and every holdout must satisfy before a paid job starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import CandidateError
from include.autopilot.candidate.processor import Processor

# What Autopilot calls the kind of a column whose cells it parses as numbers.
_NUMERIC = "numeric"


@dataclass(frozen=True)
class Schema:
    """What the candidate says of its columns: names in the order it expects them, the target in its place among them.

    :param numeric: columns whose cells must be numbers or empty.
    :param labels: the classes the candidate knows, by class index; empty for regression or where it does not say.
    """

    columns: tuple[str, ...]
    target: str
    numeric: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The columns without the target, in order."""
        return tuple(column for column in self.columns if column != self.target)

    def keyed(self, key: str) -> Contract:
        """Return the contract of a model whose rows are identified by the column ``key``."""
        return Contract(self.columns, self.target, self.numeric, self.labels, key)


@dataclass(frozen=True)
class Contract(Schema):
    """The schema and the column that identifies a row, which is not among ``columns``."""

    key: str

    @property
    def digest(self) -> str:
        """The digest of the whole contract."""
        return of_json(asdict(self))


def schema_of(processor: Processor, problem_type: str) -> Schema:
    """Return the schema of a candidate's data processor.

    A column that Autopilot reads in several ways (as a number and as a category, say) may hold text.
    """
    others = {name for kind, names in processor.kinds.items() if kind != _NUMERIC for name in names}
    numeric = {name for name in processor.kinds.get(_NUMERIC, ()) if name not in others}
    if problem_type == "Regression":
        numeric.add(processor.target)
    labels = () if problem_type == "Regression" else processor.labels
    ordered = tuple(column for column in processor.header if column in numeric)
    return Schema(columns=processor.header, target=processor.target, numeric=ordered, labels=labels)


def schema_of_columns(columns: Sequence[str], target: str, problem_type: str) -> Schema:
    """Return the schema of columns whose order somebody stated; nothing else is known of them.

    :raises CandidateError: the target is not exactly one of them, or one is named twice.
    """
    names = tuple(columns)
    if names.count(target) != 1 or len(set(names)) != len(names):
        raise CandidateError(
            f"The columns given, {', '.join(names)}, must name the target {target!r} and each other column once."
        )
    return Schema(names, target, numeric=(target,) if problem_type == "Regression" else (), labels=())


def contract_of_header(header: list[str], target: str, key: str, ignore: tuple[str, ...], regression: bool) -> Contract:
    """Return the contract that a first file sets where no candidate has set one: its own columns, in its own order.

    What has no name is no feature: the row numbers of R or pandas, what a spreadsheet leaves behind the table.
    """
    columns = tuple(column for column in header if column.strip() and column != key and column not in ignore)
    return Contract(columns=columns, target=target, numeric=(target,) if regression else (), labels=(), key=key)
