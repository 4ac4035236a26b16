from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.requests.warmstart import narrowed, search_form, winner_of
from include.autopilot.template.validation import problems
from tests.support import flows
from tests.support.toy import SEARCHED, Toy, csv_bytes, rows


def test_the_form_names_the_cutoff_and_the_winners_algorithm(toy: Toy) -> None:
    found = search_form(toy.s3, toy.config, "2024-03-01T00:00:00+00:00")
    assert found == {"cutoff": "2024-03-01T00:00:00+00:00", "algorithm": "xgboost"}


def test_an_ensemble_has_no_single_winner(toy: Toy) -> None:
    from include.autopilot.base.locations import Locations
    from include.autopilot.template.published import current_template

    template = current_template(toy.s3, Locations(toy.config.root), "toy")
    assert winner_of(replace(template, replay=None)) is None


def test_the_search_tries_one_algorithm_only(searched: Toy) -> None:
    searched.put("drops/2024-01-01/first.csv", csv_bytes(rows(0, 520)))
    request = flows.search_request(searched, SEARCHED, "x", "mlp")
    generation = request["AutoMLJobConfig"]["CandidateGenerationConfig"]
    assert generation == {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["mlp"]}]}
    assert problems("AutoMLJob", request) == []
    free = flows.search_request(searched, SEARCHED, "x")
    assert "CandidateGenerationConfig" not in free["AutoMLJobConfig"]


@pytest.mark.parametrize("before", [{}, {"CandidateGenerationConfig": {"FeatureSpecificationS3Uri": "s3://a/b"}}])
def test_the_second_version_of_the_api_says_it_elsewhere(before: dict[str, object]) -> None:
    request = {"AutoMLProblemTypeConfig": {"TabularJobConfig": before}}
    tabular = narrowed(request, "xgboost")["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    algorithms = tabular["CandidateGenerationConfig"]["AlgorithmsConfig"]
    assert algorithms == [{"AutoMLAlgorithms": ["xgboost"]}]
    assert "AlgorithmsConfig" not in str(request)
