from __future__ import annotations

import dataclasses
import re
from datetime import date
from typing import Any, get_args, get_type_hints

import pytest

from include.autopilot.draft.blank import Draft, fill_in, title_of
from include.autopilot.settings.config import ModelConfig, find_model, parse_model
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.recent import RecentConfig
from tests.support.repository import ROOT

BACE = (ROOT / "include" / "models" / "bace.yaml").read_text(encoding="utf-8")
# Told on their own pages, by tables that tests compare with the code.
ELSEWHERE = {"gate", "identity", "drift"}
WAYS_TO_NAME_A_CANDIDATE = {
    "candidate",
    "transform_job",
    "training_job",
    "template",
    "columns",
    "searched_until",
    "labels",
}
OF_BACE = (
    "Of BACE these are a drawing, an answer in disguise (Class is pIC50 >= 7), the original split, and a row number in "
    "order of activity."
)
JUDGED = (
    "Of BACE the holdout judges: its history is fixed, and the errors on the holdout are compared with the original's."
)
WINDOW = "Nothing changes in this history, so there is nothing to forget."
DRAFT = Draft(
    name="churn",
    title="Churn",
    target="churned",
    key="id",
    ignore=("e_mail",),
    problem_type="BinaryClassification",
    metric="F1",
    start_date=date(2024, 6, 1),
    cutoff=date(2024, 6, 1),
    root="s3://autopilot-retrain/churn",
)


def keys(kind: Any) -> set[str]:
    found = {field.name for field in dataclasses.fields(kind)}
    for name, hint in get_type_hints(kind).items():
        for inner in (hint, *get_args(hint)):
            if dataclasses.is_dataclass(inner) and name not in ELSEWHERE:
                found |= keys(inner)
    return found


@pytest.mark.parametrize("text", [BACE, fill_in(DRAFT)], ids=["bace", "blank"])
def test_every_key_of_a_model_is_told(text: str) -> None:
    assert keys(ModelConfig) - set(re.findall(r"(\w+): ", text + " ")) - WAYS_TO_NAME_A_CANDIDATE <= {
        *("search", "autopilot", "gate", "score", "endpoint", "encryption", "notes", "processing")
    }
    for section in ("search", "autopilot", "gate", "score", "endpoint", "encryption", "notes"):
        assert re.search(rf"^(# )?{section}:$", text, re.MULTILINE)


def test_bace_is_the_form_filled_in() -> None:
    """So a comment is written once: change the form, and then bace.yaml to what this prints."""
    model = find_model("bace")
    assert model.search is not None
    filled = fill_in(
        Draft(
            name=model.name,
            title=model.title,
            target=model.target,
            key=model.key,
            ignore=model.ignore,
            problem_type=model.search.problem_type,
            metric=model.search.metric,
            start_date=model.start_date.date(),
            cutoff=model.search.cutoff.date(),
            root=model.root,
            holdouts=model.holdouts,
            notes=model.notes,
            structures=model.report.structures,
            judge_on=model.gate.judge_on,
            window="all",
            remarks={
                "start_date": ["The first cutoff is 2024-01-01."],
                "ignore": [OF_BACE],
                "gate": [JUDGED],
                "window": [WINDOW],
            },
        )
    )
    assert filled == BACE


def test_nothing_of_bace_is_in_the_blank_form() -> None:
    assert not re.search("bace|pic50|compound", fill_in(DRAFT), re.IGNORECASE)


@pytest.mark.parametrize(
    "column",
    ["yes", "012", "1.5", "2024-01-01", "null", "a: b", "# x", 'say "x"', "[a]", "Größe (cm)", "a,b", " x ", "-"],
)
def test_a_column_of_any_name_is_read_as_it_is_written(column: str) -> None:
    draft = dataclasses.replace(DRAFT, target=column, key=f"{column} key", ignore=[f"{column}, too"])
    model = parse_model(fill_in(draft), "churn.yaml")
    assert (model.target, model.key, model.ignore) == (column, f"{column} key", (f"{column}, too",))


def test_a_job_takes_the_place_of_the_search() -> None:
    text = fill_in(dataclasses.replace(DRAFT, job="churn-2023"))
    model = parse_model(text, "churn.yaml")
    assert model.search is None
    assert model.autopilot is not None
    assert model.autopilot.job == "churn-2023"
    searching = parse_model(text.partition("# How Autopilot looks")[0] + uncommented(text), "churn.yaml")
    assert searching.search == parse_model(fill_in(DRAFT), "churn.yaml").search


def uncommented(text: str) -> str:
    return re.sub(r"^# ", "", text[text.index("# search:") :], flags=re.MULTILINE)


@pytest.mark.parametrize(("name", "title"), [("churn", "Churn"), ("customer_churn_2", "Customer churn 2")])
def test_the_title_is_the_name_in_words(name: str, title: str) -> None:
    assert title_of(name) == title


def test_the_form_ships_a_model_that_follows_changes_and_silence_one_that_does_not() -> None:
    shipped = parse_model(fill_in(DRAFT), "churn.yaml")
    assert (shipped.gate, shipped.recent, shipped.window) == (GateConfig(judge_on="recent"), DRAFT.recent, "auto")
    silent = re.sub(r"^(gate:|  judge_on: .*|recent: .*|window: .*)$", "", fill_in(DRAFT), flags=re.MULTILINE)
    assert parse_model(silent, "churn.yaml") == dataclasses.replace(
        shipped, gate=GateConfig(), recent=RecentConfig(), window="all"
    )
    assert (GateConfig().judge_on, find_model("bace").gate.judge_on, find_model("bace").window) == (
        *("sealed", "sealed", "all"),
    )
