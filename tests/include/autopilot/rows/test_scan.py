from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.autopilot.base.errors import ContractError
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows.identity import normal
from include.autopilot.rows.keytable import SeenKeys
from include.autopilot.rows.scan import Scan
from tests.support.tables import Table, read_table

CONTRACT = Contract(("y", "a (b, c)", "colour"), "y", ("y", "a (b, c)"), (), "id")
HEADER = 'id,"a (b, c)",colour,y\n'


def read(text: str | bytes, **options: object) -> Table:
    body = text.encode() if isinstance(text, str) else text
    return read_table("drop.csv", body, CONTRACT, **options)  # type: ignore[arg-type]


def problems(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(ContractError) as caught:
        read(text)
    return caught.value.problems


def test_columns_come_in_the_contracts_order_and_cells_stay_text() -> None:
    table = read(HEADER + '1,2.50,"red, dark",3e0\n2,,"say ""hi""",-1\n')
    assert table.lines == (("1", '3e0,2.50,"red, dark"'), ("2", '-1,,"say ""hi"""'))
    assert (table.rows, table.unusable, table.extra) == (2, 0, ())


def test_other_columns_in_another_order() -> None:
    table = read(HEADER + "k,1,red,2\n", select=("id", "y", "a (b, c)"))
    assert table.lines == (("k", "k,2,1"),)
    assert read(HEADER + "k,1,red,2\n", select=("y",)).lines == (("k", "2"),)


def test_extra_columns_are_reported_unless_they_are_to_be_ignored() -> None:
    text = 'mood,id,"a (b, c)",colour,y,note\ngood,1,2,red,3,n\n'
    assert read(text, ignore=("note", "absent")).extra == ("mood",)


def test_rows_without_a_target_are_counted_and_left_out() -> None:
    table = read(HEADER + "1,2,red,\n2,2,red,nan\n3,2,red,1\n")
    assert ([key for key, _ in table.lines], table.unusable) == (["3"], 2)


def test_a_byte_order_mark_and_blank_lines_do_no_harm() -> None:
    table = read(b"\xef\xbb\xbf\n" + (HEADER + "\n1,2,red,3\n\n").encode())
    assert table.rows == 1


def test_without_numeric_columns_every_cell_is_text() -> None:
    contract = Contract(("y", "colour"), "y", (), (), "id")
    assert read_table("drop.csv", b"id,y,colour\n1,yes,inf\n", contract).lines == (("1", "yes,inf"),)


def test_missing_values_are_the_featurizers_business() -> None:
    assert read(HEADER + "1, ,,3\n2,NaN,red,3\n").rows == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "drop.csv is empty. Deliver a CSV file with a header, or remove the file."),
        ("\n \n", "drop.csv is empty."),
        (HEADER, "drop.csv has a header and no rows. Deliver the rows, or remove the file."),
        (
            HEADER + "1,2,red,\n2,2,red,\n",
            "drop.csv: none of its 2 rows is usable: column 'y' is empty from row 1 on (line 2). Deliver the measured",
        ),
        (
            "\n,,,\n" + HEADER + "\n1,2,red,\n2,2,red,nan\n",
            "drop.csv: none of its 2 rows is usable: column 'y' is empty from row 1 on (line 5). Deliver the measured",
        ),
        ('\n,\n"id\ne",y\n', "drop.csv: the key column 'id' is missing from the header (line 3). Add it;"),
        ("\n\nsep=;\n", "drop.csv: line 3 says sep=, which is a note for Excel and no header. Remove that line."),
        ('\n\n"id"x,y\n', "drop.csv: the header (line 3) is not CSV: "),
        (
            'id, "a (b, c)",colour,y\n',
            "column 'a (b, c)' is missing from the header (line 1). Add it, or search for a new template.",
        ),
        (
            "# exported today\n" + HEADER,
            "(line 1). That line begins with '# exported today', and is no header of this table.",
        ),
        (
            'id,"a (b, c)", colour,y\n',
            "missing from the header (line 1). What it has is ' colour'; rename that to 'colour'.",
        ),
        (
            '\ufeff"\ufeffid","a (b, c)",colour,y\n',
            "missing from the header (line 1). What it has is '\\ufeffid'; rename that to 'id'.",
        ),
        (
            'id,"a (b, c)",colour,Y\n',
            "missing from the header (line 1). What it has is 'Y'; rename that to 'y'.",
        ),
        (
            'id,"a (b, c)",colour\n1,2,red\n',
            "drop.csv: the target column 'y' is missing from the header (line 1). Add it;",
        ),
        (
            'id,"a (b, c)",color,y\n',
            "'colour' is missing from the header (line 1). Add it, or search for a new template. Did you mean 'color'?",
        ),
        (
            'ids,"a (b, c)",colour,y\n',
            "which rows train and which validate. Did you mean 'ids'? Then correct key in the YAML of the model.",
        ),
        (
            HEADER + "1,2,red,no\n2,2,red,yes\n3,2,red,no\n4,2,red,\n",
            "column 'y' holds no number in its 3 rows, but 'no', 'yes'. If these are classes, write problem_type: Bin",
        ),
        (HEADER + "1,2,red,a\n2,2,red,b\n3,2,red,c\n", "If these are classes, write problem_type: Multiclass"),
        (
            HEADER + "1,2,red,no\n2,2,red,yes\n3,2,red,1\n",
            "column 'y', row 1 (line 2) holds text: 'no'. Put a number there or leave the cell empty (1 more row has",
        ),
        (
            "id,colour,y\n1,red,2\n",
            "drop.csv: column 'a (b, c)' is missing from the header (line 1). Add it, or search for a new template.",
        ),
        (
            '"a (b, c)",colour,y\n1,red,2\n',
            "drop.csv: the key column 'id' is missing from the header (line 1). Add it;",
        ),
        (
            "id;colour;y\n1;red;2\n",
            "the target column 'y' is missing from the header (line 1). The header seems to be separated by semicolons",
        ),
        (
            'id,y,y,"a (b, c)",colour\n',
            "drop.csv: column 'y' stands 2 times in the header (line 1). Keep one of them.",
        ),
        (
            HEADER + "1,2,red,3\n2,high,red,3\n",
            "drop.csv: column 'a (b, c)', row 2 (line 3) holds text: 'high'. Put a number there",
        ),
        (HEADER + "1,2,red,high\n", "drop.csv: column 'y', row 1 (line 2) holds text: 'high'."),
        (HEADER + "1,NA,red,1\n", "drop.csv: column 'a (b, c)', row 1 (line 2) holds text: 'NA'."),
        (HEADER + "1,1_000,red,1\n", "row 1 (line 2) holds text: '1_000'."),
        (
            HEADER + "1,-inf,red,1\n",
            "drop.csv: column 'a (b, c)', row 1 (line 2) is infinite: '-inf'. Put a finite number there",
        ),
        (HEADER + "1,1e999,red,1\n", "row 1 (line 2) is infinite: '1e999'."),
        (
            HEADER + "1,1e39,red,1\n",
            "drop.csv: column 'a (b, c)', row 1 (line 2) is beyond what trainers can take: '1e39'. Put a number up",
        ),
        (HEADER + "1,2,red,-3.41e38\n", "row 1 (line 2) is beyond what trainers can take: '-3.41e38'"),
        (HEADER + "1,1.8e308,red,1\n", "row 1 (line 2) is infinite: '1.8e308'."),
        (HEADER + "1,1.5\0;9.75,red,1\n", r"row 1 (line 2) holds text: '1.5\x00;9.75'."),
        (HEADER + "1,2,red,0.25\0x\n", r"column 'y', row 1 (line 2) holds text: '0.25\x00x'."),
        (HEADER + "1,2,red,inf\n", "column 'y', row 1 (line 2) is infinite: 'inf'."),
        (HEADER + " ,2,red,1\n", "drop.csv: column 'id', row 1 (line 2) has no key. Give every row its own key."),
        (
            HEADER + "1,2,red,1\n2,2,red,1\n1,2,red,1\n",
            "drop.csv: column 'id', row 3 (line 4) repeats the key '1' of drop.csv row 1. Keep one of the two rows.",
        ),
        (
            HEADER + "1,2,red\n",
            "drop.csv: row 1 (line 2) has 3 cells where the header has 4. Give every row one cell per column",
        ),
        (
            HEADER + '1,2,"red\ndark",1\n2,2,red\n',
            "drop.csv: row 2 (line 4) has 3 cells where the header has 4.",
        ),
        (
            HEADER + '1,2,"red\ndark",1\n',
            "drop.csv: column 'colour', row 1 (line 2) holds a line break. SageMaker splits rows there; remove it.",
        ),
        (HEADER + '1,2,"red,1\n', "drop.csv: row 1 (line 2) is not CSV: unexpected end of data. Quote cells"),
        ('"id,y\n', "drop.csv: the header (line 1) is not CSV: unexpected end of data. Quote names with commas."),
        (
            (HEADER + "1,2,r").encode() + b"\xfc" + b"ck,3\n",
            "drop.csv is not UTF-8: byte 28 on line 2. Save it as UTF-8.",
        ),
        (
            (HEADER + "1,2,red,3\n2,2,r").replace("\n", "\r").encode() + b"\xfc",
            "drop.csv is not UTF-8: byte 38 on line 3. Save it as UTF-8.",
        ),
        (b"\xff\xfei\x00d\x00", "drop.csv is not UTF-8: byte 0 in the header (line 1)."),
    ],
)
def test_wrong_files_say_what_where_and_how_to_mend(text: str | bytes, expected: str) -> None:
    found = problems(text)
    assert any(expected in sentence for sentence in found), found


