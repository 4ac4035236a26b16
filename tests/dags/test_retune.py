"""The recipes in whole DAG runs: a tuning job around the winner, from YAML and form, and a search again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.drops.plan import load_plan
from include.autopilot.settings.config import PriceTable
from include.autopilot.settings.retune import RetuneConfig
from tests.support.dying import dying_once
from tests.support.judged import GATE, judged
from tests.support.tiny import Tiny, returned, states

pytestmark = pytest.mark.whole

PRICES = PriceTable(
    date=datetime(2026, 11, 1, tzinfo=UTC),
    training={"ml.m5.4xlarge": 360.0, "ml.m5.12xlarge": 360.0},
    transform={"ml.m5.4xlarge": 360.0},
)
JANUARY, FEBRUARY = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"


def tunings(tiny: Tiny, model: str) -> list[str]:
    found = tiny.sagemaker.list_hyper_parameter_tuning_jobs(NameContains=f"{model}-tune-", SortOrder="Ascending")
    return [job["HyperParameterTuningJobName"] for job in found["HyperParameterTuningJobSummaries"]]


def test_the_yaml_asks_for_a_retune_and_the_next_one_begins_where_it_ended(
    searched: Tiny, calls: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {"recipe": "retune", "retune": RetuneConfig(4, 2), "prices": PRICES}
    with judged(searched, "tuned", **settings) as model:
        tries = dying_once(monkeypatch, model.dags[f"{model.model.name}_retrain"], "retune")
        run = model.retrain(JANUARY)
        assert run.state == "success"
        # One tuning job, although the worker died after it was made.
        (job,) = tunings(searched, "tuned")
        assert [name for name, _ in tries] == [job] * len(tries)
        assert tries[0][1] == "created"
        plan = load_plan(searched.s3, returned(run, "prepare")["plan"])
        assert (plan.recipe, plan.path) == ("retune", "reuse")
        found = model.read(plan.locations.retune(plan.run))
        assert (found["job"], found["parent"], len(found["trainings"])) == (job, None, 4)
        values = [one["value"] for one in found["trainings"]]
        assert found["best"]["value"] == min(values)
        assert found["chosen"] == ("retuned" if min(values) < found["replay"]["value"] else "replayed")
        for one in found["hyperparameters"]:
            assert float(one["low"]) <= float(one["best"]) <= float(one["high"])
        # What the model is made of is what went on.
        made = searched.sagemaker.describe_model(ModelName=returned(run, "create_model")["name"])
        assert made["Containers"][1]["ModelDataUrl"] == found["uri"]
        record = model.record(run)
        assert record["recipe"] == "retune"
        assert record["retune"]["job"] == job
        # It is foretold and paid for: four trainings as long as the replay's, and then what they took.
        foretold = {one["step"]: one for one in model.read(plan.run_folder.preflight)["estimate"]["jobs"]}
        assert foretold["retune"]["seconds"] == pytest.approx(4 * foretold["train"]["seconds"])
        paid = [one for one in model.read(plan.run_folder.cost)["jobs"] if one["kind"] == "TrainingJob"]
        assert {one["name"] for one in paid} == {found["replay"]["name"], *(one["name"] for one in found["trainings"])}
        assert all(one["usd"] is not None for one in paid)
        page = searched.read(plan.run_folder.report_page).decode()
        assert found["sentence"].replace("'", "&#39;") in page
        assert found["best"]["name"] in page

        after = model.retrain(FEBRUARY)
        assert after.state == "success"
        second = returned(after, "retune")["name"]
        told = searched.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=second)
        assert told["WarmStartConfig"]["WarmStartType"] == "TransferLearning"
        assert told["WarmStartConfig"]["ParentHyperParameterTuningJobs"] == [{"HyperParameterTuningJobName": job}]
        # Whoever fills the form in may leave it out once.
        plain = model.retrain(FEBRUARY, recipe="replay")
        assert plain.state == "success"
        assert states(plain)["retune"] == "skipped"
        assert model.record(plain)["retune"] is None
        assert len(tunings(searched, "tuned")) == 2


def test_the_form_asks_for_a_retune_or_a_search(searched: Tiny) -> None:
    with judged(searched, "asked", retune=RetuneConfig(2, 1), gate=replace(GATE, mode="dry_run")) as model:
        plain = model.retrain(JANUARY, recipe="replay")
        assert plain.state == "success"
        assert states(plain)["retune"] == "skipped"
        seen = model.retrain(JANUARY, recipe="retune", dry_run=True)
        assert states(seen)["retune"] == "skipped"
        plan = load_plan(searched.s3, returned(seen, "prepare")["plan"])
        (shown,) = [one for one in model.read(plan.run_folder.preflight)["requests"] if one["step"] == "retune"]
        assert shown["kind"] == "HyperParameterTuningJob"
        assert tunings(searched, "asked") == []
        run = model.retrain(JANUARY, recipe="retune")
        assert run.state == "success"
        assert [returned(run, "retune")["name"]] == tunings(searched, "asked")
        again = model.retrain(FEBRUARY, recipe="search")
        assert again.state == "success"
        found = states(again)
        assert [found[task] for task in ("featurize", "train", "retune", "search_again", "create_model")] == [
            "skipped", "skipped", "skipped", "success", "success",
        ]  # fmt: skip
        assert model.record(again)["recipe"] == "search"


def test_a_form_cannot_ask_for_what_the_model_has_no_task_for(searched: Tiny) -> None:
    with judged(searched, "untuned") as model:
        assert "retune" not in model.dags["untuned_retrain"].task_dict
        run = model.retrain(JANUARY, recipe="retune")
        assert states(run)["prepare"] == "failed"
        assert tunings(searched, "untuned") == []
