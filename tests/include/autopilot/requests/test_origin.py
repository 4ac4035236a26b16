"""Which template a run gets: the published one, or that of the candidate that the YAML names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.autopilot.base.errors import CandidateError, MissingResourceError, TemplateError
from include.autopilot.flows.search import publish_template
from include.autopilot.requests.origin import published_template
from include.autopilot.settings.search import AutopilotConfig
from include.autopilot.template.published import Template, saved_form
from tests.support.toy import AUTOML_JOB, MODULE, PROCESSOR, SEARCHED, Toy
from tests.support.toyruns import prepare

CREATED = datetime(2024, 1, 1, 6, 30, tzinfo=UTC)


def named(toy: Toy, **members: Any) -> Toy:
    toy.config = replace(toy.config, search=None, autopilot=AutopilotConfig(**members))
    return toy


def published(toy: Toy) -> Template:
    return published_template(toy.s3, toy.sagemaker, toy.config)  # type: ignore[arg-type]


def jobs(toy: Toy) -> dict[str, str]:
    """The names of the recorded candidate's featurize and train jobs."""
    steps = toy.sagemaker.only("DescribeAutoMLJobV2")["BestCandidate"]["CandidateSteps"]
    return {"transform_job": steps[2]["CandidateStepName"], "training_job": steps[3]["CandidateStepName"]}


def test_without_a_template(searched: Toy) -> None:
    with pytest.raises(TemplateError, match=r"toy has no template yet .*Run toy_search first"):
        prepare(searched)


def test_a_run_before_the_search_would_know_the_future(toy: Toy) -> None:
    with pytest.raises(TemplateError, match=r"earliest possible cutoff is 2024-01-01T00:00:00\+00:00"):
        prepare(toy, datetime(2023, 12, 1, tzinfo=UTC))


def test_a_deleted_featurizer_model(toy: Toy) -> None:
    toy.sagemaker.responses = {}
    with pytest.raises(TemplateError, match=r"featurizer model Toy-.*-dpp1-model-.* was deleted. Run toy_search again"):
        prepare(toy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "z"}, "predicts 'y'; toy.yaml says 'z'"),
        ({"key": "colour"}, f"{AUTOML_JOB} used 'colour' as a feature, which toy.yaml keeps from the model as its key"),
    ],
)
def test_a_yaml_that_changed_its_mind(toy: Toy, change: dict[str, str], message: str) -> None:
    toy.config = replace(toy.config, **change)  # type: ignore[arg-type]
    with pytest.raises(TemplateError, match=message):
        prepare(toy)


def test_a_job_that_the_yaml_names_is_taken_over(toy_drops: Toy) -> None:
    toy_drops.sagemaker.only("DescribeAutoMLJobV2")["CreationTime"] = CREATED.isoformat()
    template = published(named(toy_drops, job=AUTOML_JOB))
    assert template.automl_job == AUTOML_JOB
    assert template.searched_until == CREATED
    assert template.search is not None
    assert prepare(toy_drops)["summary"]["template"] == template.digest


def test_runs_before_the_search_of_a_job_that_was_taken_over_would_know_the_future(toy_drops: Toy) -> None:
    toy_drops.sagemaker.only("DescribeAutoMLJobV2")["CreationTime"] = "2024-05-01T00:00:00Z"
    with pytest.raises(TemplateError, match="saw data up to 2024-05-01T00:00:00"):
        prepare(named(toy_drops, job=AUTOML_JOB))
    named(toy_drops, job=AUTOML_JOB, searched_until=SEARCHED)
    assert prepare(toy_drops)["summary"]["training_rows"] > 0


def test_a_transform_and_a_training_job_without_their_autopilot_job(toy_drops: Toy) -> None:
    template = published(named(toy_drops, searched_until=SEARCHED, **jobs(toy_drops)))
    assert template.automl_job is None
    assert template.search is None
    assert len(template.pipeline) == 2
    assert prepare(toy_drops)["summary"]["template"] == template.digest


def test_a_template_file(toy: Toy, tmp_path: Path) -> None:
    before = published(toy)
    file = tmp_path / "template.json"
    file.write_text(json.dumps(saved_form(before)))
    uri = toy.put("elsewhere.json", file.read_bytes())
    for place in (str(file), uri):
        toy.s3.delete_object(Bucket="toy-models", Key="toy/template/current.json")
        assert published(named(toy, template=place)) == before
    later = published(named(toy, template=uri, searched_until=datetime(2024, 2, 1, tzinfo=UTC)))
    assert later == replace(before, searched_until=datetime(2024, 2, 1, tzinfo=UTC))


def test_a_later_search_replaces_what_was_taken_over(toy_drops: Toy) -> None:
    named(toy_drops, searched_until=SEARCHED, **jobs(toy_drops))
    first = published(toy_drops)
    publish_template(toy_drops.sagemaker, toy_drops.s3, toy_drops.config, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]
    assert published(toy_drops).automl_job == AUTOML_JOB
    named(toy_drops, job=AUTOML_JOB, searched_until=SEARCHED)
    assert published(toy_drops).automl_job == AUTOML_JOB
    named(toy_drops, searched_until=SEARCHED, **jobs(toy_drops))
    assert published(toy_drops) == first


@pytest.mark.parametrize(
    ("members", "error", "message"),
    [
        ({"job": "no-such-job"}, MissingResourceError, "AutoMLJob no-such-job does not exist"),
        ({"job": AUTOML_JOB, "candidate": "nobody"}, CandidateError, f"{AUTOML_JOB} has no candidate nobody"),
        ({"template": "/no/such/template.json"}, TemplateError, "cannot be read"),
        ({"template": "s3://toy-models/nothing.json"}, TemplateError, "cannot be read"),
    ],
)
def test_what_cannot_be_taken_over_publishes_nothing(
    toy_drops: Toy, members: dict[str, str], error: type[Exception], message: str
) -> None:
    toy_drops.sagemaker.responses[f"ListCandidatesForAutoMLJob.{AUTOML_JOB}"] = {"Candidates": []}
    with pytest.raises(error, match=message):
        prepare(named(toy_drops, **members))
    assert toy_drops.keys("template/") == []


def test_a_job_that_used_a_column_the_yaml_keeps_from_the_model(toy_drops: Toy) -> None:
    named(toy_drops, job=AUTOML_JOB)
    toy_drops.config = replace(toy_drops.config, ignore=("colour",))
    with pytest.raises(TemplateError, match="used 'colour' as a feature"):
        prepare(toy_drops)
    assert toy_drops.keys("template/") == []


def test_classes_that_the_yaml_states(toy_drops: Toy) -> None:
    """A module of early winners, which names no classes."""
    toy_drops.put(MODULE, PROCESSOR.replace("raise SystemExit", "return LabelEncoder()\n", 1).encode())
    job = toy_drops.sagemaker.only("DescribeAutoMLJobV2")
    job["AutoMLProblemTypeConfig"]["TabularJobConfig"]["ProblemType"] = "BinaryClassification"
    job["BestCandidate"]["InferenceContainers"].append(job["BestCandidate"]["InferenceContainers"][0])
    assert published(named(toy_drops, job=AUTOML_JOB, searched_until=SEARCHED)).schema.labels == ()
    again = published(named(toy_drops, job=AUTOML_JOB, searched_until=SEARCHED, labels=("no", "yes")))
    assert again.schema.labels == ("no", "yes")
