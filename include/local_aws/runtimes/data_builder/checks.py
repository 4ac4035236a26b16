"""What of the raw data is refused, because a search would leave it out or fail on it later; and what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.cells import is_missing
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.data_builder.columns import teaches
from include.local_aws.runtimes.data_builder.table import Table
from include.local_aws.runtimes.number_texts import as_numbers, number_in

# Rounding by more than this share of the target's standard deviation is told.
_ROUNDED_SHARE = 0.01


def check_target(table: Table, name: str) -> None:
    """Refuse a column of numbers with texts among them: `1,234.5` is that of the largest numbers alone.

    Missing and infinite targets are not meant: their rows are dropped and counted. Nor is a column without any number.

    :param table: the target is its first column.
    :param name: `training` or `validation`.
    :raises ClientError: names how many cells, the first of them and the fix.
    """
    values = table.cells[:, 0]
    unread = [text for text in values[~is_missing(values)] if number_in(text) is None]
    if unread and not np.isnan(as_numbers(values)).all():
        raise ClientError(
            f"{len(unread)} of {len(values)} cells of the target {table.names[0]} in the {name} data are neither "
            f"numbers nor missing; the first is {unread[0]!r}. "
            "Write numbers plainly, like 1234.5, or leave the cells empty"
        )


def check_classes(validation: Table, train: Table) -> None:
    """Refuse classes that only the validation data have.

    :raises ClientError: names the first of them and its rows.
    """
    counts = Counter(validation.cells[:, 0].tolist())
    if new := sorted(set(counts) - set(train.cells[:, 0].tolist())):
        raise ClientError(
            f"{counts[new[0]]} rows of the validation data have the class {new[0]!r} in the target {train.names[0]}, "
            "which the training data lack: give the training data rows of it, or leave these out"
        )


def check_features(columns: Sequence[Mapping[str, Any]]) -> None:
    """Refuse data without a column to learn from.

    :param columns: as the report describes them.
    :raises ClientError: says of each why it is none.
    """
    if not any(teaches(column) for column in columns):
        reasons = (f"{column['name']!r}: {column['reason'] or 'one value only'}" for column in columns)
        told = "; ".join(reasons) or "there is none beside the target"
        raise ClientError(f"no column can be learned from ({told})")


def tell_rounding(target: str, values: NDArray[Any]) -> None:
    """Say in the log where 32 bits are too few for the target: that is what the algorithms are given.

    :param values: texts that are numbers.
    """
    numbers = as_numbers(values)
    with np.errstate(over="ignore"):
        rounded = numbers.astype(np.float32).astype(np.float64)
        off, spread = np.abs(rounded - numbers).max(), numbers.std()
    if not off <= _ROUNDED_SHARE * spread < np.inf:
        print(
            f"Warning: the algorithms are given {target} in 32 bits, which moves its values by up to {off:.3g}, where "
            f"their standard deviation is {spread:.3g}. Metrics are those of the values so rounded; subtract a "
            "constant from the target, or scale it",
            flush=True,
        )
