"""The command itself: how a job is named, what a folder may hold, exit codes, what is printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.describe import main
from tests.support import vintages
from tests.support.repository import ROOT
from tests.support.vintagefiles import changed, described, only, write
from tests.support.vintages import Files, ensemble, hpo, running

STEPS = vintages.step_names("made-up")
JOB = "DescribeAutoMLJobV2.made-up.json"
TAGGED = {f"ListTags.{STEPS['train']}.json": {"Tags": [{"Key": "a", "Value": "b"}]}}


@pytest.mark.parametrize(
    "name", ["made-up", "MADE-up", " made-up ", "arn:aws:sagemaker:us-east-1:111122223333:automl-job/made-up"]
)
def test_a_job_by_its_name_or_address(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = described(write(tmp_path, hpo()), capsys, name)
    assert (code, found["automl_job"], found["missing"]) == (0, "made-up", [])


def test_steps_by_their_addresses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (
        "--transform-job", vintages.arn("transform-job", STEPS["featurize"]),
        "--training-job", vintages.arn("training-job", STEPS["train"]),
    )  # fmt: skip
    code, found = described(write(tmp_path, hpo()), capsys, *arguments)
    assert (code, found["candidate"].lower()) == (0, STEPS["train"].lower())


def test_capital_letters_as_in_the_address_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Some jobs have capital letters in their names and none in their addresses; files are named after either."""
    files = {name.lower() if "FqgNeC" in name else name: content for name, content in hpo("Made-Up").items()}
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert (code, found["automl_job"], found["missing"]) == (0, "Made-Up", [])
    assert [step["name"] for step in found["steps"]] == list(vintages.step_names("Made-Up").values())[:4]


def dates(files: Files, value: Any) -> Files:
    """Every date in the files, as another tool writes it."""
    text = json.dumps(files)
    return json.loads(re.sub(r'("\w*Time": )("[^"]*"|[\d.]+)', lambda match: match[1] + json.dumps(value), text))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "value",
    [
        "2023-11-14T22:13:20+00:00",
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:13:20.000000+00:00",
        "2023-11-14T22:13:20.000Z",
        "2023-11-15T00:13:20+02:00",
        "2023-11-14T15:13:20.000000-07:00",
        "2023-11-14T15:13:20-0700",
        "2023-11-14 22:13:20+00:00",
        "2023-11-14 22:13:20",
        1700000000,
        1700000000.0,
        1700000000000,
        "1700000000",
    ],
)
def test_dates_however_they_were_printed(value: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "template"
    code, _ = described(write(tmp_path, dates(hpo(), value)), capsys, "made-up", "--out", str(out))
    assert code == 0
    until = json.loads(out.read_text())["template"]["searched_until"]
    assert datetime.fromisoformat(until) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize("value", ["14/11/2023", "", None, "soon", "9" * 40, True])
def test_a_date_that_is_none_is_told(value: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, dates(hpo(), value))
    code, found = described(folder, capsys, "made-up")
    assert (code, found["template_digest"]) == (0, None)
    assert "No CreationTime says up to when the search saw data" in found["no_template"]
    assert main(["made-up", "--responses", str(folder)]) == 0
    assert "└── No CreationTime says" in capsys.readouterr().out
    code, found = described(folder, capsys, "made-up", "--searched-until", "2024-01-31")
    assert (code, found["no_template"]) == (0, None)
    assert found["template_digest"]


PARTIAL = {
    "the Autopilot job": ((JOB,), 5),
    "and its training job": ((JOB, STEPS["train"]), 4),
    "and its transform job": ((JOB, STEPS["train"], STEPS["featurize"]), 3),
    "all but the model": ((JOB, "Training", "Transform", ".py"), 1),
    "all but the module": ((JOB, "Training", "Transform", "Model"), 1),
}


@pytest.mark.parametrize("case", PARTIAL)
def test_partial_sets_list_what_is_missing(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts, count = PARTIAL[case]
    folder = write(tmp_path, only(hpo(problem="BinaryClassification"), *parts))
    out = tmp_path / "template"
    code, found = described(folder, capsys, "made-up", "--out", str(out))
    assert (code, len(found["missing"]), out.exists()) == (3, count, False)
    assert f"made-up is not completely known. Missing: {found['missing'][0]}" in found["no_template"]
    code, found = described(folder, capsys, "made-up")
    assert (code, found["replayable"], found["problem_type"]) == (0, True, "BinaryClassification")
    assert main(["made-up", "--responses", str(folder)]) == 0
    tree = capsys.readouterr().out
    assert all(missing in tree for missing in found["missing"])


@pytest.mark.parametrize("broken", ["", "{", '{"TrainingJobName":', "null", "[]", "{}", "An error occurred"])
@pytest.mark.parametrize("part", [JOB, STEPS["fit"], STEPS["featurizer"]])
def test_a_file_that_cannot_be_read_is_named(
    part: str, broken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, hpo())
    (path,) = [path for path in folder.iterdir() if part in path.name]
    path.write_text(broken)
    assert main(["made-up", "--responses", str(folder), "--json"]) == 2
    printed = capsys.readouterr()
    assert (printed.out, path.name in printed.err) == ("", True)
    assert printed.err.count("\n") == 1


def test_other_files_do_not_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, hpo() | {"README.md": "# notes", "broken.json": "{", "list.json": "[1]", "x.py": "not("})
    (folder / "DescribeModel.folder.json").mkdir()
    (folder / "image.png").write_bytes(b"\x89PNG\x00")
    code, found = described(folder, capsys, "made-up")
    assert (code, found["missing"]) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name an Autopilot job or a template, or both"),
        (["--transform-job", "a"], "name an Autopilot job or a template, or both"),
        (["made-up", "--training-job", "a"], "name an Autopilot job or a template, or both"),
        (["made-up", "--nonsense"], "unrecognized arguments"),
    ],
)
def test_what_is_asked_must_be_clear(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--responses", str(tmp_path)])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody"], "does not hold what is asked for. Missing: DescribeAutoMLJob.nobody.json."),
        (["made-up", "--candidate", "nobody"], "Missing: ListCandidatesForAutoMLJob.made-up.json."),
        (["made-up", "--searched-until", "soon"], "'soon' is not a date"),
        (["made-up", "--columns", "a,b"], ""),
        (["--transform-job", "a", "--training-job", "b"], "Missing: DescribeTransformJob.a.json"),
        (["nothing.json"], "nothing.json cannot be read"),
        (["nothing.json", "--labels", "no,yes"], "nothing.json is a template, which has its own columns"),
    ],
)
def test_what_cannot_be_read(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = hpo()
    if "--columns" in arguments:
        del files["dpp7.py"]
    assert main([*arguments, "--responses", str(write(tmp_path, files))]) == 2
    assert message in capsys.readouterr().err


def test_no_folder_and_no_place_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["made-up", "--responses", str(tmp_path / "nothing")]) == 2
    assert "nothing is no folder" in capsys.readouterr().err
    assert main(["made-up", "--responses", str(write(tmp_path, hpo())), "--out", str(tmp_path)]) == 2
    assert "The template could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--endpoint-url", "nowhere"], "AWS could not be asked: Invalid endpoint: nowhere"),
        (["--endpoint-url", "http://127.0.0.1:9", "--profile", "nobody"], "The config profile (nobody) could not be"),
    ],
)
def test_no_aws(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["made-up", "--region", "us-east-1", *arguments]) == 2
    assert message in capsys.readouterr().err


