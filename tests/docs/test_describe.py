"""docs/describe.md says what is so: its examples are run, its tables name what there is."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from include.autopilot.describe import main
from include.autopilot.settings.config import parse_model
from tests.support.commandlines import aws_operation, unknown_in
from tests.support.examples import commands, missing
from tests.support.repository import ROOT
from tests.support.toy import AUTOML_JOB, YAML
from tests.support.vintagefiles import write
from tests.support.vintages import ensemble, running

PAGE = (ROOT / "docs" / "describe.md").read_text()
EXAMPLES = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMAND = "python -m include.autopilot.describe "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recorded sets that the examples read."""
    shutil.copytree(ROOT / "tests/include/autopilot/responses/toy", tmp_path / "toy")
    for name, files in {"ensemble": ensemble(), "running": running("FeatureEngineering")}.items():
        (tmp_path / name).mkdir()
        write(tmp_path / name, files)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def on_the_way(command: str, folder: Path) -> None:
    """Do what an example does before it asks: make a folder, or save what AWS says, which is the recorded toy."""
    words = shlex.split(command)
    if words[0] == "mkdir":
        (folder / words[1]).mkdir(exist_ok=True)
        return
    program, service, operation, option, name, into, path = words
    assert (program, service, into) == ("aws", "sagemaker", ">")
    assert unknown_in(f"aws sagemaker {operation} {option} {name}") == []
    recorded = f"{aws_operation(service, operation).name}.{name}.json"
    shutil.copy(folder / "toy" / recorded, folder / path)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_are_what_is_printed(number: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for earlier in EXAMPLES[:number]:
        for command, _ in commands(earlier):
            if command.startswith(("mkdir ", "aws ")):
                on_the_way(command, folder)
    code = None
    for command, told in commands(EXAMPLES[number]):
        if command == "echo $?":
            assert told.split() == [str(code)]
            continue
        if not command.startswith(COMMAND):
            on_the_way(command, folder)
            assert told == ""
            continue
        code = main(shlex.split(command.removeprefix(COMMAND)))
        assert missing(told.splitlines(), capsys.readouterr().out.splitlines()) == []


def test_the_yaml_is_accepted_and_states_what_the_command_was_told() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^(target:.*\n|search:\n(?:  .*\n)*)", "", YAML, flags=re.MULTILINE)
    named = parse_model(rest + block, "toy.yaml").autopilot
    assert named is not None
    assert named.job == AUTOML_JOB
    assert named.columns == ("y", "a (b, c)", "d[1]", "colour")


def test_a_wrong_example_is_noticed() -> None:
    assert missing(["a", "...", "c"], ["a", "b", "c"]) == []
    assert missing(["a", "c"], ["a", "b", "c"]) == ["c"]
    assert missing(["a", "...", "d"], ["a", "b", "c"]) == ["d"]
    assert missing(["a"], ["a", "b"]) == ["and then: b"]
    assert missing(["a  … c"], ["a b    c"]) == []
    assert missing(["a … c"], ["a b d"]) == ["a … c"]


def test_every_option_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    there = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `--"))
    assert set(re.findall(r"`(--[a-z-]+)[ `]", table)) >= there
    assert len(there) > 8


def test_every_member_of_the_object_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["running", "--responses", "running", "--json"])
    there = set(json.loads(capsys.readouterr().out))
    rows = [line.split("|")[2] for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == 4]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == there


@pytest.mark.parametrize("operation", ["DescribeAutoMLJobV2", "DescribeModel", "ListTags"])
def test_the_operations_are_those_that_are_recorded(operation: str) -> None:
    from include.autopilot.candidate.responsefiles import _OPERATIONS

    told = {name.lower() for name in re.findall(r"^((?:Describe|List)\w+)\.", PAGE, re.MULTILINE)}
    assert operation.lower() in told
    assert told <= _OPERATIONS
