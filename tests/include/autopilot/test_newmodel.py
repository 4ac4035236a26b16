"""The command: from a table to a model's YAML, and what it says where it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from include.autopilot import newmodel
from include.autopilot.drops.recent import recent_keys
from include.autopilot.newmodel import main
from include.autopilot.settings import modelfiles
from include.autopilot.settings.config import parse_model
from tests.support import churn, mixedtable
from tests.support.toy import AUTOML_JOB, Toy

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in an empty folder that has the table: its exit code and what it said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()

    def command(*arguments: str, name: str = "churn") -> tuple[int, str]:
        # As make gives it; of two the last one counts.
        code = main([name, "--date", "2024-06-01", *arguments], Path("models"))
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


def test_from_a_table_to_a_model(run: Run) -> None:
    churn.write(Path("t.csv"))
    asked = ("--csv", "t.csv", "--target", "churned", "--key", "customer_id", "--date", "2024-06-01")
    code, said = run(*asked, "--holdout", "0.2")
    assert code == 0
    model = parse_model(Path("models/churn.yaml").read_text(), "churn.yaml")
    assert (model.title, model.target, model.key, model.root) == (
        *("Churn", "churned", "customer_id", "s3://autopilot-retrain/churn"),
    )
    assert set(model.ignore) == {"country", "e_mail", "left_us", "cancelled_on"}
    assert model.search is not None
    assert (model.search.problem_type, model.search.metric) == ("BinaryClassification", "F1")
    assert model.start_date.isoformat() == model.search.cutoff.isoformat() == "2024-06-01T00:00:00+00:00"
    assert (model.gate.judge_on, model.window) == ("recent", "auto")
    assert "# - branch_id looks like codes" in Path("models/churn.yaml").read_text()
    assert said.splitlines()[-4:] == [
        "next:",
        "  make drop FILE=.local/new/churn/sealed.csv MODEL=churn HOLDOUT=sealed",
        "  make drop FILE=.local/new/churn/drop.csv MODEL=churn DATE=2024-06-01",
        "  make demo MODEL=churn",
    ]
    before = Path("models/churn.yaml").read_bytes()
    code, said = run(*asked)
    assert (code, "models/churn.yaml is there already" in said) == (2, True)
    assert Path("models/churn.yaml").read_bytes() == before


def test_columns_that_a_search_reads_are_not_left_out(run: Run) -> None:
    Path("t.csv").write_bytes(mixedtable.as_csv(mixedtable.rows(700)))
    code, said = run("--csv", "t.csv", "--target", mixedtable.TARGET, "--holdout", "0.2")
    kinds = "learns from 1 columns of numbers, 4 of amounts, 4 of dates, 1 of yes and no and 4 of texts"
    assert (code, kinds in said) == (0, True)
    assert "look at: opened, due, born, signed: each holds dates" in said
    model = parse_model(Path("models/churn.yaml").read_text(), "churn.yaml")
    assert (model.key, model.ignore) == (mixedtable.KEY, ())


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("Churn", {}, "NAME=Churn can be no model's name. Write at most 24 lower-case letters"),
        ("2churn", {}, "NAME=2churn can be no model's name."),
        ("c" * 25, {}, "can be no model's name."),
        ("../churn", {}, "can be no model's name."),
        ("churn", {"--target": None}, "CSV=table.csv TARGET=column"),
        ("churn", {"--target": "chrned"}, "TARGET=chrned is no column of t.csv. Did you mean 'churned'?"),
        ("churn", {"--target": "Churned"}, "Did you mean 'churned'?"),
        ("churn", {"--target": "zzzzzz"}, "TARGET=zzzzzz is no column of t.csv. There are customer_id, signed_up,"),
        (
            "churn",
            {"--key": None},
            "2 columns of t.csv have another value in every row: customer_id, e_mail. Say which",
        ),
        ("churn", {"--key": "customer"}, "KEY=customer is no column of t.csv. Did you mean 'customer_id'"),
        ("churn", {"--key": "churned"}, "KEY and TARGET are both churned."),
        ("churn", {"--key": "age"}, "the key age is empty in"),
        ("churn", {"--key": "plan"}, "the key plan has 3 values in 1,700 rows, and of rows with one key only the last"),
        ("churn", {"--csv": "spelt.csv"}, "cells of the key customer_id spell one in another way: '5000' (line 42)"),
        ("churn", {"--csv": "nowhere.csv"}, "CSV=nowhere.csv cannot be read: No such file or directory."),
        ("churn", {"--csv": "empty.csv"}, "empty.csv is empty."),
        ("churn", {"--csv": "header.csv"}, "header.csv has a header and no rows."),
        ("churn", {"--csv": "twice.csv"}, "twice.csv: the header names 'churned' twice."),
        ("churn", {"--csv": "ragged.csv"}, "has 1 cells where the header has 13"),
        ("churn", {"--csv": "no_key.csv", "--key": None}, "No column of no_key.csv looks like a key"),
        ("churn", {"--csv": "bare.csv"}, "besides key and target there is no column left to learn from."),
        ("churn", {"--date-column": "signed_up", "--holdout-from": "2024-03-01", "--holdout": "0.2"}, "Say either"),
        ("churn", {"--holdout-from": "2024-03-01"}, "with DATE_COLUMN=column"),
        ("churn", {"--holdout-from": "2024-03-01", "--date-column": "signd_up"}, "Did you mean 'signed_up'?"),
        ("churn", {"--root": "churn"}, "churn.yaml: key 'root' is 'churn'."),
        ("churn", {"--root": "s3://models/taken"}, "The model taken has the folder s3://models/taken already."),
    ],
)
def test_wrong_input_is_refused_and_nothing_is_written(
    run: Run, name: str, arguments: dict[str, str | None], message: str
) -> None:
    few = churn.rows(40)
    churn.write(Path("t.csv"))
    Path("empty.csv").touch()
    churn.write(Path("header.csv"), [])
    churn.write(Path("twice.csv"), few, (*churn.HEADER[:-2], "churned", "churned"))
    churn.write(Path("ragged.csv"), [*few, ["x"]])
    churn.write(Path("no_key.csv"), [*few, few[0]])
    churn.write(Path("spelt.csv"), [*few, ["5000", *few[0][1:]], ["5000.0", *few[1][1:]]])
    churn.write(Path("bare.csv"), [[row[0], row[-1]] for row in few], ("customer_id", "churned"))
    code, said = run("--csv", "t.csv", "--target", "plan", "--key", "customer_id", name="taken")
    assert code == 0
    taken = Path("models/taken.yaml")
    taken.write_text(taken.read_text().replace("s3://autopilot-retrain/taken", "s3://models/taken"))
    given = {"--csv": "t.csv", "--target": "churned", "--key": "customer_id", **arguments}
    code, said = run(*(word for option, value in given.items() if value for word in (option, value)), name=name)
    assert message in said
    assert (code, said.count("\n")) == (2, 1)
    assert [path.name for path in Path("models").iterdir()] == ["taken.yaml"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("--holdout", "1.5"), "HOLDOUT=1.5 is no share. Write one above 0 and below 1: HOLDOUT=0.2\n"),
        (("--holdout", "x"), "HOLDOUT=x is no share."),
        (("--holdout-from", "June"), "HOLDOUT_FROM=June is no date. Write one like HOLDOUT_FROM=2024-06-01\n"),
        (("--date", "2999-01-01"), "DATE=2999-01-01 lies in the future, today is "),
        (("--date", "1.2.2024"), "DATE=1.2.2024 is no date. Write one like DATE=2024-06-01\n"),
    ],
)
def test_values_that_are_none_are_refused(run: Run, wrong: tuple[str, str], message: str) -> None:
    code, said = run("--csv", "t.csv", "--target", "churned", *wrong)
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith(message)


def test_too_few_rows_are_told(run: Run) -> None:
    churn.write(Path("t.csv"), churn.rows(520))
    asked = ("--csv", "t.csv", "--target", "churned", "--key", "customer_id")
    _, said = run(*asked, "--holdout", "0.2")
    assert "attention: Autopilot searches 500 rows or more, and the drop has" in said
    assert "attention: the gate promotes nothing on fewer than 150 sealed rows." in said
    assert "the holdout judges: the newest rows would judge and leave " in said
    text = Path("models/churn.yaml").read_text()
    model = parse_model(text, "churn.yaml")
    assert (model.gate.judge_on, model.window) == ("sealed", "all")
    assert "# Here the holdout: the newest rows would judge and leave " in text
    _, said = run(*asked, name="all")
    assert "attention" not in said
    assert "  nothing is sealed yet: bring rows that are in no drop, or remove the YAML and add HOLDOUT=0.2" in said
    assert "  make drop FILE=your-sealed-rows.csv MODEL=all HOLDOUT=sealed" in said


def test_a_class_of_newest_rows_only_leaves_the_holdout_to_judge(run: Run) -> None:
    """A search that has not seen a class makes a model that cannot know it."""
    names = [f"row-{number}" for number in range(900)]
    newest = set(recent_keys([names], 0.3, 200)[0])
    few = set(sorted(newest)[:6])
    table = [[name, str(place % 7), "rare" if name in few else "ab"[place % 2]] for place, name in enumerate(names)]
    churn.write(Path("t.csv"), table, ("id", "x", "kind"))
    code, said = run("--csv", "t.csv", "--target", "kind", "--key", "id")
    assert code == 0
    assert "without them the first drop has no row of rare to learn" in said
    assert parse_model(Path("models/churn.yaml").read_text(), "churn.yaml").gate.judge_on == "sealed"
    churn.write(Path("t.csv"), [[*row[:2], "ab"[place % 2]] for place, row in enumerate(table)], ("id", "x", "kind"))
    assert "the holdout judges" not in run("--csv", "t.csv", "--target", "kind", "--key", "id", name="even")[1]


def test_the_job_of_an_account_goes_on_there(run: Run, searched: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorded job stands for one that AWS has; no endpoint is named."""
    monkeypatch.setattr(newmodel, "aws_clients", lambda _: lambda service: getattr(searched, service))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    asked = ("--automl-job", AUTOML_JOB, "--key", "id")
    code, said = run(*asked)
    assert (code, said.splitlines()[-5:]) == (
        0,
        [
            "next, in your AWS account; to try it on this machine before you pay: docs/try.md:",
            "  make drop FILE=your-sealed-rows.csv MODEL=churn HOLDOUT=sealed AWS=1",
            "  make drop FILE=your-drop.csv MODEL=churn DATE=2024-06-01 AWS=1",
            "  make mwaa-bundle",
            "then upload it (docs/mwaa.md), and trigger churn_retrain with dry_run (docs/from-lambda.md)",
        ],
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    _, said = run(*asked, "--root", "s3://toy-models/local", name="local")
    assert said.splitlines()[-1] == "  make demo MODEL=local"
    assert "AWS=1" not in said


def test_models_beside_the_dags_are_others_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    models, beside = tmp_path / "include" / "models", tmp_path / "dags" / "models"
    for folder in (models, beside):
        folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(modelfiles, "files", lambda _: tmp_path / "include")
    monkeypatch.setattr(newmodel, "MODELS", models)
    churn.write(Path("t.csv"))
    asked = ["--csv", "t.csv", "--target", "churned", "--key", "customer_id", "--date", "2024-06-01"]
    assert main(["churn", *asked]) == 0
    (models / "churn.yaml").rename(beside / "churn.yaml")
    capsys.readouterr()
    assert main(["churn", *asked]) == 2
    assert "dags/models/churn.yaml is there already." in capsys.readouterr().err
    assert main(["other", *asked, "--root", "s3://autopilot-retrain/churn"]) == 2
    assert "The model churn has the folder s3://autopilot-retrain/churn already." in capsys.readouterr().err
    assert [*models.iterdir()] == []