def facts(value: Any) -> list[str]:
    """Every text, number and truth in a structure, as the tree writes it."""
    if isinstance(value, dict):
        return [fact for name, entry in value.items() for fact in (str(name), *facts(entry))]
    if isinstance(value, list):
        return [fact for entry in value for fact in facts(entry)]
    return [] if value in ("", None) else [str(value)]


@pytest.mark.parametrize(
    "files",
    [
        hpo(problem="MulticlassClassification") | TAGGED,
        only(hpo(version=1, year=2020), "AutoML", "Transform"),
        ensemble("made-up"),
        running("FeatureEngineering", "made-up"),
    ],
    ids=["whole", "partial", "ensemble", "running"],
)  # fmt: skip
def test_the_tree_and_the_object_say_the_same(files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = described(write(tmp_path, files), capsys, "made-up")
    assert main(["made-up", "--responses", str(tmp_path)]) == code
    tree = capsys.readouterr().out
    if found["missing"] or found["no_template"] == found["reason"]:
        del found["no_template"]  # said once
    shown = {name: value for name, value in found.items() if name not in ("replayable", "searchable")}
    keys = ("value", "metric", "direction", "artifact", "of", "path", "reason", "role", "kind", "image", "name")
    absent = [fact for fact in facts(list(shown.values())) if fact[:150] not in tree and fact not in keys]
    assert absent == []
    assert ("can be replayed" in tree) == (code == 0)


def test_signs_that_the_terminal_does_not_know(tmp_path: Path) -> None:
    files = changed(hpo(), STEPS["train"], Environment={"A": "\ud800 é", "B": "two\nlines \x1b[31mred"})
    command = [
        sys.executable,
        "-m",
        "include.autopilot.describe",
        "made-up",
        "--responses",
        str(write(tmp_path, files)),
    ]
    for encoding in ("ascii", "utf-8"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
        ended = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment)
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert b"B: two lines  [31mred" in ended.stdout
        assert "A:   é".encode(encoding, "backslashreplace") in ended.stdout
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as unread:
        assert unread.stdout is not None
        assert unread.stderr is not None
        unread.stdout.close()
        assert (unread.stderr.read(), unread.wait()) == (b"", 0)


def test_no_secret_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tags = {"Tags": [{"Key": "api-key", "Value": "do-not-print"}, {"Key": "team", "Value": "fraud"}]}
    files = hpo() | {f"ListTags.{STEPS['train']}.json": tags}
    out = tmp_path / "template.json"
    _, found = described(write(tmp_path, files), capsys, "made-up", "--out", str(out))
    assert found["tags"] == {"train": {"api-key": "***", "team": "fraud"}}
    assert "do-not-print" not in json.dumps(found)
    _, again = described(tmp_path, capsys, str(out))
    assert "do-not-print" not in json.dumps(again)
    assert again["template_digest"] == found["template_digest"]


@pytest.mark.parametrize(
    ("part", "code", "message", "exit_code", "told"),
    [
        (STEPS["featurizer"], "ValidationException", 'Could not find model "arn:aws:x".', 3, "without its featurizer."),
        (
            STEPS["train"],
            "ResourceNotFound",
            "Requested resource not found.",
            3,
            "cannot be replayed without its train.",
        ),
        (JOB, "ResourceNotFound", "gone", 2, "AutoMLJob made-up does not exist in this account and region."),
        (STEPS["fit"], "AccessDeniedException", "not authorized", 2, "not authorized"),
    ],
)
def test_a_recorded_error_is_an_answer(
    part: str, code: str, message: str, exit_code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = hpo()
    (name,) = [name for name in files if part in name]
    files[name] = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    assert main(["made-up", "--responses", str(write(tmp_path, files))]) == exit_code
    printed = capsys.readouterr()
    assert told in printed.out + printed.err


def test_a_denial_of_one_part_leaves_the_rest_readable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo()
    (name,) = [name for name in files if STEPS["featurizer"] in name]
    files[name] = {"Error": {"Code": "AccessDeniedException", "Message": "no DescribeModel for you"}}
    out = tmp_path / "template.json"
    code, found = described(write(tmp_path, files), capsys, "made-up", "--out", str(out))
    assert (code, found["replayable"], out.exists()) == (2, False, False)
    assert f"AWS does not let us describe Model {STEPS['featurizer']}, the featurizer" in found["reason"]
    assert "no DescribeModel for you" in found["reason"]
    assert set(found["carried"]) >= {"fit", "featurize", "train"}
    assert len(found["containers"]) == 2


def test_a_file_is_read_with_what_lies_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, {"a.json" if name == JOB else name: content for name, content in hpo().items()})
    assert main([str(folder / "a.json"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["automl_job"], found["verdict"], found["missing"]) == ("made-up", "can be replayed", [])


@pytest.mark.parametrize("role", ["featurize", "train"])
def test_the_file_of_one_of_its_jobs(role: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = only(hpo(), STEPS[role])
    assert main([str(write(tmp_path, files) / next(iter(files)))]) == 0
    assert "can be replayed as far as what was seen tells: " in capsys.readouterr().out


def test_the_file_of_a_candidate_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = hpo(problem="MulticlassClassification")
    alone = files.pop(JOB)["BestCandidate"]
    path = write(tmp_path, {"best.json": alone}) / "best.json"
    assert main([str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["automl_job"], found["candidate"], found["template_digest"]) == (None, STEPS["train"], None)
    unknown = ("the description of the Autopilot job", "the problem type", "the target column")
    assert all(any(missing.startswith(name) for missing in found["missing"]) for name in unknown)
    stated = ("--target", "y", "--problem-type", "MulticlassClassification", "--columns", "y,a,b", "--labels", "a,b,c")
    assert main([str(path), *stated, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["target"], found["problem_type"]) == ("y", "MulticlassClassification")
    assert not any(missing.startswith(unknown[1:]) for missing in found["missing"])
    assert found["labels"] == ["a", "b", "c"]


@pytest.mark.parametrize("asked", [["made-up"], []])
def test_a_bare_list_says_how_to_wrap_it(asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the AWS CLI prints it with --query Candidates."""
    path = tmp_path / "candidates.json"
    path.write_text(json.dumps([hpo()[JOB]["BestCandidate"]]))
    assert main([*asked, "--responses", str(tmp_path)] if asked else [str(path)]) == 2
    assert 'candidates.json holds a bare list; a response is one JSON object. Wrap it: {"Candidates": [...]}.' in (
        capsys.readouterr().err
    )


def test_a_transform_alone_claims_no_mode(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = only(hpo(), STEPS["featurize"])
    code, found = described(write(tmp_path, files), capsys, STEPS["featurize"])
    assert (code, found["mode"]) == (0, None)
    assert found["verdict"] == "can be replayed as far as what was seen tells: 5 parts are missing"
    code, found = described(
        write(tmp_path, only(hpo(), STEPS["featurize"], "DescribeModel")), capsys, STEPS["featurize"]
    )
    assert found["mode"] == "HYPERPARAMETER_TUNING"


def test_what_is_denied_leaves_the_verdict_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    denied = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
    code, found = described(
        write(tmp_path, hpo() | {f"DescribeModel.{STEPS['featurizer']}.json": denied}), capsys, "made-up"
    )
    assert (code, found["verdict"]) == (2, "it is not known whether it can be replayed")


def test_what_is_stated_and_told_otherwise_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stated = ("--target", "z", "--problem-type", "BinaryClassification")
    code, found = described(write(tmp_path, hpo()), capsys, "made-up", *stated)
    assert (code, found["target"], found["problem_type"]) == (0, "y", "Regression")
    assert "The target given, z, is not the one that is told, y, which is used." in found["warnings"]
    assert any(warning.startswith("The problem type given, BinaryClassification") for warning in found["warnings"])
