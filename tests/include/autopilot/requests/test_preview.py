from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.flows.jobs import fit_request
from include.autopilot.requests.preview import Change, artifact_of, changes
from include.autopilot.template.validation import problems
from tests.support import flows
from tests.support.foretelling import as_ensemble, foretold
from tests.support.toy import Toy
from tests.support.toyruns import KEY, featurize, prepare

REPLAY = ["featurize"] * 3 + ["train", "create_model", "predict"]


@pytest.mark.parametrize(
    ("featurizer", "steps"), [("reuse", REPLAY), ("refit", ["fit_featurizer", "create_featurizer", *REPLAY])]
)
def test_every_request_in_the_order_of_the_steps(toy: Toy, featurizer: str, steps: list[str]) -> None:
    found = foretold(toy, featurizer=featurizer)
    assert [one.step for one in found] == steps
    for one in found:
        assert problems(one.kind, one.request) == []
    assert [one.step for one in found if not one.replays] == ["predict"]


def test_a_search_is_foretold_without_what_it_finds(toy_drops: Toy) -> None:
    (one,) = foretold(as_ensemble(toy_drops))
    assert (one.step, one.kind, one.replays) == ("search_again", "AutoMLJobV2", False)
    assert problems(one.kind, one.request) == []


def test_what_is_foretold_is_what_is_sent(toy: Toy) -> None:
    found = {one.step: one.request for one in foretold(toy, featurizer="refit")}
    prepared = prepare(toy, featurizer="refit")
    assert flows.asked(toy, fit_request, prepared["plan"]) == found["fit_featurizer"]
    sent = flows.featurize_requests(toy, prepared["plan"], found["create_featurizer"]["ModelName"])
    assert sent[-1] == found["featurize"]
    featurize(toy, sent)
    assert flows.training_request(toy, prepared["plan"]) == found["train"]
    assert artifact_of(found["train"]) == found["create_model"]["Containers"][1]["ModelDataUrl"]
    assert artifact_of(found["train"]).startswith(
        f"s3://toy-models/toy/runs/{KEY}/model/{found['train']['TrainingJobName']}/"
    )


def test_features_that_exist_are_not_asked_for(toy: Toy) -> None:
    featurize(toy, prepare(toy)["featurize"][:2])
    assert [one.step for one in foretold(toy)] == REPLAY[2:]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [Change("a", 1, 2)]),
        ({"a": {"b": "", "c": 1}}, {"a": {"c": 1}}, [Change("a.b", "", None)]),
        ({}, {"a": {"b": [1, 2]}}, [Change("a.b[0]", None, 1), Change("a.b[1]", None, 2)]),
        ({"a": []}, {"a": {}}, [Change("a", [], {})]),
        (
            {"I": [{"ChannelName": "train", "S": 1}, {"ChannelName": "code", "S": 2}]},
            {"I": [{"ChannelName": "code", "S": 2}, {"ChannelName": "train", "S": 3}]},
            [Change("I[train].S", 1, 3)],
        ),
        ({"T": [{"Key": "a", "Value": "b"}]}, {"T": []}, [
            Change("T[a].Key", "a", None), Change("T[a].Value", "b", None), Change("T", None, [])
        ]),
    ],
)  # fmt: skip
def test_differences_by_path(before: Any, after: Any, found: list[Change]) -> None:
    assert changes(before, after) == found
