"""A file becomes a drop or a holdout, or a sentence says why not."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.base.errors import ContractError, DropError, IdentityError
from include.autopilot.drops.delivery import require_bucket
from include.autopilot.settings.config import AutopilotConfig
from tests.support.delivering import Delivering
from tests.support.toy import COLUMNS, csv_bytes, rows


def test_the_first_drop_decides_which_columns_are_features(bare: Delivering) -> None:
    file = bare.file(rows(0, 5))
    done = bare.drop(file, source="a toy")
    assert done.written
    assert done.rows == 5
    assert done.uri == "s3://toy-models/toy/drops/2025-01-01/new.csv"
    (note,) = done.notes
    assert note == (
        "It is the first drop: all of its other columns are features (d[1], colour, a (b, c)). Name those that are "
        "none under ignore in toy.yaml before the search."
    )
    assert bare.toy.get(done.uri) == file.read_bytes()
    assert bare.toy.s3.head_object(Bucket="toy-models", Key="toy/drops/2025-01-01/new.csv")["Metadata"] == {
        "data-source": "a toy"
    }


def test_columns_that_nobody_asked_for_are_named(running: Delivering) -> None:
    table = [row | {"colour 2": "red"} for row in rows(900, 3)]
    done = running.drop(running.file(table, columns=[*COLUMNS, "colour 2"]))
    assert "The model takes no notice of columns that the template does not have: colour 2." in done.notes


def test_before_an_autopilot_job_is_asked_its_columns_are_not_known(bare: Delivering) -> None:
    bare.toy.config = replace(bare.toy.config, search=None, autopilot=AutopilotConfig(job="other"))
    (note,) = bare.drop(bare.file(rows(0, 5))).notes
    assert note.startswith("There is no template yet: which columns are features the Autopilot job says")


def test_packed_files_are_read(bare: Delivering) -> None:
    done = bare.drop(bare.file(gzip.compress(csv_bytes(rows(0, 5))), "new.csv.gz"))
    assert done.rows == 5


def test_what_a_run_would_refuse_is_not_delivered(running: Delivering) -> None:
    table = rows(900, 3)
    table[1]["y"] = "much"
    with pytest.raises(ContractError, match=r"new\.csv: column 'y', row 2 \(line 3\) holds text"):
        running.drop(running.file(table))
    with pytest.raises(IdentityError, match=r"2 rows have the key 'NULL'.*2025-01-01/new\.csv:2"):
        running.drop(running.file([row | {"id": "NULL"} for row in rows(900, 2)]))
    with pytest.raises(ContractError, match=r"new\.csv is empty"):
        running.drop(running.file(b""))
    assert not running.toy.keys("drops/2025-01-01")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (csv_bytes(rows(0, 5)).replace(b",", b";"), "The header seems to be separated by semicolons; use commas."),
        (b"\n\xef\xbb\xbf" + csv_bytes(rows(0, 5)), "What it has is '\\ufeffid'; rename that to 'id'."),
        (csv_bytes([]).replace(b",y,", b",Y,"), "What it has is 'Y'; rename that to 'y'."),
        (b"<table><tr>\n", "That line begins with '<table><tr>', and is no header of this table."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_first_file_is_not_told_of_a_holdout(bare: Delivering, body: bytes, told: str) -> None:
    with pytest.raises(ContractError) as caught:
        bare.drop(bare.file(body))
    assert told in str(caught.value)
    assert "sealed.csv" not in str(caught.value)


def test_a_first_file_with_other_columns_than_a_holdout_is_told_with_both(bare: Delivering) -> None:
    table = csv_bytes(rows(0, 5)).replace(b"colour", b"Colour", 1)
    with pytest.raises(ContractError) as caught:
        bare.drop(bare.file(table))
    assert str(caught.value).endswith(
        "new.csv has 'Colour', which the holdout s3://toy-models/toy/holdout/sealed.csv has not, and that has "
        "'colour', which the file has not. They need the same columns: write names in one way, name what no model "
        "needs under ignore in toy.yaml, or correct the one that is wrong."
    )
    numbered = [row | {"Unnamed: 0": str(number)} for number, row in enumerate(rows(0, 5))]
    file = bare.file(numbered, columns=["Unnamed: 0", *COLUMNS])
    with pytest.raises(ContractError, match=r"new\.csv has 'Unnamed: 0', which the holdout .*sealed\.csv has not\. "):
        bare.drop(file)
    bare.toy.config = replace(bare.toy.config, ignore=("note", "Unnamed: 0"))
    assert bare.drop(file).written


def test_an_empty_part_beside_the_first_file_is_passed_over(bare: Delivering) -> None:
    bare.toy.put("drops/2025-01-01/a.csv", b"")
    assert bare.drop(bare.file(rows(0, 5), "b.csv")).rows == 5
    assert bare.drop(bare.file(rows(5, 5), "c.csv")).rows == 5


def test_a_first_file_without_a_key_can_be_replaced(bare: Delivering) -> None:
    bare.toy.put("drops/2025-01-01/new.csv", csv_bytes(rows(0, 5), COLUMNS[1:]))
    assert bare.drop(bare.file(rows(0, 5)), replace=True).written


def test_a_packed_holdout_is_to_be_unpacked(bare: Delivering) -> None:
    packed = gzip.compress(csv_bytes(rows(1000, 12)))
    with pytest.raises(ContractError, match=r"is packed with gzip, .*, not CSV\. Unpack it; only"):
        bare.holdout(bare.file(packed, "sealed.csv"), replace=True)
    with pytest.raises(DropError, match=r"a holdout is one plain file <name>\.csv\. Unpack it\.$"):
        bare.holdout(bare.file(packed, "sealed.csv.gz"), replace=True)
    assert bare.holdout(bare.file(gzip.decompress(packed), "sealed.csv"), replace=True).rows == 12


def test_a_missing_holdout_is_told(bare: Delivering) -> None:
    bare.toy.s3.delete_object(Bucket="toy-models", Key="toy/holdout/second.csv")
    assert "A run needs holdouts that are not there yet: second." in bare.drop(bare.file(rows(0, 5))).notes


def test_a_drop_that_a_run_has_used_stays_and_the_next_name_is_offered(bare: Delivering) -> None:
    bare.seal("drop", "2025-01-01")
    with pytest.raises(
        DropError, match=r"The drop 2025-01-01 stays as it is, because run-1 has used it\. .* 2025-01-01-2:"
    ):
        bare.drop(bare.file(rows(0, 5)))
    assert bare.drop(bare.file(rows(0, 5)), "2025-01-01-2").uri.endswith("/drops/2025-01-01-2/new.csv")
    with pytest.raises(DropError, match=r"Deliver it as 2025-01-01-3:"):
        bare.drop(bare.file(rows(0, 5)))
    bare.toy.config = replace(bare.toy.config, changed_drops="accept")
    assert bare.drop(bare.file(rows(0, 5))).written


def test_files_are_replaced_on_purpose_only(bare: Delivering) -> None:
    file = bare.file(rows(0, 5))
    assert bare.drop(file).written
    again = bare.drop(file)
    assert not again.written
    assert "already there with the same bytes, nothing written" in str(again)
    with pytest.raises(DropError, match=r"2025-01-01/new\.csv is there already with other bytes\. .*REPLACE=1"):
        bare.drop(bare.file(rows(0, 6)))
    assert bare.drop(bare.file(rows(0, 6)), replace=True).written


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("2025-06-02", r"2025-06-02 lies in the future, today is 2025-06-01 \(UTC\).*ALLOW_FUTURE=1"),
        ("2025-02-30", "'2025-02-30' is not a date like 2024-02-01, or 2024-02-01-2 for a second drop"),
        ("2025-01-01-1", "'2025-01-01-1' is not a date like"),
    ],
)
def test_dates(bare: Delivering, name: str, message: str) -> None:
    with pytest.raises(DropError, match=message):
        bare.drop(bare.file(rows(0, 5)), name)


def test_a_date_in_the_future_on_purpose(bare: Delivering) -> None:
    assert bare.drop(bare.file(rows(0, 5)), "2025-06-02", future=True).written


def test_a_holdout_is_delivered(bare: Delivering) -> None:
    bare.toy.s3.delete_object(Bucket="toy-models", Key="toy/holdout/sealed.csv")
    bare.toy.put("drops/2024-01-01/a.csv", csv_bytes([*rows(0, 5), *rows(1000, 2)]))
    file = bare.file(rows(1000, 4))
    done = bare.holdout(file)
    assert done.uri == "s3://toy-models/toy/holdout/sealed.csv"
    assert bare.toy.get(done.uri) == file.read_bytes()
    assert done.notes == (
        "2 rows of the drops are those of a holdout; they are kept out of the training.",
        "It judges, and with fewer than 150 rows every champion stays (gate.min_holdout_rows).",
    )


def test_a_wrong_holdout_is_not_delivered(bare: Delivering) -> None:
    before = bare.toy.keys("holdout")
    with pytest.raises(
        DropError, match=r"'sealde' is no holdout of toy: sealed, second \(the key holdouts in toy\.yaml\)"
    ):
        bare.holdout(bare.file(rows(5000, 3)), "sealde")
    with pytest.raises(DropError, match=r"a holdout is one plain file"):
        bare.holdout(bare.file(gzip.compress(csv_bytes(rows(5000, 3))), "new.csv.gz"))
    with pytest.raises(DropError, match=r"sealed\.csv is there already with other bytes"):
        bare.holdout(bare.file(rows(5000, 3)))
    with pytest.raises(
        ContractError, match=r"new\.csv: .*repeats the key 'row-2001' of s3://toy-models/toy/holdout/second"
    ):
        bare.holdout(bare.file(rows(2001, 1)), replace=True)
    bare.seal("holdout", "sealed")
    with pytest.raises(
        DropError, match=r"The holdout sealed stays as it is, because run-1 has used it\. .*holdouts: in toy\.yaml"
    ):
        bare.holdout(bare.file(rows(5000, 3)), replace=True)
    assert bare.toy.keys("holdout") == before


def test_a_bucket_is_made_only_where_nobody_pays(bare: Delivering) -> None:
    config = replace(bare.toy.config, root="s3://toy-other/toy")
    with pytest.raises(
        DropError, match=r"There is no bucket toy-other, .*toy\.yaml.*aws s3 mb s3://toy-other --region us-"
    ):
        require_bucket(bare.toy.s3, config, make=False)
    assert require_bucket(bare.toy.s3, config, make=True) == "made the bucket toy-other"
    assert require_bucket(bare.toy.s3, config, make=False) is None


def test_a_bucket_of_somebody_else(bare: Delivering, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    monkeypatch.setattr(bare.toy.s3, "head_bucket", refuse)
    with pytest.raises(DropError, match=r"may not use the bucket toy-models, which root in toy\.yaml names"):
        require_bucket(bare.toy.s3, bare.toy.config, make=True)


def with_odd(first: int, count: int, cell: str = "NA") -> list[dict[str, str]]:
    return [row | ({"d[1]": cell} if number == 3 else {}) for number, row in enumerate(rows(first, count))]


def test_what_every_run_after_a_search_would_refuse_is_refused_before_it(bare: Delivering) -> None:
    with pytest.raises(ContractError, match=r"new.csv: column 'd\[1\]', row 4 \(line 5\) holds text: 'NA'. Nearly all"):
        bare.drop(bare.file(with_odd(0, 50)))
    assert not bare.toy.keys("drops/")
    with pytest.raises(ContractError, match=r"sealed.csv: column 'd\[1\]', row 4"):
        bare.holdout(bare.file(with_odd(1000, 50), "sealed.csv"), replace=True)
    bare.toy.put("drops/2024-12-01/a.csv", csv_bytes([row | {"d[1]": "XL"} for row in rows(500, 9)]))
    # With what is there already the column is none of numbers.
    assert bare.drop(bare.file(with_odd(0, 50))).written
    assert bare.holdout(bare.file(with_odd(1000, 50), "sealed.csv"), replace=True).written


def test_a_code_among_numbers_is_a_note_of_a_delivery(bare: Delivering) -> None:
    told = str(bare.drop(bare.file(with_odd(100, 50, "n.b."))))
    told += str(bare.holdout(bare.file(with_odd(1000, 50, "n.b."), "sealed.csv"), replace=True))
    odd = ": column 'd[1]', row 4 (line 5) holds 'n.b.' among numbers. A search"
    assert [told.count(one) for one in (f"/new.csv{odd}", f"/sealed.csv{odd}", "(B7 for 7) (1 more row")] == [1, 1, 1]


def test_a_fault_of_what_is_there_already_is_a_note(bare: Delivering) -> None:
    bare.toy.put("holdout/sealed.csv", csv_bytes(with_odd(1000, 12)))
    told = str(bare.drop(bare.file(rows(0, 50))))
    assert "No search takes what is there already: s3://toy-models/toy/holdout/sealed.csv: column 'd[1]', row 4" in told


def test_a_class_that_a_search_takes_for_nothing_is_refused_before_it(bare: Delivering) -> None:
    search = replace(bare.toy.config.search, problem_type="MulticlassClassification", metric="Accuracy")
    bare.toy.config = replace(bare.toy.config, search=search, holdouts=("third",))
    table = [row | {"y": ["None", "mild", "severe"][number % 3]} for number, row in enumerate(rows(0, 30))]
    with pytest.raises(ContractError, match=r"has the class 'None', which .* 'class_None' say, .* \(9 more rows"):
        bare.drop(bare.file(table))


def of_two_classes(bare: Delivering) -> None:
    search = replace(bare.toy.config.search, problem_type="BinaryClassification", metric="F1")
    bare.toy.config = replace(bare.toy.config, search=search, holdouts=("third",))


def classes(first: int, *labels: str) -> list[dict[str, str]]:
    return [row | {"y": labels[number % len(labels)]} for number, row in enumerate(rows(first, 30))]


def test_a_third_class_of_two_is_refused_before_a_search(bare: Delivering) -> None:
    of_two_classes(bare)
    table = classes(0, "no", "yes")
    table[9]["y"] = "maybe"
    told = r"new.csv: column 'y', row 10 \(line 11\) has the class 'maybe', one of 3, .*: of two, 'no' and 'yes'. Cor"
    with pytest.raises(ContractError, match=told):
        bare.drop(bare.file(table))
    assert bare.drop(bare.file(classes(0, "0", "1", "1.0"))).written


def test_which_two_classes_are_meant_the_files_that_are_there_decide(bare: Delivering) -> None:
    of_two_classes(bare)
    bare.drop(bare.file(classes(0, "no", "yes")[:10]))
    with pytest.raises(ContractError, match=r"later.csv: .* has the class '0', one of 4, .*: of two, 'no' and 'yes'"):
        bare.drop(bare.file(classes(50, "0", "1"), "later.csv"), "2025-02-01")


def test_where_a_job_says_what_the_columns_are_nothing_is_foreseen(bare: Delivering) -> None:
    bare.toy.config = replace(bare.toy.config, search=None, autopilot=AutopilotConfig(job="some-job"))
    assert bare.drop(bare.file(with_odd(0, 50))).written


def without_target(first: int, count: int) -> list[dict[str, str]]:
    return [row | ({"y": ""} if number % 2 else {}) for number, row in enumerate(rows(first, count))]


def test_rows_without_a_target_are_told(running: Delivering) -> None:
    done = running.drop(running.file(without_target(900, 30)))
    assert done.rows == 15
    assert "15 of its 30 rows have no target: they train and judge nothing." in done.notes
    done = running.holdout(running.file(without_target(3000, 30), "sealed.csv"), replace=True)
    assert "15 of its 30 rows have no target: they train and judge nothing." in done.notes
    assert not [note for note in running.drop(running.file(rows(900, 3)), "2025-01-02").notes if "no target" in note]


def test_a_header_without_rows_is_told(running: Delivering) -> None:
    done = running.drop(running.file([]))
    assert (done.rows, done.notes) == (0, ("It has a header and no rows: a run learns nothing from it.",))
