from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore
import pytest

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.winner import Parts, Search, find_candidate
from include.autopilot.template.projection import project
from include.autopilot.template.published import (
    Template,
    check_cutoff,
    current_template,
    load_template,
    publish,
    read_template,
    saved_form,
    template_of,
)
from include.autopilot.template.validation import problems
from tests.support.shapes import described
from tests.support.toy import AUTOML_JOB, SEARCHED, Toy

KINDS = {"fit": "TrainingJob", "featurize": "TransformJob", "train": "TrainingJob", "featurizer": "Model"}
PLACES = Locations("s3://toy-models/toy")


def make(toy: Toy) -> Template:
    candidate = find_candidate(toy.sagemaker, toy.s3, AUTOML_JOB)  # type: ignore[arg-type]
    return template_of(candidate, SEARCHED, "a toy")


def test_a_template_survives_saving(searched: Toy) -> None:
    template = make(searched)
    uri = publish(searched.s3, PLACES, template)
    assert uri == f"s3://toy-models/toy/template/{template.digest}.json"
    assert current_template(searched.s3, PLACES, "toy") == template
    assert template.botocore_version == botocore.__version__


def test_the_same_search_has_the_same_digest(searched: Toy) -> None:
    assert make(searched).digest == make(searched).digest
    assert replace(make(searched), source=None).digest != make(searched).digest


def test_all_requests_are_valid_but_for_the_name(searched: Toy) -> None:
    template = make(searched)
    assert problems("TransformJob", template.steps.featurize) == []
    assert problems("TrainingJob", template.steps.train) == []
    assert problems("Model", template.steps.featurizer) == []
    assert problems("Model", template.steps.model) == []


def test_the_contract_comes_from_the_generated_module(searched: Toy) -> None:
    contract = make(searched).schema
    assert contract.columns == ("y", "a (b, c)", "d[1]", "colour")
    assert contract.numeric == ("y", "a (b, c)", "d[1]")
    assert contract.features == ("a (b, c)", "d[1]", "colour")


def test_a_changed_template_is_refused(toy: Toy) -> None:
    digest = json.loads(toy.get(PLACES.template("current")))["digest"]
    stored: dict[str, Any] = json.loads(toy.get(PLACES.template(digest)))
    stored["template"]["replay"]["train"]["HyperParameters"]["eta"] = "0.9"
    toy.put(f"template/{digest}.json", json.dumps(stored).encode())
    with pytest.raises(TemplateError, match="was changed after it was saved: its content has the digest"):
        current_template(toy.s3, PLACES, "toy")


def test_a_template_under_another_name_is_refused(toy: Toy) -> None:
    digest = json.loads(toy.get(PLACES.template("current")))["digest"]
    toy.put("template/0123456789abcdef.json", toy.get(PLACES.template(digest)))
    with pytest.raises(TemplateError, match="was changed after it was saved"):
        load_template(toy.s3, PLACES, "0123456789abcdef")


def test_a_template_that_is_gone(toy: Toy) -> None:
    with pytest.raises(TemplateError, match=r"0123456789abcdef.json is gone. Restore it, or search again"):
        load_template(toy.s3, PLACES, "0123456789abcdef")


def test_a_template_of_a_newer_botocore_is_refused(searched: Toy) -> None:
    publish(searched.s3, PLACES, replace(make(searched), botocore_version="99.0.0"))
    with pytest.raises(TemplateError, match=r"made with botocore 99\.0\.0; this is .* Upgrade boto3"):
        current_template(searched.s3, PLACES, "toy")


def test_no_run_may_know_the_future(searched: Toy) -> None:
    template = make(searched)
    check_cutoff(template, SEARCHED, "toy")
    with pytest.raises(TemplateError, match=r"The earliest possible cutoff is 2024-01-01T00:00:00\+00:00"):
        check_cutoff(template, datetime(2023, 12, 31, 23, 59, tzinfo=UTC), "toy")


def test_nothing_of_a_description_is_lost_on_the_way_into_a_saved_template(searched: Toy, tmp_path: Path) -> None:
    """Every member that botocore knows, through candidate, template and file."""
    candidate = find_candidate(searched.sagemaker, searched.s3, AUTOML_JOB)  # type: ignore[arg-type]
    told = {role: described(kind) for role, kind in KINDS.items()}
    tags = {role: [{"Key": role, "Value": ""}] for role in (*KINDS, "search")}
    search = Search("AutoMLJobV2", described("AutoMLJobV2"))
    made = template_of(replace(candidate, parts=Parts(**told), search=search, tags=tags), SEARCHED, None)
    file = tmp_path / "template.json"
    file.write_text(json.dumps(saved_form(made)))
    found = read_template(str(file))
    assert found == made
    for role, kind in KINDS.items():
        assert getattr(found.steps, role) == project(kind, told[role]) | {"Tags": tags[role]}, role
    assert found.repeatable.request == project("AutoMLJobV2", search.description) | {"Tags": tags["search"]}
    pipeline = found.steps.model
    assert pipeline["Containers"] == list(candidate.containers)
    kept = project("Model", told["featurizer"])
    assert {name: pipeline[name] for name in ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation", "Tags")} == {
        **{name: kept[name] for name in ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")},
        "Tags": tags["featurizer"],
    }
