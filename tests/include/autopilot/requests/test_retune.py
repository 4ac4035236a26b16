"""The request of a retune, what it begins with, and who goes on."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import OptionsError, PreflightError, RunError, TemplateError
from include.autopilot.candidate.objective import Objective
from include.autopilot.drops.plan import Plan, PlannedRetune, save_plan
from include.autopilot.requests import replay, retune, retuned
from include.autopilot.requests.estimate import estimate
from include.autopilot.requests.preflight import check_requests
from include.autopilot.settings.config import PriceTable
from include.autopilot.settings.retune import RetuneConfig
from include.autopilot.template.published import Template
from tests.support.foretelling import account, as_ensemble, foretold, planned
from tests.support.toy import Toy
from tests.support.toyruns import FEBRUARY, KEY, MARCH, prepare
from tests.support.tunings import METRIC, Tuned

MANIFESTS: dict[Any, str] = {"train": "s3://toy-models/t.manifest", "validation": "s3://toy-models/v.manifest"}


@pytest.fixture
def tuning(toy: Toy) -> Toy:
    """The toy, whose YAML asks for a retune."""
    toy.config = replace(toy.config, recipe="retune", retune=RetuneConfig(6, 3))
    return toy


def request(toy: Toy, change: Any = lambda template: template, **options: Any) -> tuple[dict[str, Any], Template, Plan]:
    template, plan = planned(toy, recipe="retune", **options)
    return retune.retune_request(change(template), plan, MANIFESTS), template, plan


def test_its_trainings_are_the_replay_but_for_what_is_tuned(tuning: Toy) -> None:
    found, template, plan = request(tuning, spot=True, instance_count=2)
    training = replay.training_request(template, plan, MANIFESTS)
    definition = found["TrainingJobDefinition"]
    for member in ("RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig", "StoppingCondition"):
        assert definition[member] == training[member], member
    assert definition["EnableManagedSpotTraining"] is True
    assert definition["AlgorithmSpecification"]["TrainingImage"] == training["AlgorithmSpecification"]["TrainingImage"]
    assert "MetricDefinitions" not in definition["AlgorithmSpecification"]
    config = found["HyperParameterTuningJobConfig"]
    assert config["HyperParameterTuningJobObjective"] == {"Type": "Minimize", "MetricName": METRIC}
    assert config["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 6, "MaxParallelTrainingJobs": 3}
    tuned = {one["Name"] for entries in config["ParameterRanges"].values() for one in entries}
    static = definition["StaticHyperParameters"]
    winner = training["HyperParameters"]
    assert tuned | set(static) == set(winner) - {"_tuning_objective_metric"}
    assert not tuned & set(static)
    assert static == {name: winner[name] for name in static}
    assert found["Tags"] == training["Tags"]
    assert len(found["HyperParameterTuningJobName"]) <= 26
    assert "WarmStartConfig" not in found


def test_its_trainings_share_no_checkpoints(tuning: Toy) -> None:
    def checkpointed(template: Template) -> Template:
        train = {**template.steps.train, "CheckpointConfig": {"S3Uri": "s3://old/c"}}
        return replace(template, replay=replace(template.steps, train=train))

    found, _, _ = request(tuning, checkpointed)
    assert "CheckpointConfig" not in found["TrainingJobDefinition"]


def test_another_run_has_another_name_and_a_retry_the_same(tuning: Toy) -> None:
    (first, template, plan), (again, _, _) = request(tuning), request(tuning)
    assert first == again
    others = [
        replace(plan, run="20240301T000000-ffffffff"),
        replace(plan, retune=PlannedRetune(7, 3)),
        replace(plan, retune=PlannedRetune(6, 3, "toy-tune-0")),
    ]
    names = {retune.retune_request(template, one, MANIFESTS)["HyperParameterTuningJobName"] for one in others}
    assert len({*names, first["HyperParameterTuningJobName"]}) == 4


def hyperparameters(template: Template, values: dict[str, str]) -> Template:
    return replace(template, replay=replace(template.steps, train={**template.steps.train, "HyperParameters": values}))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"eta": "0.1"}, "does not say what it was tuned for"),
        ({"eta": "0.1", "_tuning_objective_metric": "validation:error"}, "not known whether higher or lower is better"),
        ({"_tuning_objective_metric": METRIC, "objective": "reg:squarederror"}, "has no hyperparameter to tune"),
    ],
)
def test_what_cannot_be_tuned_is_refused(tuning: Toy, values: dict[str, str], said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        request(tuning, lambda template: hyperparameters(template, values))


def test_it_tries_no_more_than_there_is(tuning: Toy) -> None:
    """Of two whole numbers, each of two values, a tuning job of six trainings is refused."""
    values = {"_tuning_objective_metric": METRIC, "num_round": "1", "max_depth": "1"}
    limits = request(tuning, lambda template: hyperparameters(template, values))[0]
    assert limits["HyperParameterTuningJobConfig"]["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 4,
        "MaxParallelTrainingJobs": 3,
    }


def test_a_form_that_asks_for_more_than_the_yaml_is_refused(toy: Toy) -> None:
    with pytest.raises(OptionsError, match=r"needs retune in toy\.yaml"):
        prepare(toy, recipe="retune")


def test_an_ensemble_has_nothing_to_tune(toy_drops: Toy) -> None:
    ensemble = as_ensemble(toy_drops)
    ensemble.config = replace(ensemble.config, retune=RetuneConfig())
    with pytest.raises(TemplateError, match=r"left no steps to replay.*Write recipe: search"):
        prepare(ensemble, recipe="retune")


def test_a_metric_of_which_only_the_search_told_the_direction(tuning: Toy) -> None:
    values = {"_tuning_objective_metric": "validation:error", "eta": "0.1"}

    def searched_for_it(template: Template) -> Template:
        return replace(hyperparameters(template, values), objective=Objective("validation:error", "Minimize"))

    found = request(tuning, searched_for_it)[0]["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    assert found == {"Type": "Minimize", "MetricName": "validation:error"}


def test_the_recipe_of_a_plan(tuning: Toy) -> None:
    assert planned(tuning, recipe="replay")[1].recipe == "replay"
    assert planned(tuning, recipe="retune", featurizer="refit")[1].recipe == "retune"


def told(toy: Toy, key: str, template: str, job: str) -> None:
    toy.put(f"retunes/{key}.json", json.dumps({"template": template, "job": job}).encode())


@pytest.mark.parametrize(
    ("best", "replayed", "uri", "said"),
    [
        (0.2, 0.3, "s3://m/t-001", "The best goes on"),
        (0.4, 0.3, "s3://m/r", "The replay goes on"),
        (0.3, 0.3, "s3://m/r", "The replay goes on"),
        (0.4, None, "s3://m/t-001", "The replay does not tell its own"),
        # What diverged has no value, whatever SageMaker tells of it.
        (0.4, math.nan, "s3://m/t-001", "The replay does not tell its own"),
        (0.4, math.inf, "s3://m/t-001", "The replay does not tell its own"),
        (math.nan, 0.3, "s3://m/r", "the best does not tell its validation:mse. The replay goes on."),
        (math.nan, math.nan, "s3://m/r", "The replay goes on."),
    ],
)
def test_the_better_one_goes_on(tuning: Toy, best: float, replayed: float | None, uri: str, said: str) -> None:
    template, plan = planned(tuning, recipe="retune")
    found = retuned.choose(tuning.s3, Tuned(best, replayed), template, plan, "t", "r")  # type: ignore[arg-type]
    assert found["uri"] == uri
    assert said in found["sentence"]
    assert found["hyperparameters"] == [{"name": "eta", "winner": "0.07", "low": "0.03", "high": "0.2", "best": "0.1"}]
    assert retuned.retune_of(tuning.s3, plan) == found


def test_without_a_best_training_it_says_what_to_do(tuning: Toy) -> None:
    template, plan = planned(tuning, recipe="retune")
    with pytest.raises(RunError, match=rf"none of its trainings told {METRIC}\..*another run with the recipe"):
        retuned.choose(tuning.s3, Tuned(None, 0.3), template, plan, "t", "r")  # type: ignore[arg-type]


def test_it_begins_with_the_last_one_that_knew_no_more_than_the_run(tuning: Toy) -> None:
    digest, locations = planned(tuning)[0].digest, planned(tuning)[1].locations

    def parent(key: str, best: float | None = 0.2) -> str | None:
        config = RetuneConfig()
        return retune.planned_retune(tuning.s3, Tuned(best, None), locations, key, digest, config).parent  # type: ignore[arg-type]

    assert parent(KEY) is None
    told(tuning, f"{FEBRUARY:%Y%m%dT%H%M%S}-aaaaaaaa", digest, "february")
    told(tuning, f"{FEBRUARY:%Y%m%dT%H%M%S}-bbbbbbbb", "another", "of another winner")
    told(tuning, "20240401T000000-cccccccc", digest, "april")
    told(tuning, KEY, digest, "the run's own, before it was cleared")
    assert parent(KEY) == "february"
    assert parent("20240115T000000-dddddddd") is None
    assert parent("20240401T000000-eeeeeeee") == "april"
    # One that found nothing is of no use.
    assert parent(KEY, best=None) is None
    assert f"{MARCH:%Y%m%d}" in KEY


def test_a_run_that_is_prepared_again_begins_with_the_same_one(tuning: Toy) -> None:
    """Another one would be another tuning job, although nothing of the run has changed."""
    template, plan = planned(tuning, recipe="retune")
    told(tuning, f"{FEBRUARY:%Y%m%dT%H%M%S}-aaaaaaaa", template.digest, "ended meanwhile")

    def parent(best: float | None, digest: str = template.digest) -> str | None:
        asked: Any = Tuned(best, None)
        return retune.planned_retune(tuning.s3, asked, plan.locations, KEY, digest, RetuneConfig()).parent

    assert parent(0.2) is None
    save_plan(tuning.s3, replace(plan, retune=PlannedRetune(6, 3, "the first")))
    assert parent(0.2) == "the first"
    # One that is gone is of no use, and another winner's run begins anew.
    assert parent(None) is None
    assert parent(0.2, "another") is None


def test_it_begins_with_none_whose_trainings_leave_no_room(tuning: Toy) -> None:
    """SageMaker takes 750 trainings of a tuning job and those that it begins with together."""
    template, plan = planned(tuning)
    told(tuning, f"{FEBRUARY:%Y%m%dT%H%M%S}-aaaaaaaa", template.digest, "february")

    def parent(trained: int) -> str | None:
        asked: Any = Tuned(0.2, None, trained)
        config = RetuneConfig(jobs=400)
        return retune.planned_retune(tuning.s3, asked, plan.locations, KEY, template.digest, config).parent

    assert (parent(350), parent(351)) == ("february", None)


def test_it_is_estimated_as_so_many_replays(tuning: Toy) -> None:
    prices = PriceTable(date=MARCH, training={"ml.m5.12xlarge": 3.6}, transform={"ml.m5.4xlarge": 0.0})
    asked: list[tuple[str, str]] = []

    def expected(kind: str, name: str) -> float:
        asked.append((kind, name))
        return 100.0

    found = estimate(foretold(tuning, recipe="retune"), expected, lambda *_: None, prices)
    jobs = {job["step"]: job for job in found["jobs"]}
    assert (jobs["train"]["seconds"], jobs["train"]["usd"]) == (100.0, 0.1)
    assert (jobs["retune"]["seconds"], jobs["retune"]["usd"]) == (600.0, 0.6)
    # Featurize jobs, training and prediction are five.
    assert found["sentence"].startswith("11 jobs, ")
    assert not [kind for kind, _ in asked if kind == "HyperParameterTuningJob"]


def test_a_quota_has_to_do_for_those_at_a_time(tuning: Toy) -> None:
    name = "ml.m5.12xlarge for training job usage"
    requests = foretold(tuning, recipe="retune")
    folder = f"{tuning.config.root}/runs"

    def detail(limit: float) -> str:
        quotas = {name: limit, "ml.m5.4xlarge for transform job usage": 2.0}
        found = check_requests(tuning.s3, account(quotas), requests, folder)
        return next(one.detail for one in found if one.what == f"quota {name}")

    assert detail(4.0) == ""
    assert detail(3.0) == "3 of the 4 that jobs take at once: one waits for the other"
    with pytest.raises(PreflightError, match=r"2 of 3 needed.*or let fewer run at a time \(retune\.parallel"):
        detail(2.0)
    with pytest.raises(PreflightError, match=r"0 of 1 needed; raise it in Service Quotas or choose another .* type$"):
        check_requests(
            tuning.s3, account({name: 2.0, "ml.m5.4xlarge for transform job usage": 0.0}), foretold(tuning), folder
        )
