from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from include.local_aws.runtimes.entry import process_main, train_main

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/autopilot-data-builder:1.0-1-cpu-py3"


class Data:
    """A staged job of the data builder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._environment = monkeypatch
        self.environment(label_col="y")

    def environment(self, **values: str) -> None:
        for name, value in values.items():
            self._environment.setenv(name, value)

    def put(self, rows: int = 600, name: str = "train", target: str = "{0}.5", header: str = "a,y,b") -> None:
        path = self.folder / "processing" / "input" / name / "data.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{row},{target.format(row, 'yes' if row % 4 else 'no')},word{row % 3}" for row in range(rows)]
        path.write_text("\n".join([header, *lines]) + "\n")

    def run(self) -> int:
        return process_main(IMAGE, str(self.folder))

    def failure(self) -> str:
        return (self.folder / "output" / "failure").read_text()

    def rows(self, part: str) -> list[list[str]]:
        folder = self.folder / "processing" / "output" / "tuning_data" / part
        return [line.split(",") for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]

    def report(self) -> dict[str, Any]:
        path = self.folder / "processing" / "output" / "columns" / "columns.json"
        report: dict[str, Any] = json.loads(path.read_text())
        return report


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    return Data(tmp_path, monkeypatch)


def test_the_rows_are_split_with_the_target_first(data: Data) -> None:
    data.put()
    assert data.run() == 0
    train, validation = data.rows("train"), data.rows("validation")
    assert (len(train), len(validation)) == (480, 120)
    assert sorted(int(row[1]) for row in train + validation) == list(range(600))
    assert all(float(row[0]) == int(row[1]) + 0.5 for row in train + validation)
    # A random fifth, not the last one: the file may be sorted.
    assert 200 < sum(int(row[1]) for row in validation) / 120 < 400


def test_the_report(data: Data) -> None:
    data.put()
    data.run()
    report = data.report()
    assert report["column_names"] == ["y", "a", "b"]
    assert (report["problem_type"], report["labels"]) == ("Regression", [])
    assert report["rows"] == {"train": 480, "validation": 120, "dropped": 0}
    assert [(column["name"], column["kind"]) for column in report["columns"]] == [
        ("a", "numeric"),
        ("b", "categorical"),
    ]


def test_the_same_table_is_split_the_same_way(data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.put()
    data.run()
    again = Data(tmp_path / "again", monkeypatch)
    again.put()
    again.run()
    assert again.rows("validation") == data.rows("validation")


def test_every_class_gives_its_share(data: Data) -> None:
    data.put(target="{1}")
    data.environment(validation_fraction="0.1")
    assert data.run() == 0
    assert Counter(row[0] for row in data.rows("validation")) == {"yes": 45, "no": 15}
    assert data.report()["labels"] == [{"label": "yes", "rows": 450}, {"label": "no", "rows": 150}]


def test_a_validation_channel_is_taken_as_it_is(data: Data) -> None:
    data.put()
    data.put(rows=30, name="validation", header="a,y,b")
    assert data.run() == 0
    assert (len(data.rows("train")), len(data.rows("validation"))) == (600, 30)


def test_rows_without_a_target_are_dropped_and_counted(data: Data) -> None:
    data.put(rows=520)
    path = data.folder / "processing" / "input" / "train" / "data.csv"
    path.write_text(path.read_text() + "1,,word\n2,inf,word\n")
    assert data.run() == 0
    assert data.report()["rows"] == {"train": 416, "validation": 104, "dropped": 2}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": 499}, "the training data has 499 rows; at least 500 are needed"),
        ({"header": "a,z,b"}, "Target attribute name y does not exist in header."),
        ({"target": "const"}, "name ProblemType"),
        ({"target": ""}, "name ProblemType"),
    ],
)
def test_data_that_cannot_be_searched(data: Data, change: dict[str, Any], message: str) -> None:
    data.put(**change)
    assert data.run() == 2
    assert message in data.failure()


def test_a_problem_type_that_does_not_fit(data: Data) -> None:
    data.put(target="{1}")
    data.environment(problem_type="Regression")
    assert data.run() == 2
    assert data.failure() == "0 rows have a usable target; at least 500 are needed"
    data.put()
    data.environment(problem_type="BinaryClassification")
    assert data.run() == 2
    assert data.failure() == "the target has 600 classes, which is not a BinaryClassification"


def test_channels_of_different_columns(data: Data) -> None:
    data.put()
    data.put(rows=30, name="validation", header="a,y,c")
    assert data.run() == 2
    assert data.failure() == "training and validation data differ in the column 'b'"


def test_it_is_no_training_image(tmp_path: Path) -> None:
    assert train_main(IMAGE, str(tmp_path)) == 2


def test_a_target_with_thousands_is_refused(data: Data) -> None:
    data.put()
    path = data.folder / "processing" / "input" / "train" / "data.csv"
    path.write_text(path.read_text() + '1,"1,903.2",word\n2,,word\n3,inf,word\n')
    assert data.run() == 2
    assert data.failure() == (
        "1 of 603 cells of the target y in the training data are neither numbers nor missing; the first is '1,903.2'. "
        "Write numbers plainly, like 1234.5, or leave the cells empty"
    )
    data.put()
    data.put(rows=1, name="validation", target="about {0}")
    path = data.folder / "processing" / "input" / "validation" / "data.csv"
    path.write_text(path.read_text() + "1,2.5,word\n")
    assert data.run() == 2
    assert "1 of 2 cells of the target y in the validation data are neither numbers nor missing" in data.failure()


@pytest.mark.parametrize("problem", ["", "MulticlassClassification"])
def test_a_class_that_only_the_validation_data_have(data: Data, problem: str) -> None:
    data.put(target="{1}")
    data.environment(problem_type=problem)
    data.put(rows=8, name="validation", target="NEW{1}")
    assert data.run() == 2
    assert data.failure() == (
        "2 rows of the validation data have the class 'NEWno' in the target y, which the training data lack: "
        "give the training data rows of it, or leave these out"
    )


@pytest.mark.parametrize(
    ("rows", "header", "told"),
    [
        ("{0}.5", "y", "there is none beside the target"),
        ("{0}.5,,key{0},7", "y,a,b,c", "'a': no values; 'b': nearly every row has a value of its own; 'c': one value"),
    ],
)
def test_nothing_to_learn_from(data: Data, rows: str, header: str, told: str) -> None:
    path = data.folder / "processing" / "input" / "train" / "data.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([header, *(rows.format(row) for row in range(600))]) + "\n")
    assert data.run() == 2
    assert data.failure().startswith(f"no column can be learned from ({told}")


def test_line_breaks_in_cells(data: Data) -> None:
    data.put()
    path = data.folder / "processing" / "input" / "train" / "data.csv"
    path.write_text(path.read_text() + '1,2.5,"two\nlines"\n')
    assert data.run() == 2
    assert data.failure() == (
        "data.csv: data row 601 has a line break in the column 'b': "
        "batch transform does not support CSV with line breaks inside fields"
    )
    data.environment(mode="ENSEMBLING")
    assert data.run() == 0


@pytest.mark.parametrize(("target", "warned"), [("{0}.5", False), ("115292150460684{0:04}", True), ("{0}e200", True)])
def test_a_target_that_32_bits_do_not_hold(
    data: Data, capfd: pytest.CaptureFixture[str], target: str, warned: bool
) -> None:
    data.put(target=target)
    assert data.run() == 0
    assert ("Warning: the algorithms are given y in 32 bits" in capfd.readouterr().out) == warned
