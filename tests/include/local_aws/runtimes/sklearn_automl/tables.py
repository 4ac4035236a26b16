"""A small table with a number, a column full of trouble, words and text; and featurizers for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder
from include.local_aws.search.columns import Columns
from include.local_aws.search.processors import PROCESSORS

NAMES = ("target", "x", "huge", "colour", "words")
COLOURS = ("red", "green", "blue")


def table(rows: int = 60) -> np.ndarray:
    """Rows of texts: target first, blanks here and there, one cell of 3.9e17."""
    generator = np.random.default_rng(3)
    cells = np.empty((rows, len(NAMES)), dtype=object)
    for row in range(rows):
        x = float(generator.normal())
        huge = 3.9e17 if row == 7 else float(generator.normal())
        words = f"some words about {COLOURS[row % 3]} things"
        cells[row] = [repr(2 * x), repr(x), repr(huge), COLOURS[row % 3], words]
    cells[5, 1] = ""
    return cells


def columns(problem_type: str = "Regression", labels: tuple[tuple[str, int], ...] = ()) -> Columns:
    """What the data builder would say about the table."""
    kinds = {"x": "numeric", "huge": "numeric", "colour": "categorical", "words": "text"}
    described = tuple(
        {"name": name, "kind": kind, "reason": "", "missing": 0, "distinct": 9} for name, kind in kinds.items()
    )
    rows = {"train": 60, "validation": 10, "dropped": 0}
    return Columns(NAMES, "target", problem_type, labels, rows, described)


def as_csv(cells: np.ndarray) -> bytes:
    """Write texts that need no quotes as CSV."""
    return "".join(",".join(row) + "\n" for row in cells).encode()


def processor(number: int, found: Columns | None = None) -> Any:
    """Run the generated data processor and return its namespace."""
    namespace: dict[str, Any] = {}
    exec(compile(PROCESSORS[number].code(found or columns()), f"dpp{number}.py", "exec"), namespace)  # noqa: S102
    return namespace


def fitted(number: int = 0, labels: Any = None) -> Featurizer:
    """Fit a generated data processor on the table."""
    made = processor(number)
    return Featurizer.fit(made["HEADER"], made["build_feature_transform"](), labels or NALabelEncoder(), table())
