"""What every run after a search would refuse is found before it, by the search's own decision: refused or told."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest

from include.autopilot.base.errors import ContractError
from include.autopilot.candidate.contract import Contract, Schema
from include.autopilot.rows import firstlook
from include.autopilot.rows.firstlook import FirstLook, is_meant
from include.autopilot.rows.scan import Scan
from include.local_aws.runtimes.data_builder.columns import describe

NUMBERS = [f"{row * 37 % 997 / 10}" for row in range(600)]
DAYS = [f"2024{row % 12 + 1:02}{row % 28 + 1:02}" for row in range(600)]


def contract(numeric: Sequence[str] = (), regression: bool = True) -> Contract:
    return Contract(("y", "a", "txt"), "y", ("y", *numeric) if regression else (), (), "id")


def table(cells: Sequence[str], target: Sequence[str] = ("1.5", "2.5")) -> bytes:
    lines = [f'r{row},{target[row % len(target)]},"{cell}",x\n' for row, cell in enumerate(cells)]
    return ("id,y,a,txt\n" + "".join(lines)).encode()


def looked(look: FirstLook, body: bytes, file: str = "d.csv", held: bool = False, regression: bool = True) -> list[str]:
    watch = look.add_held if held else look.add
    for _ in Scan(file, io.BytesIO(body), contract(regression=regression), watch=watch).blocks():
        pass
    return [fault.sentence for fault in look.faults()]


def template(numeric: Sequence[str] = (), labels: Sequence[str] = ()) -> Schema:
    return Schema(("y", "a", "txt"), "y", tuple(numeric), tuple(labels))


def refused(look: FirstLook) -> list[str]:
    return [fault.sentence for fault in look.faults() if fault.refused]


def mixed(odd: str, share: int = 40) -> list[str]:
    return [odd if row % share == 3 else cell for row, cell in enumerate(NUMBERS)]


def refused_later(cells: Sequence[str], numeric: bool) -> bool:
    """Whether a run refuses the column, which a search called numeric or not."""
    try:
        for _ in Scan("d.csv", io.BytesIO(table(cells)), contract(["a"] if numeric else [])).blocks():
            pass
    except ContractError:
        return True
    return False


@pytest.mark.parametrize(
    "cells",
    [
        *(
            mixed(odd)
            for odd in ("NA", "n/a", "?", "null", "1_000", "\uff11\uff12", "inf", "1e400", "<5", "1e39", "-nan")
        ),
        *(mixed(odd) for odd in ("1,5", "\u22125", "$5", "1,000", "", "nan", "nAn ", "7")),
        *(mixed(odd, 2) for odd in ("NA", "none", "unknown", "7 %")),
        *(mixed(odd, 20) for odd in ("x", "yes", "2024-01-31")),
        [*NUMBERS, "1,000"],
        [*DAYS, "n/a"],
        [*DAYS, "n/a", "7"],
        ["5", "5", "NA"] * 200,
        ["NA"] * 600,
        ["yes", "no", "1"] * 200,
        ["2024-01-31"] * 600,
    ],
    ids=lambda cells: f"{cells[-1]!a} {cells[3]!a}",
)
def test_it_finds_exactly_what_runs_after_the_search_would_refuse(cells: list[str]) -> None:
    kind = describe("a", np.array(cells, dtype=object)).kind
    assert bool(looked(FirstLook(contract()), table(cells))) == refused_later(cells, kind == "numeric")


def test_the_cell_is_named_with_its_place_and_what_to_do() -> None:
    look = FirstLook(contract())
    (told,) = looked(look, table(mixed("NA")))
    assert told == (
        "d.csv: column 'a', row 4 (line 5) holds text: 'NA'. Nearly all values of the column are numbers, and a "
        "search that reads it so makes every later run refuse this. Put a number there or leave the cell empty "
        "(14 more rows have the same problem)."
    )
    with pytest.raises(ContractError, match="row 4"):
        look.refuse()
    (told,) = looked(FirstLook(contract()), table(mixed("1e39")))
    assert "is beyond what trainers can take: '1e39'. Nearly" in told
    assert told.endswith("or leave the cell empty (14 more rows have the same problem).")


# Where the others are plain numbers, of these a search makes a column of amounts, which may hold both.
AMOUNTS = ["1,000.5", "1 000", "1\u00a0000", "1'000", "\u22125", "$5", "7 \u20ac"]
MEANT = [
    *("NA", "n/a", "null", "None", " ? ", "-", "--", "\u2013", "inf", "-Infinity", "-nan", "1e400", "1e39"),
    *("5\u200b", "\uff11\uff12", "\u0661", "1_000", "1,5", "1.234.567", f"1{'0' * 50}"),
    *("<5", "> 5", "\u22655", "<=0,5", "~7", "\u00b12", "5 %", "5%"),
]


def test_amounts_are_meant_as_numbers_and_read_as_such() -> None:
    for cell in AMOUNTS:
        assert is_meant(cell)
        assert looked(FirstLook(contract()), table(mixed(cell))) == []


@pytest.mark.parametrize("cell", MEANT, ids=ascii)
def test_what_is_meant_as_a_number_or_as_no_value_is_refused(cell: str) -> None:
    assert is_meant(cell)
    look = FirstLook(contract())
    assert looked(look, table(mixed(cell))) == refused(look)
    assert len(refused(look)) == 1
    # In a column that a template lets hold text every run accepts it.
    look = FirstLook(contract(), template())
    (told,) = looked(look, table(mixed(cell)))
    assert ", or name the column under ignore in the YAML of the model (14 more rows" in told
    assert refused(look) == []
    look = FirstLook(contract(), template(["y", "a"]))
    assert looked(look, table(mixed(cell))) == refused(look) != []


CODES = ["A17", "V27", "12a", "K1A 0B1", "red", "n.b.", "0x10", "1.2.3", "10.0.0.1", "12345-6789", "2024-01-31", "yes"]


@pytest.mark.parametrize("cell", [*CODES, "5 kg", "red with 7 blue stripes"])
@pytest.mark.parametrize("schema", [None, template()], ids=["none", "text"])
def test_codes_and_words_among_numbers_are_told(cell: str, schema: Schema | None) -> None:
    assert not is_meant(cell)
    look = FirstLook(contract(), schema)
    (told,) = looked(look, table(mixed(cell)))
    assert told == (
        f"d.csv: column 'a', row 4 (line 5) holds {cell!r} among numbers. A search that reads the column as numbers, "
        "as the embedded AWS does where 95 % are, makes every later run refuse such cells. If they are to stay, name "
        "the column under ignore in the YAML of the model or write all of its cells so (B7 for 7) (14 more rows have "
        "the same problem)."
    )
    look.refuse()


@pytest.mark.parametrize("cell", [*CODES, "NA", "#N/A", "1e39"])
def test_what_a_run_refuses_now_no_search_seals(cell: str) -> None:
    look = FirstLook(contract(), template(["y", "a"]))
    (told,) = looked(look, table(mixed(cell)))
    assert refused(look) == [told]
    assert "Nearly all" not in told


def test_a_column_that_the_template_does_not_have_is_as_before_any() -> None:
    known = Schema(("y", "txt"), "y", ("y",), ())
    look = FirstLook(contract(), known)
    (told,) = looked(look, table(mixed("NA")))
    assert refused(look) == [told]
    assert "or leave the cell empty, or name the column under ignore" in told
    looked(look := FirstLook(contract(), known), table(mixed("A17")))
    assert refused(look) == []


NO_VALUES = ["#N/A", "#DIV/0!", "\\N", "<NA>", "NaT", "(null)", "1.#QNAN", "n.d.", "unknown", "missing", "tbd"]


@pytest.mark.parametrize("cell", NO_VALUES)
def test_words_for_no_value_are_refused_while_nothing_has_been_searched(cell: str) -> None:
    look = FirstLook(contract())
    looked(look, table(mixed(cell)))
    assert len(refused(look)) == 1


@pytest.mark.parametrize("cell", ["1001_2", "12 34"])
def test_a_variant_of_a_code_is_a_code(cell: str) -> None:
    assert not is_meant(cell)


def test_what_is_told_is_told_once_for_all_files_and_beside_what_is_refused() -> None:
    look = FirstLook(contract())
    looked(look, table(mixed("A17")), "a.csv")
    looked(look, table(["NA", *NUMBERS[:40], "V27"]), "b.csv")
    assert [(fault.file, fault.refused) for fault in look.faults()] == [("b.csv", True), ("a.csv", False)]
    told = [fault for fault in look.faults("b.csv") if not fault.refused]
    assert [fault.file for fault in told] == ["b.csv"]
    assert "row 42 (line 43) holds 'V27' among" in told[0].sentence
    assert "(15 more rows" in told[0].sentence


def test_all_files_decide_together_and_sealed_rows_do_not() -> None:
    look = FirstLook(contract())
    assert len(looked(look, table([*NUMBERS[:30], "XL"]), "a.csv")) == 1
    assert looked(look, table(["XL", "S", *NUMBERS[:20]]), "b.csv") == []
    look = FirstLook(contract())
    assert looked(look, table(["XL", "S"]), "sealed.csv", held=True) == []
    assert [one[:11] for one in looked(look, table(NUMBERS), "a.csv")] == ["sealed.csv:"]
    assert refused(look) == []


def test_rows_without_a_target_do_not_decide_and_are_refused_like_others() -> None:
    cells = [NUMBERS[row] if row % 2 else "XL" for row in range(200)]
    (told,) = looked(FirstLook(contract()), table(cells, ("", "1.5", "", "2.5")))
    assert "row 1 (line 2) holds 'XL' among numbers" in told
    assert "(99 more rows" in told
    assert looked(FirstLook(contract()), table(cells)) == []


def test_a_few_cells_tell_how_a_long_column_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firstlook, "_LOOKED_AT", 10)
    assert looked(FirstLook(contract()), table([*NUMBERS, "1,000"])) == []
    assert looked(FirstLook(contract()), table([*DAYS, "n/a"])) == []
    assert len(looked(FirstLook(contract()), table(mixed("n/a")))) == 1
    assert len(looked(FirstLook(contract()), table([*NUMBERS, *map("x{}".format, range(31))]))) == 1
    assert looked(FirstLook(contract()), table([*NUMBERS, *map("x{}".format, range(32))])) == []


@pytest.mark.parametrize("label", ["None", "none", "NA", "n/a", "NULL", "?"])
def test_a_class_that_says_nothing_is_refused(label: str) -> None:
    body = table(NUMBERS, (label, "mild", "severe", ""))
    (told,) = looked(FirstLook(contract(regression=False)), body, regression=False)
    other = "class_unknown" if label == "?" else f"class_{label}"
    assert told == (
        f"d.csv: column 'y', row 1 (line 2) has the class {label!r}, which a search takes for no value. Name the class "
        f"otherwise, {other!r} say, or empty the cell if nothing was measured (149 more rows have the same problem)."
    )
    look = FirstLook(contract(regression=False), template(labels=[label]))
    assert looked(look, body, regression=False) == []
    # Runs refuse it where the template names other classes, or has numbers for a target.
    for schema in (template(labels=["mild", "severe"]), template(["y"])):
        look = FirstLook(contract(regression=False), schema)
        assert looked(look, body, regression=False) == [told] == refused(look)
    look = FirstLook(contract(regression=False), template())
    (told,) = looked(look, body, regression=False)
    assert told == (
        f"d.csv: column 'y', row 1 (line 2) has the class {label!r}, which runs accept now. A search may take it for "
        "no value, as the embedded AWS does, and then every later run refuses it. Name the class otherwise before a "
        f"search that is to know it, {other!r} say (149 more rows have the same problem)."
    )
    look.refuse()
    renamed = table(NUMBERS, (other, "mild", "severe", ""))
    assert looked(FirstLook(contract(regression=False)), renamed, regression=False) == []


def test_classes_that_look_alike_are_refused() -> None:
    body = table(NUMBERS[:7], ("mild", "mild", "mild\u200b", " mild ", "severe", "Mild", "mild."))
    told, cased = looked(FirstLook(contract(regression=False)), body, regression=False)
    assert told == (
        "d.csv: column 'y', row 3 (line 4) has the class 'mild\\u200b', which looks like 'mild' and is another text. "
        "Write 'mild' if that is meant."
    )
    assert cased == (
        "d.csv: column 'y', row 6 (line 7) has the class 'Mild', which is 'mild' but for its case or spelling, and "
        "another class. Write 'mild' if that is meant."
    )
    look = FirstLook(contract(regression=False), template())
    assert looked(look, body, regression=False) == [told, cased]
    look.refuse()
    look = FirstLook(contract(regression=False))
    assert len(looked(look, table(NUMBERS[:4], ("1", "1.0", "0", "1")), regression=False)) == 1
    look.refuse()
    alone = table(NUMBERS[:4], ("mild\u200b", "severe"))
    assert looked(FirstLook(contract(regression=False)), alone, regression=False) == []
