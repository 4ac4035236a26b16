"""Check the header of a file against the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from include.autopilot.base.errors import ContractError
from include.autopilot.base.near import asked
from include.autopilot.candidate.contract import Contract, contract_of_header
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.identity import identity

_NAMED = 10
_SHOWN = 40
_KEY_TRAINS = "the key decides which rows train and which validate"
_KEY_NAMES = "the key says which prediction is whose"


def check_header(file: CsvFile, contract: Contract, ignore: Sequence[str], measured: bool = True) -> tuple[str, ...]:
    """Return the columns that nobody asked for.

    Columns without a name, as spreadsheets leave them behind the table, may be several.

    :param ignore: columns that may be there and are not reported.
    :param measured: whether the target has to be there: not in rows that are to be predicted.
    :raises ContractError: a column is missing or stands there twice.
    """
    wanted = {contract.key, *contract.columns}
    problems = [
        f"{file.name}: column {name!r} stands {count} times in the header (line {file.line}). Keep one of them."
        for name, count in Counter(file.header).items()
        if count > 1 and (name.strip() or name in wanted)
    ]
    problems += _missing(file, contract, measured)
    if problems:
        raise ContractError(problems)
    return tuple(name for name in dict.fromkeys(file.header) if name not in {*wanted, *ignore})


def contract_of_first(file: CsvFile, target: str, key: str, ignore: tuple[str, ...], regression: bool) -> Contract:
    """Return the contract that a first file sets where no candidate has set one.

    :raises ContractError: it lacks the key or the target, or a column stands there twice.
    """
    check_header(file, Contract((target,), target, (), (), key), ignore)
    return contract_of_header(file.header, target, key, ignore, regression)


def _missing(file: CsvFile, contract: Contract, measured: bool) -> list[str]:
    present = set(file.header)
    hint = _hint(file, contract)
    gone = f"is missing from the header (line {file.line}).{hint}"
    absent = [name for name in contract.features if name not in present]
    unknown = [name for name in file.header if name not in (contract.key, *contract.columns)]
    spelt = _spelt([contract.target, contract.key, *absent], present, unknown)
    # Where it is no header of this table, one sentence says so, and not one for each column.
    absent = [name for name in absent if not hint or name in spelt]
    problems = []
    for role, name, otherwise in (
        ("target", contract.target, "without measured values there is nothing to learn from."),
        ("key", contract.key, f"{_KEY_TRAINS if measured else _KEY_NAMES}."),
    ):
        if name not in present and (measured or role == "key"):
            named = asked(name, unknown if role == "target" else (*unknown, *contract.features))
            otherwise = f"Add it; {otherwise}{named}{named and f' Then correct {role} in the YAML of the model.'}"
            problems.append(f"{file.name}: the {role} column {name!r} {gone} {spelt.get(name, otherwise)}")
    for name in absent[:_NAMED]:
        fix = spelt.get(name, f"Add it, or search for a new template.{asked(name, unknown)}")
        problems.append(f"{file.name}: column {name!r} {gone} {fix}")
    if len(absent) > _NAMED:
        problems.append(f"{file.name}: {len(absent) - _NAMED} more columns are missing.")
    return problems


def _spelt(names: Sequence[str], present: Collection[str], unknown: Sequence[str]) -> dict[str, str]:
    """Return what to do about missing columns that only seem to be there, shown as they are written.

    :param unknown: columns that are there and wanted under no name; of several missing ones each gets one of its own.
    """
    found: dict[str, str] = {}
    for alike in (_normal, _folded):
        for name in names:
            if name not in present and name not in found:
                spare = (other for other in unknown if other not in found.values())
                near = next((other for other in spare if alike(other) == alike(name)), None)
                found |= {} if near is None else {name: near}
    return {name: f"What it has is {near!a}; rename that to {name!a}." for name, near in found.items()}


def _normal(name: str) -> str:
    return identity(name).normal


def _folded(name: str) -> str:
    return identity(name).folded


def separated(header: Sequence[str]) -> str:
    """Return a sentence for a header of one cell that seems to be several, else nothing."""
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and separator in header[0]:
            return f" The header seems to be separated by {name}; use commas."
    return ""


def _hint(file: CsvFile, contract: Contract) -> str:
    header = file.header
    if {contract.key, *contract.columns} & set(header):
        return ""
    return separated(header) or f" That line begins with {header[0][:_SHOWN]!r}, and is no header of this table."