def test_columns_without_a_name_behind_the_table_are_left_out() -> None:
    table = read('id,"a (b, c)",colour,y,,, \n1,2,red,3,,,\n2,2,red,3,,,\n,,,,,,\n')
    assert (table.rows, table.extra) == (2, ("", " "))


def test_many_wrong_cells_make_few_sentences() -> None:
    found = problems(HEADER + "".join(f"{row},high,red,low\n" for row in range(3000)))
    assert len(found) == 2
    assert found[0].endswith("Put a number there or leave the cell empty (2999 more rows have the same problem).")


def test_one_more_row_is_one() -> None:
    found = problems(HEADER + "1,high,red,1\n2,low,red,1\n")
    assert found[0].endswith("(1 more row has the same problem).")


def test_many_wrong_columns_are_counted() -> None:
    names = [f"c{number}" for number in range(30)]
    contract = Contract(("y", *names), "y", tuple(names), (), "id")
    body = f"id,y,{','.join(names)}\n1,1,{','.join('x' for _ in names)}\n".encode()
    with pytest.raises(ContractError) as caught:
        read_table("drop.csv", body, contract)
    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1] == "drop.csv: 10 more columns have problems."
    with pytest.raises(ContractError) as caught:
        read_table("drop.csv", b"id,y\n1,1\n", contract)
    assert caught.value.problems[-1] == "drop.csv: 20 more columns are missing."


