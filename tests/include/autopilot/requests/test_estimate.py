from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.requests.estimate import estimate
from include.autopilot.requests.preview import Foretold
from include.autopilot.settings.config import PriceTable
from tests.support.foretelling import as_ensemble, foretold, foretold_wide
from tests.support.toy import Toy

PRICES = PriceTable(
    date=datetime(2024, 2, 1, tzinfo=UTC),
    training={"ml.m5.12xlarge": 3.0, "ml.m5.2xlarge": 0.5},
    transform={"ml.m5.4xlarge": 1.0},
)


def nobody(_kind: str, _name: str) -> float | None:
    return None


def always(seconds: float) -> Any:
    return lambda _kind, _name: seconds


def test_earlier_jobs_and_prices_make_an_estimate(toy: Toy) -> None:
    asked: list[tuple[str, str]] = []

    def expected(kind: str, name: str) -> float:
        asked.append((kind, name))
        return 1800.0 if kind == "TrainingJob" else 360.0

    found = estimate(foretold(toy), expected, nobody, PRICES)
    assert [(job["step"], job["seconds"], job["usd"]) for job in found["jobs"]] == [
        *[("featurize", 360.0, 0.1)] * 3,
        ("train", 1800.0, 1.5),
        ("predict", 360.0, 0.1),
    ]
    assert found["seconds"] == 3 * 360 + 1800 + 360
    assert found["usd"] == pytest.approx(1.9)
    assert found["sentence"] == ("5 jobs, about 3240 s of instances, about 1.90 USD by the prices of 2024-02-01.")
    # Earlier jobs of a step are asked for once, by the name of the job to be.
    assert [kind for kind, _ in asked] == ["TransformJob", "TrainingJob", "TransformJob"]
    assert asked[1][1].startswith("toy-train-20240301-")


def test_without_earlier_jobs_autopilots_own_tell_but_not_for_the_prediction(toy: Toy) -> None:
    asked: list[tuple[str, str]] = []

    def lasted(kind: str, name: str) -> float:
        asked.append((kind, name))
        return 60.0

    found = estimate(foretold(toy), nobody, lasted, PRICES)
    assert [job["seconds"] for job in found["jobs"]] == [60.0] * 4 + [None]
    assert (found["seconds"], found["usd"]) == (None, None)
    assert found["sentence"] == (
        "5 jobs, an unknown time (no job of some step has finished yet) of instances, unknown cost."
    )
    names = dict(asked)
    assert names["TrainingJob"] == "Toy-20240101-0a1b2c3dxY7q-003-c0ecb8eb"
    assert names["TransformJob"].startswith("Toy-20240101-0a1b2c3d-dpp1-rpb-1-")


def test_the_champion_takes_as_long_as_the_new_model_until_it_has_answered_once(toy: Toy) -> None:
    requests = foretold(toy)
    job = {"TransformJobName": "toy-predict-champion-20240301-0a1b2c3d"}
    asked = Foretold("predict_champion", "TransformJob", {**requests[-1].request, **job}, {}, replays=False)

    def seconds(known: str) -> list[float | None]:
        def expected(_kind: str, name: str) -> float | None:
            return 360.0 if known in name else None

        return [one["seconds"] for one in estimate([*requests, asked], expected, nobody, None)["jobs"]][-2:]

    assert seconds("toy-predict-2024") == [360.0, 360.0]
    assert seconds("toy-predict-champion-2024") == [None, 360.0]


def test_without_prices_the_cost_is_unknown_and_says_what_lacks(toy: Toy) -> None:
    found = estimate(foretold(toy), always(10), nobody, None)
    assert (found["seconds"], found["usd"]) == (50, None)
    assert found["sentence"].endswith(
        "about 50 s of instances, unknown cost: prices in the model's YAML do not have ml.m5.12xlarge (train), "
        "ml.m5.4xlarge (featurize), ml.m5.4xlarge (predict)."
    )
    some = replace(PRICES, transform={})
    found = estimate(foretold(toy), always(10), nobody, some)
    assert found["usd"] is None
    assert "do not have ml.m5.4xlarge (featurize), ml.m5.4xlarge (predict)." in found["sentence"]
    assert [job["usd"] is None for job in found["jobs"]] == [True, True, True, False, True]


def test_several_instances_cost_as_much_more_and_spot_costs_less(toy: Toy) -> None:
    found = estimate(foretold(toy, instance_count=4, spot=True), always(3600), nobody, PRICES)
    train = next(job for job in found["jobs"] if job["step"] == "train")
    assert (train["usd"], train["instance_count"], train["spot"]) == (12.0, 4, True)
    assert found["sentence"].endswith("by the prices of 2024-02-01, less on spot.")


@pytest.mark.parametrize("featurizer", ["reuse", "refit"])
def test_instances_that_the_transform_had_are_kept_and_counted(toy: Toy, featurizer: str) -> None:
    found = estimate(foretold_wide(toy, 2, featurizer=featurizer), always(3600), nobody, PRICES)
    counts = {job["step"]: (job["instance_count"], job["usd"]) for job in found["jobs"]}
    assert (counts["featurize"], counts["predict"], counts["train"]) == ((2, 2.0), (2, 2.0), (1, 3.0))
    assert found["seconds"] == 3600 * len(found["jobs"])


def test_a_search_has_no_estimate(toy_drops: Toy) -> None:
    found = estimate(foretold(as_ensemble(toy_drops)), nobody, always(5), PRICES)
    assert [(job["step"], job["seconds"], job["usd"]) for job in found["jobs"]] == [("search_again", None, None)]
    assert found["sentence"].startswith("1 job, an unknown time")
    known = estimate(foretold(toy_drops), always(60), nobody, PRICES)
    assert known["sentence"] == (
        "1 job, about 60 s of instances, unknown cost: prices in the model's YAML do not have a search."
    )


def test_a_fit_is_a_job_and_models_cost_nothing(toy: Toy) -> None:
    found = estimate(foretold(toy, featurizer="refit"), always(7200), nobody, PRICES)
    assert [job["step"] for job in found["jobs"]][:2] == ["fit_featurizer", "featurize"]
    assert found["jobs"][0]["usd"] == 1.0
    assert {job["name"].partition("-")[0] for job in found["jobs"]} == {"toy"}


def test_a_request_that_names_no_instance_type(toy: Toy) -> None:
    one = Foretold("train", "TrainingJob", {"TrainingJobName": "t", "ResourceConfig": {}}, {"TrainingJobName": "t"})
    found = estimate([one], always(10), nobody, PRICES)
    assert (found["usd"], found["jobs"][0]["instance_type"], found["jobs"][0]["instance_count"]) == (None, None, 1)
