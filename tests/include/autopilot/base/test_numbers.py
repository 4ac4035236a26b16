# ruff: noqa: RUF001
"""One idea of a number: every reader is given the same texts and must give the same answer."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from include.autopilot.base.csvlines import harmless
from include.autopilot.base.errors import ContractError, EvaluationError
from include.autopilot.base.numbers import is_blank, read_answer, read_number, read_numbers
from include.autopilot.candidate.contract import Contract
from include.autopilot.drift.profiler import profile_of
from include.autopilot.drops import supersede
from include.autopilot.evaluation.cells import predicted_number
from include.autopilot.rows.inputcheck import check_inputs
from include.autopilot.rows.inputs import list_inputs
from include.autopilot.rows.labels import Labels
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.csv_numbers import parse_numbers
from include.local_aws.runtimes.data_builder.columns import describe
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder
from tests.support.tables import read_table

CONTRACT = Contract(("y", "a"), "y", ("y", "a"), (), "id")
BLANK, INFINITE, TEXT = "blank", "infinite", "text"
# What every reader must make of a text: a number, or one of the three words.
KNOWN: dict[str, float | str] = {
    "0": 0.0, "-0": 0.0, "7": 7.0, "+7": 7.0, "007": 7.0, "1.": 1.0, ".5": 0.5, "-.5e-3": -0.0005, "1e5": 1e5,
    "1E+05": 1e5, " 1.5": 1.5, "1.5\t": 1.5, "\t 2 ": 2.0, "1e-50": 1e-50, "5e-324": 5e-324, "1e-400": 0.0,
    "3.4028235e+38": 3.4028235e38, "0.1000000000000000055511151231257827": 0.1,
    "": BLANK, " ": BLANK, "\t": BLANK, "nan": BLANK, "NaN": BLANK, "NAN ": BLANK, "\xa0": BLANK,
    "inf": INFINITE, "-Inf": INFINITE, "Infinity": INFINITE, "+INFINITY": INFINITE, "1e400": INFINITE,
    "-1e999": INFINITE,
    "1.5\0;9.75": TEXT, "0.5\0\0": TEXT, "\0001": TEXT, "1\0002": TEXT, "\0": TEXT, "nan\0": TEXT,
    "1 e5": TEXT, "1e 5": TEXT, "1 5": TEXT, "- 1": TEXT, "+ 1": TEXT, "1_000": TEXT, "1e1_0": TEXT, "1,5": TEXT,
    "1,000": TEXT, "1.000,5": TEXT, "1'000": TEXT, "１２": TEXT, "١٢": TEXT, "१२": TEXT, "1²": TEXT, "½": TEXT,
    "−1": TEXT, "–1": TEXT, "1٫5": TEXT, "0x10": TEXT, "0b1": TEXT, "0o7": TEXT, "1.5.": TEXT, "1.5.2": TEXT,
    "--1": TEXT, "+-1": TEXT, "1-": TEXT, "1e": TEXT, "1e+": TEXT, "e5": TEXT, ".": TEXT, "+": TEXT, "-": TEXT,
    ".e5": TEXT, "1e5.0": TEXT, "1d5": TEXT, "1D5": TEXT, "1.5f": TEXT, "1.5L": TEXT, "1j": TEXT, "1%": TEXT,
    "$1": TEXT, "=1": TEXT, "'1": TEXT, "\u200b1": TEXT, "\ufeff1": TEXT, "\xa01": TEXT, "1\xa0": TEXT, "1\u2009": TEXT,
    "1\v": TEXT, "\f1": TEXT, "1\x1c": TEXT, "1\x85": TEXT, "1\u2028": TEXT, "TRUE": TEXT, "true": TEXT, "None": TEXT,
    "NA": TEXT, "null": TEXT, "-nan": TEXT, "+nan": TEXT, "nan(1)": TEXT, "1.#IND": TEXT, "1.#INF": TEXT, "ınf": TEXT,
    "infinite": TEXT, "ｎａｎ": TEXT, "<5": TEXT, "~5": TEXT, "1/2": TEXT, "1:30": TEXT, "2024-01-01": TEXT,
}  # fmt: skip
# What is found in numbers, and in what only looks like one.
TEXTS = st.one_of(
    st.text("0123456789+-.eE_ \t\0,xXdfnaiINFty١２\xa0\v", max_size=8),
    st.floats(width=32).map(repr),
    st.text(max_size=4),
    st.sampled_from(sorted(KNOWN)),
)


def cells(*rows: tuple[str, ...]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass")


def refusal(error: ContractError) -> str:
    """Return the word for why a text was refused; beyond single precision it is a number all the same."""
    (sentence,) = error.problems
    return TEXT if "holds text" in sentence else INFINITE if "is infinite" in sentence else "large"


def in_a_drop(text: str) -> float | str:
    """What the check of a drop makes of a feature."""
    try:
        table = read_table("drop.csv", cells(("id", "y", "a"), ("k", "1", text)), CONTRACT)
    except ContractError as error:
        return refusal(error)
    ((_, line),) = table.lines
    (cell,) = next(csv.reader([line]))[1:]
    assert cell == text
    return BLANK if is_blank(cell) else float(cell)


def as_a_target(text: str) -> float | str:
    """What the check of a holdout makes of a target."""
    file = cells(("id", "y", "a"), ("k", "1", "1"), ("l", text, "1"))
    try:
        return BLANK if read_table("sealed.csv", file, CONTRACT, select=("id", "y", "a")).unusable else "there"
    except ContractError as error:
        return refusal(error)


def in_a_profile(text: str) -> float | str:
    (column, _) = profile_of([("k", cells((text, "1")).decode("utf-8", "surrogatepass")[:-2])], CONTRACT).columns
    found = column.numbers
    return "none" if found is None or found.minimum is None else found.minimum


def featurized(text: str) -> float | str:
    number = float(NALabelEncoder().transform(np.array([text], dtype=object))[0])
    return "none" if math.isnan(number) else number


def built(text: str) -> bool:
    """Whether a search takes a column of this text alone for numbers."""
    return describe("a", np.array([text], dtype=object)).kind == "numeric"


def trained(text: str) -> float | str:
    try:
        number = float(parse_numbers(cells(("1", text)), "x.csv")[0, 1])
    except ClientError:
        return TEXT
    return BLANK if math.isnan(number) else INFINITE if math.isinf(number) else number


def answered(text: str) -> float | str:
    try:
        return predicted_number("line 1", text)
    except EvaluationError as error:
        return "none" if "is not a number" in str(error) else "not finite"


def agree(text: str, expected: float | str) -> None:
    """Check every reader against what is expected of a text."""
    number = expected if isinstance(expected, float) else None
    assert (number is None) == (read_number(text) is None or expected == INFINITE)
    assert in_a_drop(text) in (expected, "large" if number is not None and abs(number) > 3.4e38 else expected)
    assert as_a_target(text) in ("there" if number is not None else expected, "large")
    assert trained(text) == expected
    none = "none" if number is None else number
    assert (in_a_profile(text), featurized(text)) == (none, none)
    assert built(text) == (number is not None)
    assert answered(text) in ((none,) if number is not None else ("none", "not finite"))
    spelt = text.strip(" \t")
    assert harmless(spelt) == (
        f"'{spelt}" if read_number(text) is None and spelt.startswith(("=", "+", "-", "@")) else spelt
    )
    read = float(read_numbers(np.array([text], dtype=object))[0])
    assert math.isnan(read) if number is None and not math.isinf(read) else read_number(text) == read


@pytest.mark.parametrize("text", KNOWN, ids=ascii)
def test_every_reader_makes_the_same_of_a_text(text: str) -> None:
    agree(text, KNOWN[text])


@settings(deadline=None, max_examples=300)
@given(TEXTS.filter(lambda text: not {"\n", "\r"} & set(text) and text.isprintable() | text.isascii()))
@example("1" * 400)
def test_what_the_check_passes_is_read_alike_by_all(text: str) -> None:
    found = in_a_drop(text)
    agree(text, float(text) if found == "large" else found)


def test_new_rows_are_read_as_drops_are(s3: Any) -> None:
    for number, (text, expected) in enumerate(KNOWN.items()):
        folder = f"new/{number}/"
        s3.put_object(Bucket="toy-models", Key=f"{folder}a.csv", Body=cells(("id", "a"), ("k", text)))
        files = list_inputs(s3, f"s3://toy-models/{folder}")
        try:
            check_inputs(s3, files, CONTRACT, (), f"s3://toy-models/rows/{number}")
            refused = None
        except ContractError as error:
            refused = refusal(error)
        assert refused == (expected if expected in (TEXT, INFINITE) else None), ascii(text)


@pytest.mark.parametrize("alike", [supersede._same, lambda one, other: Labels((one,)).near(other) == one])
def test_two_texts_are_one_number_only_where_both_are_numbers(alike: Callable[[str, str], bool]) -> None:
    assert alike("3", "3.0")
    assert alike("1e1", "10")
    assert not alike("1_0", "10")
    assert not alike("１", "1")
    assert not alike("1.5\0", "1.5")


def test_a_line_end_in_quotes_is_no_part_of_a_number() -> None:
    assert read_number("1.5\n") is read_number("1.5\r") is read_number("\n1.5") is None
    with pytest.raises(ContractError, match=r"column 'a', row 1 \(line 2\) holds text: '1.5\\n'"):
        read_table("drop.csv", b'id,y,a\nk,1,"1.5\n"\n', CONTRACT)


def test_a_cell_is_read_alike_whatever_stands_beside_it() -> None:
    texts = ["1.5", "", "1_0", "-7e2", " 2\t", "e5", "1 2", "x", ".", "1e400", "\u0663", *map(str, range(60)), "+.5"]
    alone = [read_numbers(np.array([text], dtype=object))[0] for text in texts]
    together = read_numbers(np.array(texts * 3, dtype=object).reshape(3, -1))
    np.testing.assert_array_equal(together, np.array([alone] * 3))


def test_an_answer_may_say_that_it_is_none() -> None:
    assert math.isnan(read_answer(" -NaN ") or 0.0)
    assert read_answer("-Infinity") == -math.inf
    assert read_answer("nan(1)") is None
    assert read_answer("ınf") is None


@pytest.mark.parametrize("text", ["1" * 200_000 + "x", " " * 200_000 + "x", "1." + "0" * 200_000 + "x"])
def test_a_long_text_is_told_from_a_number_at_once(text: str) -> None:
    started = time.monotonic()
    assert read_number(text) is None
    assert time.monotonic() - started < 2
