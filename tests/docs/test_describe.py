"""docs/describe.md says what is so: its examples are run, its tables name what there is."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from include.autopilot.describe import main
from tests.conftest import ROOT
from tests.include.autopilot.test_vintages import write
from tests.include.autopilot.vintages import ensemble, running

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


def missing(told: list[str], printed: list[str]) -> list[str]:
    """Lines that were told and not printed; ``...`` stands for any lines."""
    place, skipped = 0, False
    for line in told:
        if line == "...":
            skipped = True
            continue
        found = next((index for index in range(place, len(printed)) if printed[index] == line), None)
        if found is None or (not skipped and found != place):
            return [line]
        place, skipped = found + 1, False
    return [] if skipped or place == len(printed) else [f"and then: {printed[place]}"]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_are_what_is_printed(example: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = None
    for command, told in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", example, re.MULTILINE):
        if command == "echo $?":
            assert told.split() == [str(code)]
            continue
        assert command.startswith(COMMAND)
        code = main(shlex.split(command.removeprefix(COMMAND)))
        assert missing(told.splitlines(), capsys.readouterr().out.splitlines()) == []


def test_a_wrong_example_is_noticed() -> None:
    assert missing(["a", "...", "c"], ["a", "b", "c"]) == []
    assert missing(["a", "c"], ["a", "b", "c"]) == ["c"]
    assert missing(["a", "...", "d"], ["a", "b", "c"]) == ["d"]
    assert missing(["a"], ["a", "b"]) == ["and then: b"]


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
    from include.autopilot.survey.responsefiles import _OPERATIONS

    told = {name.lower() for name in re.findall(r"^((?:Describe|List)\w+)\.", PAGE, re.MULTILINE)}
    assert operation.lower() in told
    assert told <= _OPERATIONS
