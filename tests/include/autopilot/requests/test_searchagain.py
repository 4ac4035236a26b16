"""A run of a candidate that left no steps: the toy's job as an ENSEMBLING one."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest

from include.autopilot.base.errors import CandidateError, OptionsError, RunError, TemplateError
from include.autopilot.candidate.winner import Candidate, Parts, find_candidate
from include.autopilot.flows.jobs import search_again_request
from include.autopilot.flows.retrain import write_inputs
from include.autopilot.requests import searchagain
from include.autopilot.template.validation import problems
from tests.support import flows
from tests.support.foretelling import as_ensemble, planned
from tests.support.toy import AUTOML_JOB, Toy, rows
from tests.support.toyruns import FEBRUARY, KEY, prepare


def found(toy: Toy) -> Candidate:
    return find_candidate(toy.sagemaker, toy.s3, AUTOML_JOB)  # type: ignore[arg-type]


def test_the_path_is_another_one_and_nothing_is_featurized(toy_drops: Toy) -> None:
    _, plan = planned(as_ensemble(toy_drops))
    assert plan.path == "search_again"
    assert flows.featurize_requests(toy_drops, f"{plan.folder}/plan.json") == []


def test_the_same_search_on_the_runs_rows(toy_drops: Toy) -> None:
    prepared = prepare(as_ensemble(toy_drops))
    flows.asked(toy_drops, write_inputs, prepared["plan"])
    request = flows.asked(toy_drops, search_again_request, prepared["plan"])
    job = toy_drops.sagemaker.only("DescribeAutoMLJobV2")
    assert problems("AutoMLJobV2", request) == []
    for name in ("RoleArn", "SecurityConfig", "DataSplitConfig", "AutoMLJobObjective"):
        assert request[name] == job[name], name
    tabular = request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    assert (tabular["Mode"], tabular["TargetAttributeName"]) == ("ENSEMBLING", "y")
    assert request["OutputDataConfig"]["S3OutputPath"] == f"s3://toy-models/toy/runs/{KEY}/search/output"
    assert request["AutoMLJobName"].startswith("toy-20240301-")
    assert len(request["AutoMLJobName"]) <= 28
    (channel,) = request["AutoMLJobInputDataConfig"]
    head, *lines = csv.reader(io.StringIO(toy_drops.get(channel["DataSource"]["S3DataSource"]["S3Uri"]).decode()))
    expected = [[row[name] for name in head] for row in (*rows(0, 100), *rows(3000, 500))]
    assert sorted(lines) == sorted(expected)
    assert "id" not in head


def test_the_cutoff_hides_later_drops_from_the_search(toy_drops: Toy) -> None:
    prepared = prepare(as_ensemble(toy_drops), FEBRUARY)
    flows.asked(toy_drops, write_inputs, prepared["plan"])
    request = flows.asked(toy_drops, search_again_request, prepared["plan"])
    uri = request["AutoMLJobInputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"]
    assert len(toy_drops.get(uri).decode().splitlines()) == 1 + 580
    march = flows.asked(toy_drops, search_again_request, prepare(toy_drops)["plan"])
    assert march["AutoMLJobName"] != request["AutoMLJobName"]


def test_what_was_found_is_served_in_the_searchs_network(toy_drops: Toy) -> None:
    template, plan = planned(as_ensemble(toy_drops))
    request = searchagain.found_model_request(template, plan, found(toy_drops))
    job = toy_drops.sagemaker.only("DescribeAutoMLJobV2")
    assert problems("Model", request) == []
    assert request["Containers"] == job["BestCandidate"]["InferenceContainers"]
    assert request["Containers"][0]["Environment"]["EMPTY"] == ""
    assert request["VpcConfig"] == job["SecurityConfig"]["VpcConfig"]
    assert request["ExecutionRoleArn"] == job["RoleArn"]
    assert request["ModelName"].startswith("toy-model-20240301-")


def test_a_search_that_found_a_pipeline_after_all(toy_drops: Toy) -> None:
    template, plan = planned(as_ensemble(toy_drops))
    ensemble = found(toy_drops)
    tuned: Any = Candidate(**{**vars(ensemble), "parts": Parts(None, {}, {}, {})})
    with pytest.raises(CandidateError, match=r"left steps to replay, unlike .* by running toy_search"):
        searchagain.found_model_request(template, plan, tuned)


def test_a_candidate_without_its_search_cannot_be_searched_again(toy_drops: Toy) -> None:
    from dataclasses import replace

    template, plan = planned(as_ensemble(toy_drops))
    with pytest.raises(TemplateError, match=r"not known what its search was asked for. Add search to the model's YAML"):
        searchagain.again_request(replace(template, search=None), plan)


def plan_of(training: int, validation: int, path: str = "search_again") -> Any:
    return SimpleNamespace(training_rows=training, validation_rows=validation, path=path, model="toy")


def test_autopilot_takes_no_fewer_than_500_rows() -> None:
    searchagain.check_rows(plan_of(400, 100))
    searchagain.check_rows(plan_of(10, 2, path="reuse"))
    with pytest.raises(RunError) as caught:
        searchagain.check_rows(plan_of(400, 99))
    assert str(caught.value) == (
        "The drops in scope leave 499 rows to search on; Autopilot needs 500. Take more drops (scope full, a later "
        "cutoff), or deliver more rows."
    )


def test_a_form_that_says_how_trainings_run_is_refused(toy: Toy) -> None:
    """A search would not be told, and nobody would notice until the bill."""
    with pytest.raises(OptionsError, match=r"leave instance_type, spot empty, or choose another recipe\.$"):
        prepare(toy, recipe="search", spot=True, instance_type="ml.c5.xlarge")
    with pytest.raises(OptionsError, match=r"leave max_runtime_seconds empty\.$"):
        prepare(as_ensemble(toy), max_runtime_seconds=900)
