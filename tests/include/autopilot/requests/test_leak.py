"""A featurizer model that would show the target to the training is refused, wherever it would come in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import CandidateError, TemplateError
from include.autopilot.flows.search import publish_template
from include.autopilot.requests.leak import check_featurizer
from include.autopilot.requests.origin import published_template
from include.autopilot.template.published import Template, publish
from tests.support.toy import AUTOML_JOB, SEARCHED, Toy
from tests.support.toyruns import prepare

MODE = {"AUTOML_TRANSFORM_MODE": "feature-transform"}


def leaking(model: dict[str, Any]) -> dict[str, Any]:
    """The same model with the first inference container's mode."""
    container = model["PrimaryContainer"]
    return {**model, "PrimaryContainer": {**container, "Environment": container["Environment"] | MODE}}


@pytest.mark.parametrize("member", ["PrimaryContainer", "Containers"])
def test_the_mode_is_refused_wherever_the_container_stands(member: str) -> None:
    for environment, refused in (({}, False), ({"OTHER": "1"}, False), (MODE, True), ({**MODE, "OTHER": ""}, True)):
        container = {"Image": "i", "Environment": environment}
        model = {member: container if member == "PrimaryContainer" else [container]}
        if not refused:
            check_featurizer(model, "It")
            continue
        with pytest.raises(TemplateError) as caught:
            check_featurizer(model, "It")
        assert str(caught.value) == (
            "It has AUTOML_TRANSFORM_MODE=feature-transform: it would pass the target on as the first feature, without "
            "a label and without any error. Featurize with the same artifact in a model without AUTOML_TRANSFORM_MODE: "
            "search again, or take the candidate over again."
        )


def test_a_search_whose_featurize_step_used_such_a_model_is_no_template(searched: Toy) -> None:
    described = searched.sagemaker.only("DescribeModel")
    described |= leaking(described)
    with pytest.raises(CandidateError, match="the model of the featurize step has AUTOML_TRANSFORM_MODE="):
        publish_template(searched.sagemaker, searched.s3, searched.config, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]


@pytest.mark.parametrize("featurizer", ["reuse", "refit"])
def test_a_model_that_was_made_anew_under_its_name_is_refused(toy: Toy, featurizer: str) -> None:
    described = toy.sagemaker.only("DescribeModel")
    described |= leaking(described)
    with pytest.raises(TemplateError, match=r"The featurizer model Toy-\S+, as it is now, has AUTOML_TRANSFORM_MODE="):
        prepare(toy, featurizer=featurizer)
    assert not toy.keys("runs/")


@pytest.mark.parametrize("featurizer", ["reuse", "refit"])
def test_a_template_that_has_such_a_model_is_refused(toy: Toy, featurizer: str) -> None:
    template: Template = published_template(toy.s3, toy.sagemaker, toy.config)  # type: ignore[arg-type]
    wrong = replace(template, replay=replace(template.steps, featurizer=leaking(template.steps.featurizer)))
    publish(toy.s3, _locations(toy), wrong)
    with pytest.raises(TemplateError, match=f"The featurizer model of template {wrong.digest} has AUTOML_TRANSFORM_M"):
        prepare(toy, featurizer=featurizer)
    assert not toy.keys("runs/")


def _locations(toy: Toy) -> Any:
    from include.autopilot.base.locations import Locations

    return Locations(toy.config.root)