def test_keys_are_compared_across_the_files_of_a_drop() -> None:
    with SeenKeys() as seen:
        read(HEADER + "1,2,red,1\n", seen=seen)
        with pytest.raises(ContractError, match=r"repeats the key '1' of drop\.csv row 1"):
            read(HEADER + "1,2,red,1\n", seen=seen)


def test_a_key_that_is_among_the_columns_of_the_lines_is_faulty_once() -> None:
    with pytest.raises(ContractError, match=r"holds a line break. SageMaker splits rows there; remove it\.$"):
        read(HEADER + '"a\nb",2,red,1\n', select=("id", "y"))


def test_a_pass_over_a_long_file_gives_blocks_and_lets_keys_come_again() -> None:
    body = (HEADER + "same,1,red,2\n" * 5000 + "other,1,red,\n").encode()
    scan = Scan("drop.csv", io.BytesIO(body), CONTRACT)
    blocks = list(scan.blocks())
    assert (len(blocks) > 1, scan.rows, scan.usable) == (True, 5001, 5000)
    assert blocks[0][1][:4] == ("same", "2,1,red", "2", 3)


def test_a_header_alone_is_no_fault_of_a_pass() -> None:
    scan = Scan("drop.csv", io.BytesIO(HEADER.encode()), CONTRACT)
    assert (list(scan.blocks()), scan.rows) == ([], 0)


