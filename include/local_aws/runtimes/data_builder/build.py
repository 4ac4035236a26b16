"""The data builder: checks the raw data, splits it, and says what it found.

Environment: ``label_col`` (the target), ``validation_fraction`` (used without a validation input), ``problem_type``
(empty: inferred), ``compression`` (``None`` or ``Gzip``), ``mode`` (other than ``ENSEMBLING`` the rows go through batch
transforms, which take no line breaks in cells). Inputs: ``processing/input/{train,validation}``. Outputs:
``processing/output/tuning_data/{train,validation}/chunk_N.csv`` without a header, target first, and
``processing/output/columns/columns.json``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.cells import is_missing
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.data_builder.checks import check_classes, check_features, check_target, tell_rounding
from include.local_aws.runtimes.data_builder.columns import describe, problem_type
from include.local_aws.runtimes.data_builder.table import Table, read_table, write_rows
from include.local_aws.runtimes.number_texts import as_numbers

# Autopilot refuses smaller tables.
MINIMUM_ROWS = 500
_CHUNK_ROWS = 50_000
_MULTICLASS = "MulticlassClassification"


def run_build(opt_ml: Path) -> None:
    """Build the data of a search.

    :raises ClientError: the data cannot be searched; says what is wrong.
    """
    source, output = opt_ml / "processing" / "input", opt_ml / "processing" / "output"
    settings: Mapping[str, str] = os.environ
    target, gzipped = settings.get("label_col", ""), settings.get("compression") == "Gzip"
    one_line = settings.get("mode") != "ENSEMBLING"
    train = _target_first(read_table(source / "train", gzipped, one_line), target)
    if len(train.cells) < MINIMUM_ROWS:
        raise ClientError(f"the training data has {len(train.cells)} rows; at least {MINIMUM_ROWS} are needed")
    problem = settings.get("problem_type") or problem_type(train.column(target))
    if problem == "Regression":
        check_target(train, "training")
    train, dropped = _labelled(train, problem, MINIMUM_ROWS)
    if (source / "validation").is_dir():
        other = _same_columns(_target_first(read_table(source / "validation", gzipped, one_line), target), train)
        if problem == "Regression":
            check_target(other, "validation")
        validation, more = _labelled(other, problem, 1)
        if problem != "Regression":
            check_classes(validation, train)
        dropped += more
        pieces = {"train": train.cells, "validation": validation.cells}
    else:
        held_out = _held_out(train.cells[:, 0], float(settings.get("validation_fraction", "0.2")), problem)
        pieces = {"train": train.cells[~held_out], "validation": train.cells[held_out]}
    rows = {name: len(cells) for name, cells in pieces.items()} | {"dropped": dropped}
    report = _report(train, target, problem, rows)
    check_features(report["columns"])
    for name, cells in pieces.items():
        _write_chunks(output / "tuning_data" / name, cells)
    (output / "columns").mkdir(parents=True, exist_ok=True)
    (output / "columns" / "columns.json").write_text(json.dumps(report), encoding="utf-8")
    print(f"{problem} of {target}: {rows}", flush=True)
    if problem == "Regression":
        tell_rounding(target, train.cells[:, 0])
    for column in report["columns"]:
        if column["reason"]:
            print(f"{column['name']}: {column['kind']}: {column['reason']}", flush=True)


def _target_first(table: Table, target: str) -> Table:
    if target not in table.names:
        raise ClientError(f"Target attribute name {target} does not exist in header.")
    at = table.names.index(target)
    order = [at, *(index for index in range(len(table.names)) if index != at)]
    return Table(tuple(table.names[index] for index in order), table.cells[:, order])


def _same_columns(table: Table, train: Table) -> Table:
    if set(table.names) != set(train.names):
        different = sorted(set(table.names) ^ set(train.names))
        raise ClientError(f"training and validation data differ in the column {different[0]!r}")
    return Table(train.names, table.cells[:, [table.names.index(name) for name in train.names]])


def _labelled(table: Table, problem: str, minimum: int) -> tuple[Table, int]:
    """Return the rows that have a usable target, and how many have none."""
    values = table.cells[:, 0]
    usable = ~np.isnan(as_numbers(values)) if problem == "Regression" else ~is_missing(values)
    if usable.sum() < minimum:
        raise ClientError(f"{usable.sum()} rows have a usable target; at least {minimum} are needed")
    return Table(table.names, table.cells[usable]), int((~usable).sum())


def _held_out(values: NDArray[Any], fraction: float, problem: str) -> NDArray[np.bool_]:
    """Choose the validation rows: the same for the same table; every class gives its share."""
    shuffled = np.random.default_rng(0).permutation(len(values))
    if problem != "Regression":
        classes = {label: number for number, label in enumerate(sorted(set(values)))}
        shuffled = shuffled[np.argsort([classes[label] for label in values[shuffled]], kind="stable")]
    # Every place at which the running total of `fraction` passes a whole number.
    steps = np.floor(np.arange(len(values) + 1) * fraction + 1e-9)
    chosen = np.zeros(len(values), dtype=bool)
    chosen[shuffled[np.diff(steps) > 0]] = True
    if not chosen.any() or chosen.all():
        raise ClientError(f"ValidationFraction {fraction:g} leaves no rows for one of the two parts")
    return chosen


def _write_chunks(folder: Path, cells: NDArray[Any]) -> None:
    for number, start in enumerate(range(0, len(cells), _CHUNK_ROWS)):
        write_rows(folder / f"chunk_{number}.csv", cells[start : start + _CHUNK_ROWS])


def _report(table: Table, target: str, problem: str, rows: dict[str, int]) -> dict[str, Any]:
    labels = [] if problem == "Regression" else _labels(table.cells[:, 0], problem)
    return {
        "column_names": list(table.names),
        "target": target,
        "problem_type": problem,
        "labels": labels,
        "rows": rows,
        "columns": [asdict(describe(name, table.column(name))) for name in table.names[1:]],
    }


def _labels(values: NDArray[Any], problem: str) -> list[dict[str, Any]]:
    """Return the classes and their counts: by count for two classes, by name for more."""
    counts = Counter(values.tolist())
    if len(counts) < 2 or (problem != _MULTICLASS and len(counts) > 2):
        raise ClientError(f"the target has {len(counts)} classes, which is not a {problem}")
    ordered = sorted(counts) if problem == _MULTICLASS else [label for label, _ in counts.most_common()]
    return [{"label": label, "rows": counts[label]} for label in ordered]
