"""What is looked at in a file before it is delivered, and in the drops beside it: the same as a run looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import ContractError, DropError, EmptyFileError
from include.autopilot.base.locations import Locations
from include.autopilot.base.metrics import BINARY, REGRESSION
from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.beside import Beside
from include.autopilot.drops.findings import Finding, refuse
from include.autopilot.drops.firstcolumns import first_contract
from include.autopilot.drops.heldout import HeldOut, Match
from include.autopilot.drops.identitycheck import MATCHES, Counted, compared, matched, placeholders
from include.autopilot.drops.listing import Drop
from include.autopilot.drops.remarks import unended_told
from include.autopilot.drops.sieve import Sieve
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.fileheader import read_header
from include.autopilot.rows.firstlook import FirstLook, Watch
from include.autopilot.rows.header import contract_of_first
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.rows.scan import Row, Scan
from include.autopilot.rows.source import Source
from include.autopilot.s3.objects import exists
from include.autopilot.s3.reader import opened
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.published import Template, current_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SHOWN = 10
_ROWS = "key TEXT, folded TEXT, print TEXT, drop_ INTEGER, file INTEGER, number INTEGER"


@dataclass
class Seen:
    """What was seen of the rows of drops.

    :param usable: rows that have a target; ``of_file``: those of them in the file here; ``held_out``: a holdout's.
    :param rows: all rows of the file here.
    :param extra: columns of the file that nobody asked for.
    :param unended: the file, if its last line has no line end.
    :param unread: a sentence for what could not be read of other drops.
    """

    usable: int = 0
    of_file: int = 0
    rows: int = 0
    held_out: int = 0
    extra: tuple[str, ...] = ()
    unended: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def notes(self) -> Iterator[str]:
        """Yield a sentence for everything that stops nothing.

        :raises DropError: nothing would be left to train on.
        :raises IdentityError: there is a finding that is refused.
        """
        refuse(self.findings)
        if self.usable and self.usable == self.held_out:
            raise DropError(
                f"All {self.usable:,} rows are in a drop and in a holdout, so that none is left to train on. Deliver "
                "other rows."
            )
        yield from map(str, self.findings)
        yield from self.unread
        yield from unended_told(self.unended)


def look_at(
    s3: S3Client,
    config: ModelConfig,
    contract: Contract,
    held: HeldOut,
    drops: Sequence[Drop],
    instead: Mapping[str, Path],
    delivered: str | None = None,
    watch: Watch | None = None,
    beside: Beside | None = None,
) -> Seen:
    """Read drops, and compare their rows with each other and with the holdouts.

    :param instead: address -> a file here that is read in its place.
    :param delivered: the holdout that is delivered; one that is there already may have a row without a key.
    :param watch: is shown every row.
    :param beside: drops that these are compared with, whose own faults are not told.
    """
    look = Seen()
    listed = [*drops, *(beside.drops if beside else ())]
    with KeyTable(_ROWS, looked_up=("folded",) if beside else ()) as table, KeyTable(MATCHES) as matches:
        looking = _Looking(look, config, contract, held, table, matches, watch)
        counted = [looking.read(s3, place, drop, instead) for place, drop in enumerate(drops)]
        rules, yaml = config.identity, f"{config.name}.yaml"
        others = beside.rows(table, len(drops)) if beside else ()
        found = compared(
            table, held, lambda drop: listed[drop].name, lambda drop, *row: listed[drop].row(*row), rules, yaml, others
        )
        if beside:
            counted += beside.counted
            look.unread = beside.unread
        look.findings += placeholders(counted, held, rules, yaml, delivered)
        look.findings += [*matched(matches, held, rules, yaml), *found]
    return look


@dataclass
class _Looking:
    """Reads drops into tables of their rows, and of those that are or may be a holdout's."""

    look: Seen
    config: ModelConfig
    contract: Contract
    held: HeldOut
    table: KeyTable
    matches: KeyTable
    watch: Watch | None

    def read(self, s3: S3Client, place: int, drop: Drop, instead: Mapping[str, Path]) -> Counted:
        """Read one drop; returns the keys in it that look like none."""

        def note(match: Match, file: int, row: Row) -> None:
            how, other = match
            self.matches.add([(how, row.key, drop.row(file, row.number), other.key, other.holdout, other.row)])

        sieve = Sieve(self.held, self.config.identity.same_row, note)
        for number, listed in enumerate(drop.files):
            here = instead.get(listed.uri)
            try:
                with here.open("rb") if here else opened(s3, listed.uri) as source:
                    scan = self._scan(str(here or listed.uri), source)
                    self.table.add(self._passed(scan, sieve, place, number))
            except EmptyFileError:
                # As in a run, which passes over what a writer in parts leaves behind.
                if here:
                    raise
                continue
            self.look.usable += scan.usable
            if here:
                self.look.of_file += scan.usable
                self.look.rows += scan.rows
                self.look.extra, self.look.unended = scan.extra, [] if scan.ended else [str(here)]
        return Counted(drop.name, drop.row, sieve.placeholders.found)

    def _scan(self, name: str, source: Source) -> Scan:
        search = f"{self.config.name}_search"
        return Scan(name, source, self.contract, self.config.ignore, search=search, watch=self.watch)

    def _passed(self, scan: Scan, sieve: Sieve, place: int, file: int) -> Iterator[tuple[Any, ...]]:
        for row in chain.from_iterable(scan.blocks()):
            named = sieve.passed(file, row)
            if named is None:
                self.look.held_out += 1
            else:
                yield row.key, named.folded, row.fingerprint, place, file, row.number


