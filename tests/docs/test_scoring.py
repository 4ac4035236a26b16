"""docs/scoring.md says what is so. Its tree is compared in tests/include/autopilot/test_lineagetree.py."""

from __future__ import annotations

import re
from typing import Any

import pytest

from include.autopilot import lineage
from include.autopilot.base import commandline
from include.autopilot.scoring.lineage import lineage_of
from include.autopilot.settings.config import load_models, parse_model
from include.autopilot.settings.score import LEVELS
from include.autopilot.settings.scoreoptions import ScoreOptions
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "scoring.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
BACE = next(model for model in load_models() if model.name == "bace")


def rows(section: str) -> list[list[str]]:
    """The cells of the tables' rows whose first cell is code."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("section", ["Start it", "An endpoint that serves the champion"])
def test_the_yaml_is_accepted(section: str) -> None:
    (block,) = re.findall(r"^ *```yaml\n(.*?)^ *```", SECTIONS[section], re.MULTILINE | re.DOTALL)
    indent = len(block) - len(block.lstrip())
    more = "\n".join(line[indent:] for line in block.splitlines())
    text = (ROOT / "include" / "models" / "bace.yaml").read_text()
    found = parse_model(f"{text}\n{more}\n", "bace.yaml")
    assert found != BACE


def test_the_table_names_every_field_of_the_form() -> None:
    assert [names(cells[0])[0] for cells in rows("Start it")] == list(ScoreOptions.form(BACE))
    (levels,) = [names(cells[1]) for cells in rows("Start it") if cells[0] == "`interval`"]
    assert levels[: 1 + len(LEVELS)] == ["none", *map(str, LEVELS)]


def test_the_table_names_every_member_of_lineage_json(a_plan: Any) -> None:
    listed = [name for cells in rows("What comes out") for name in names(cells[0])]
    there = lineage_of(a_plan, "s3://b/plan.json", "arn", {"s3://b/out.csv": "0" * 64})
    columns = ["prediction", "predicted_label", "probability", "probability_<class>", "lower", "upper", "model_version"]
    assert sorted(listed) == sorted([*columns, *there])


def test_the_exit_codes_are_those_of_the_command() -> None:
    told = [int(names(cells[0])[0]) for cells in rows("Where do these predictions come from?")]
    assert told == [lineage.WHOLE, commandline.UNREADABLE, lineage.BROKEN]


@pytest.fixture
def a_plan() -> Any:
    from include.autopilot.rows.inputcheck import CheckedInput
    from include.autopilot.scoring.plan import ScorePlan
    from tests.support.servings import REGRESSION, SERVING

    file = CheckedInput("s3://b/in.csv", "in.csv", "0" * 64, 1, (), (), None)
    return ScorePlan(
        model="toy",
        title="A toy",
        root="s3://b/toy",
        key="id",
        run="run",
        options=ScoreOptions("s3://b/in.csv"),
        serving=SERVING,
        problem=REGRESSION,
        inputs=(file,),
        chunks="",
        output="s3://b/out",
        interval=None,
        source=None,
    )