CELLS = st.text(st.characters(exclude_characters="\r\n\x00", codec="utf-8"), max_size=12)
# Trainers take single precision.
FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr)
NUMBERS = st.one_of(st.just(""), FLOATS, st.integers(-(10**38), 10**38).map(str))
ROWS = st.lists(
    st.tuples(CELLS.filter(normal), NUMBERS, CELLS, FLOATS),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[0].strip(),
)


@settings(deadline=None)
@given(rows=ROWS, arrange=st.permutations([0, 1, 2, 3]))
def test_whatever_is_in_the_cells_comes_out_unchanged(rows: list[tuple[str, ...]], arrange: list[int]) -> None:
    names = ["id", "a (b, c)", "colour", "y"]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([names[place] for place in arrange])
    writer.writerows([[row[place] for place in arrange] for row in rows])
    table = read(buffer.getvalue())
    assert [key for key, _ in table.lines] == [row[0].strip() for row in rows]
    written = list(csv.reader(io.StringIO("".join(f"{line}\n" for _, line in table.lines), newline="")))
    assert written == [[row[3], row[1], row[2]] for row in rows]


def _drop(column: str) -> Callable[[list[list[str]]], list[list[str]]]:
    def change(table: list[list[str]]) -> list[list[str]]:
        place = table[0].index(column)
        return [row[:place] + row[place + 1 :] for row in table]

    return change


@settings(deadline=None)
@given(rows=ROWS, column=st.sampled_from(["id", "a (b, c)", "colour", "y"]))
def test_a_file_without_one_of_its_columns_never_passes(rows: list[tuple[str, ...]], column: str) -> None:
    table = _drop(column)([["id", "a (b, c)", "colour", "y"], *map(list, rows)])
    buffer = io.StringIO()
    csv.writer(buffer).writerows(table)
    assert any(f"column {column!r} is missing" in sentence for sentence in problems(buffer.getvalue()))


def test_a_hundred_thousand_rows_take_seconds() -> None:
    body = (HEADER + "".join(f"{row},{row}.5,red,{row}.25\n" for row in range(100_000))).encode()
    started = time.process_time()
    assert len(read(body).lines) == 100_000
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("columns", "header", "told"),
    [
        (("y", "T", "t"), "id,y,T", ["column 't' is missing from the header (line 1). Add it,"]),
        (("y", "1", "01"), "id,y,01", ["column '1' is missing from the header (line 1). Add it,"]),
        (("y", "Y"), "id,Y", ["the target column 'y' is missing from the header (line 1). Add it;"]),
        (("y", "T", "t"), "id,y, t", ["column 'T' is missing from the header (line 1). Add", "rename that to 't'."]),
    ],
)  # fmt: skip
def test_no_column_is_to_be_renamed_that_is_wanted_itself(
    columns: tuple[str, ...], header: str, told: list[str]
) -> None:
    with pytest.raises(ContractError) as caught:
        Scan("drop.csv", io.BytesIO(header.encode()), Contract(columns, "y", ("y",), (), "id"))
    assert len(caught.value.problems) == len(told)
    for sentence, part in zip(caught.value.problems, told, strict=True):
        assert part in sentence


@pytest.mark.parametrize("header", ["id;a (b, c);colour;y", "listing,rooms,rent"])
def test_a_header_of_another_table_is_not_told_for_each_column(header: str) -> None:
    contract = Contract(("y", "a", "b", "c"), "y", (), (), "id")
    with pytest.raises(ContractError) as refused:
        read_table("drop.csv", f"{header}\n".encode(), contract)
    assert [line.partition(" is missing")[0] for line in str(refused.value).splitlines()] == [
        "drop.csv: the target column 'y'",
        "drop.csv: the key column 'id'",
    ]


def test_a_key_whose_name_holds_a_bar_stands_for_no_other_column() -> None:
    """Rows to be predicted have no target to miss."""
    contract = Contract(("y", "a", "b"), "y", (), (), "id|no")
    with pytest.raises(ContractError, match=r"column 'a' is missing from the header \(line 1\)\. Add it"):
        Scan("rows.csv", io.BytesIO(b"id|no\n1\n"), contract, (), measured=False)
