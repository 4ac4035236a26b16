"""Prepare a drop: check it, keep the holdouts out, split it by key, write what the featurizer reads.

A prepared drop is chunks of CSV without a header, columns in the contract's order with the target in its place. It is
made once per content: its folder is named after everything that decides what is in it, and ``check.json`` is written
last, so a folder with it is complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.contract import Contract
from include.autopilot.csvlines import encode_file
from include.autopilot.digest import of_bytes, of_json
from include.autopilot.drops import DropContent
from include.autopilot.errors import MissingObjectError
from include.autopilot.holdouts import Holdout, holdouts_digest
from include.autopilot.locations import Locations
from include.autopilot.objects import read_json, write, write_json
from include.autopilot.split import SALT, SIDES, Side, side
from include.autopilot.table import Table, read_table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Rules:
    """What decides, apart from the drop itself, what a prepared drop looks like.

    :param search: what to run to learn a new class, for messages; decides nothing.
    """

    contract: Contract
    ignore: tuple[str, ...]
    validation_fraction: float
    held_out: frozenset[str]
    holdouts: str
    search: str = "the search"

    @property
    def digest(self) -> str:
        """The digest that names the folder of drops prepared by these rules."""
        return of_json([self.contract.digest, SALT, self.validation_fraction, self.holdouts])


@dataclass(frozen=True)
class Prepared:
    """What is known about a prepared drop; the content of ``check.json``.

    :param digest: the digest of the drop.
    :param prepared: the digest of the chunks; names the folder of their features.
    :param folder: the S3 prefix with the chunks; ``train/`` and ``validation/`` below it.
    :param chunks: the chunks' keys below the folder. A side without rows has none.
    :param rows: rows in the drop; ``train`` + ``validation`` + ``held_out`` + ``unusable``.
    :param held_out: rows whose key is in a holdout, so no training sees them.
    :param unusable: rows without a target.
    :param extra: columns nobody asked for.
    :param train_classes: class -> rows, of the training side; empty for a regression, as is ``validation_classes``.
    """

    digest: str
    prepared: str
    folder: str
    chunks: tuple[str, ...]
    rows: int
    train: int
    validation: int
    held_out: int
    unusable: int
    extra: tuple[str, ...]
    source: str | None
    train_classes: Mapping[str, int] = field(default_factory=dict)
    validation_classes: Mapping[str, int] = field(default_factory=dict)


_ADAPTER = TypeAdapter(Prepared)


def rules_of(
    contract: Contract,
    ignore: tuple[str, ...],
    validation_fraction: float,
    holdouts: Sequence[Holdout],
    search: str = "the search",
) -> Rules:
    """Return the rules of a run."""
    keys = frozenset(key for holdout in holdouts for key in holdout.keys)
    return Rules(contract, ignore, validation_fraction, keys, holdouts_digest(holdouts), search)


def prepare_drop(s3: S3Client, locations: Locations, content: DropContent, rules: Rules) -> Prepared:
    """Return the prepared drop, made now unless an earlier run made it.

    :raises ContractError: a file breaks the contract; nothing is written then.
    """
    folder = locations.prepared(rules.digest, content.digest)
    try:
        stored = read_json(s3, f"{folder}/check.json")
    except MissingObjectError:
        return _make(s3, folder, content, rules)
    return _ADAPTER.validate_python(stored)


def _make(s3: S3Client, folder: str, content: DropContent, rules: Rules) -> Prepared:
    tables = _read(content, rules)
    sides: dict[Side, list[str]] = {name: [] for name in SIDES}
    classes: dict[Side, Counter[str]] = {name: Counter() for name in SIDES}
    held_out = 0
    for table in tables:
        for (key, line), label in zip_longest(table.lines, table.classes):
            if key in rules.held_out:
                held_out += 1
                continue
            chosen = side(key, rules.validation_fraction)
            sides[chosen].append(line)
            if label is not None:
                classes[chosen][label] += 1
    # A chunk without rows is not written: SageMaker refuses empty input files.
    chunks = {f"{name}/chunk_0.csv": encode_file(lines) for name, lines in sides.items() if lines}
    for key, body in chunks.items():
        write(s3, f"{folder}/rows/{key}", body, "text/csv", content.source)
    prepared = Prepared(
        digest=content.digest,
        prepared=of_json({key: of_bytes(body) for key, body in chunks.items()}),
        folder=f"{folder}/rows",
        chunks=tuple(chunks),
        rows=sum(table.rows for table in tables),
        train=len(sides["train"]),
        validation=len(sides["validation"]),
        held_out=held_out,
        unusable=sum(table.unusable for table in tables),
        extra=tuple(dict.fromkeys(name for table in tables for name in table.extra)),
        source=content.source,
        train_classes=dict(classes["train"]),
        validation_classes=dict(classes["validation"]),
    )
    write_json(s3, f"{folder}/check.json", _ADAPTER.dump_python(prepared, mode="json"))
    return prepared


def _read(content: DropContent, rules: Rules) -> list[Table]:
    seen: dict[str, str] = {}
    return [
        read_table(file.uri, file.body, rules.contract, rules.ignore, seen=seen, search=rules.search)
        for file in content.files
    ]
