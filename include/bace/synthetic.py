"""A made-up table of the shape of BACE, for a machine that cannot have the real one.

The same 595 columns and 1,513 rows, no missing cell, the same columns of zeros (and four more), one column of enormous
values and the same leaks (``Class`` and ``canvasUID`` follow the activity). A few hidden properties drive both the
activity and the noisy descriptors, so a model learns, and learns more from more rows. It says nothing about
any molecule.
"""

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DATA_SOURCE = "SYNTHETIC table of the shape of BACE"
ROWS = {"Train": 203, "Valid": 45, "Test": 1265}

SEED = 20240101
HIDDEN = 10  # properties behind every descriptor
ASSAY_NOISE = 0.28  # pIC50 units: no model can do better
MEAN, SPREAD = 6.522, 1.342  # of the real pIC50

# Atom types that no drug-like molecule has; the real table's counts of them are all zero too.
_ABSENT = re.compile(
    r"[sda]*(Li|Be|B|Si|P|Ge|As|Se|Sn|Pb|Sm)(H\d?)?m?_(Key|Cnt|Sum|Avg)$"
    r"|(ddC|ddsN|daaN|ssssN|dS|sSH|ssssssS)_|MR[2-7] |Ring Count (9|1[0127-9]|20) |.*STD\((\w+ )?(P|I|Br Br|P \w+)\)\)$"
)
_WHOLE = re.compile(r".*(_Cnt$|Count|count|^HB[AD]$|^RB$|\(STD\()")
_ENORMOUS = "Superpendentic (SP)"


def render(columns: Sequence[str]) -> bytes:
    """Write the table as a CSV file with these columns; gives its bytes, the same at every call."""
    # The stream of this older generator is frozen by numpy's compatibility policy; the newer one's is not.
    random = np.random.RandomState(SEED)
    hidden = random.standard_normal((sum(ROWS.values()), HIDDEN))
    activity = np.round(_activity(hidden, random), 4)
    table: dict[str, NDArray[Any]] = {name: _descriptor(name, hidden, random) for name in columns}
    table["mol"] = np.array([f"SYNTHETIC_{row}" for row in range(1, len(activity) + 1)])
    table["Model"] = random.permutation(np.repeat(list(ROWS), list(ROWS.values())))
    table["pIC50"] = activity
    table["Class"] = (activity >= 7) ^ (random.random_sample(len(activity)) < 0.01)
    table["canvasUID"] = activity.argsort(kind="stable").argsort(kind="stable") + 1
    frame = pd.DataFrame(table).astype({"Class": int})
    # Sorted by activity inside each part, like the real file: a cut by position must show.
    frame = frame.sort_values(["Model", "pIC50"], ascending=[False, False], kind="stable")
    frame["CID"] = [f"BACE_{row}" for row in range(1, len(frame) + 1)]
    text = StringIO()
    frame[list(columns)].to_csv(text, index=False, float_format="%.6g", lineterminator="\n")
    return text.getvalue().encode()


def _activity(hidden: Floats, random: np.random.RandomState) -> Floats:
    """PIC50 of each row: smooth in the hidden properties, with interactions that take rows to learn."""
    a, b, c, d, e, f = (hidden[:, column] for column in range(6))
    signal = a + 0.7 * b + 0.8 * np.tanh(2 * c) + 0.6 * np.where(d > 0, e, -e) + 0.4 * np.abs(f)
    scaled = (signal - signal.mean()) / signal.std()
    spread = np.sqrt(SPREAD**2 - ASSAY_NOISE**2)
    return np.asarray(MEAN + spread * scaled + ASSAY_NOISE * random.standard_normal(len(hidden)))


def _descriptor(name: str, hidden: Floats, random: np.random.RandomState) -> Floats:
    """One column: a noisy view of two hidden properties, in the kind of numbers its name promises."""
    first, second = random.randint(HIDDEN, size=2)
    view = hidden[:, first] + random.uniform(-0.5, 0.5) * hidden[:, second]
    view = view + random.uniform(0.3, 0.9) * random.standard_normal(len(hidden))
    if _ABSENT.match(name):
        return np.zeros(len(hidden))
    if name.endswith("_Key"):
        return np.asarray(view > 0, dtype=np.float64)
    if _WHOLE.match(name):
        return np.asarray(np.floor(np.abs(3 * view)))
    if name == _ENORMOUS:
        return np.asarray(np.exp(8 * view + 12))
    return np.asarray(40 + 12 * view)
