"""Check the header of a file against the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from include.autopilot.contract import Contract
from include.autopilot.errors import ContractError

_NAMED = 10
_KEY_TRAINS = "the key decides which rows train and which validate"
_KEY_NAMES = "the key says which prediction is whose"


def check_header(
    file: str, header: Sequence[str], contract: Contract, ignore: Sequence[str], measured: bool = True
) -> tuple[str, ...]:
    """Return the columns that nobody asked for.

    :param ignore: columns that may be there and are not reported.
    :param measured: whether the target has to be there: not in rows that are to be predicted.
    :raises ContractError: a column is missing or stands there twice.
    """
    problems = [
        f"{file}: column {name!r} stands {count} times in the header (line 1). Keep one of them."
        for name, count in Counter(header).items()
        if count > 1
    ]
    problems += _missing(file, header, contract, measured)
    if problems:
        raise ContractError(problems)
    wanted = {contract.key, *contract.columns, *ignore}
    return tuple(name for name in header if name not in wanted)


def _missing(file: str, header: Sequence[str], contract: Contract, measured: bool) -> list[str]:
    present = set(header)
    hint = _separator_hint(header)
    problems = []
    if measured and contract.target not in present:
        problems.append(
            f"{file}: the target column {contract.target!r} is missing from the header (line 1).{hint} "
            "Add it; without measured values there is nothing to learn from."
        )
    if contract.key not in present:
        problems.append(
            f"{file}: the key column {contract.key!r} is missing from the header (line 1).{hint} "
            f"Add it; {_KEY_TRAINS if measured else _KEY_NAMES}."
        )
    absent = [name for name in contract.features if name not in present]
    problems += [
        f"{file}: column {name!r} is missing from the header (line 1).{hint} Add it, or search for a new template."
        for name in absent[:_NAMED]
    ]
    if len(absent) > _NAMED:
        problems.append(f"{file}: {len(absent) - _NAMED} more columns are missing.")
    return problems


def _separator_hint(header: Sequence[str]) -> str:
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            return f" The header seems to be separated by {name}; use commas."
    return ""