def published(s3: S3Client, locations: Locations, config: ModelConfig) -> Template | None:
    """Return the model's template; None before there is one.

    :raises TemplateError: it cannot be used here.
    """
    return current_template(s3, locations, config.name) if exists(s3, locations.template("current")) else None


def contract_for(
    s3: S3Client,
    config: ModelConfig,
    template: Template | None,
    drops: Sequence[Drop],
    file: Path,
    holdouts: Sequence[str],
) -> Contract:
    """Return what the columns must be: the template's, else those of the first drop, else those of the file itself.

    :param holdouts: the addresses of those that are there.
    :raises ContractError: a first file lacks the key or the target, or has other columns than a holdout.
    """
    if template is not None:
        return template.schema.keyed(config.key)
    regression = config.search is not None and config.search.problem_type == REGRESSION
    if any(drop.files for drop in drops):
        # Parts may be empty, and all that is there yet.
        with suppress(EmptyFileError):
            return first_contract(s3, config, drops, regression)
    with file.open("rb") as source:
        csv = CsvFile(str(file), source)
        contract = contract_of_first(csv, config.target, config.key, config.ignore, regression)
    for uri in holdouts:
        _compare_columns(s3, config, contract, csv, uri)
    return contract


def _compare_columns(s3: S3Client, config: ModelConfig, contract: Contract, file: CsvFile, uri: str) -> None:
    """See that a holdout has the columns of a first file; what is wrong with the holdout alone is told when it is read.

    :raises ContractError: it has not; either of them may be right.
    """
    try:
        header = read_header(s3, uri)
    except ContractError:
        return
    lacks = [name for name in contract.features if name not in header]
    if lacks and {config.key, config.target} <= {*header}:
        own = [name for name in header if name.strip() and name not in (*file.header, *config.ignore)]
        other = f", and that has {_listed(list(map(ascii, own)))}, which the file has not" if own else ""
        fault = (
            f"{file.name} has {_listed(list(map(ascii, lacks)))}, which the holdout {uri} has not{other}. They need "
            "the same columns: write names in one way, name what no model needs under ignore in "
            f"{config.name}.yaml, or correct the one that is wrong."
        )
        raise ContractError([fault])


def counted_told(rows: int, usable: int) -> Iterator[str]:
    """Yield what becomes of rows without a target, or that there is no row.

    :param usable: how many of the rows have a target.
    """
    if not rows:
        yield "It has a header and no rows: a run learns nothing from it."
    elif rows > usable:
        yield f"{rows - usable:,} of its {rows:,} rows have no target: they train and judge nothing."


def first_look(config: ModelConfig, template: Template | None, contract: Contract) -> FirstLook | None:
    """Return what looks at rows before a search; None where a candidate says, or will, what their cells must be."""
    if template is not None or config.autopilot is not None:
        return None
    return FirstLook(contract, binary=config.search is not None and config.search.problem_type == BINARY)


def foreseen(look: FirstLook | None, file: Path) -> list[str]:
    """Return a sentence for each fault of other files that stops the search, and for all that is only told.

    :raises ContractError: the file that is delivered has faults that stop the search.
    """
    found = list(look.faults(str(file))) if look else []
    if mine := [fault.sentence for fault in found if fault.refused and fault.file == str(file)]:
        raise ContractError(mine)
    there = "No search takes what is there already: "
    return [f"{there if fault.refused else ''}{fault.sentence}" for fault in found]


def features_told(
    config: ModelConfig, template: Template | None, drops: Sequence[Drop], contract: Contract, extra: Sequence[str]
) -> Iterator[str]:
    """Yield what becomes of the columns."""
    if template is None and config.autopilot is not None:
        yield "There is no template yet: which columns are features the Autopilot job says, when the first run asks it."
    elif template is None and not drops:
        yield (
            f"It is the first drop: all of its other columns are features ({_listed(contract.features)}). Name those "
            f"that are none under ignore in {config.name}.yaml before the search."
        )
    elif extra:
        whose = "the template" if template else "the first drop"
        yield f"The model takes no notice of columns that {whose} does not have: {_listed(extra)}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
