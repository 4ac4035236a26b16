from __future__ import annotations

from typing import Any

import pytest

from include.local_aws.tuning.settings import Settings
from include.local_aws.tuning.strategies import Proposal, Study
from tests.include.local_aws.jobs import tuning

WORDS = {
    "CategoricalParameterRanges": [
        {"Name": "booster", "Values": ["gbtree", "dart"]},
        {"Name": "max_depth", "Values": ["2", "3", "4"]},
    ]
}


def settings(jobs: int = 30, **config: Any) -> Settings:
    return Settings.read(tuning("bucket", "tuning", jobs, **config))


def searched(study: Study, count: int) -> list[Proposal]:
    """Search for the least distance from eta 0.1 and max_depth 3."""
    tried = []
    for _ in range(count):
        proposal = study.ask()
        assert proposal
        tried.append(proposal)
        study.tell(proposal, distance(proposal), pruned=False)
    return tried


def distance(proposal: Proposal) -> float:
    return abs(float(proposal.tuned["eta"]) - 0.1) + abs(int(proposal.tuned["max_depth"]) - 3) / 10


def test_grid_tries_everything_once() -> None:
    study = Study(settings(Strategy="Grid", ParameterRanges=WORDS))
    tried = []
    while proposal := study.ask():
        tried.append(tuple(proposal.tuned.values()))
    assert sorted(tried) == sorted((booster, depth) for booster in ("gbtree", "dart") for depth in "234")
    assert settings(Strategy="Grid", ParameterRanges=WORDS).jobs == 6


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_a_finite_space_is_not_tried_twice(strategy: str) -> None:
    study = Study(settings(Strategy=strategy, ParameterRanges=WORDS))
    tried = [study.ask() for _ in range(7)]
    assert len({tuple(one.tuned.values()) for one in tried if one}) == 6
    assert tried[6] is None


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
@pytest.mark.parametrize("seed", range(5))
def test_as_many_jobs_as_combinations_try_each(strategy: str, seed: int) -> None:
    # A sampler that has learnt where it is good would not come to the last ones by itself.
    depths = {
        "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "1", "MaxValue": "6"}],
        "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.5", "MaxValue": "0.5"}],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
    }
    tried = searched(Study(settings(Strategy=strategy, ParameterRanges=depths, RandomSeed=seed)), 12)
    expected = {(str(depth), "0.5", booster) for depth in range(1, 7) for booster in ("gbtree", "dart")}
    assert {tuple(one.tuned.values()) for one in tried} == expected


def test_bayes_comes_closer_than_chance() -> None:
    found = {
        strategy: sum(distance(one) for one in searched(Study(settings(Strategy=strategy)), 30)[15:])
        for strategy in ("Random", "Bayesian")
    }
    assert found["Bayesian"] < found["Random"] * 0.7


def test_the_same_seed_finds_the_same() -> None:
    first, again, other = ([one.tuned for one in searched(Study(settings(RandomSeed=seed)), 10)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_what_was_learnt_elsewhere_is_used() -> None:
    study = Study(settings())
    (definition,) = settings().definitions
    for eta in range(1, 50):
        study.learn(definition, {"eta": str(eta / 100), "max_depth": "3"}, abs(eta / 100 - 0.4))
    study.learn(definition, {"eta": "0.9", "max_depth": "3"}, -1.0)  # out of range
    study.begin_with(definition, {"eta": "0.33", "max_depth": "2"})
    first, *more = [study.ask() for _ in range(6)]
    assert first
    assert first.tuned == {"max_depth": "2", "eta": "0.33"}
    assert sum(0.3 < float(one.tuned["eta"]) < 0.5 for one in more if one) >= 3  # of five; by chance, one


def test_early_stopping_gives_up_what_is_worse_than_most() -> None:
    study = Study(settings(TrainingJobEarlyStoppingType="Auto", Strategy="Random"))
    for level in (1.0, 1.1, 1.2):
        good = study.ask()
        assert good
        assert not study.hopeless(good, [level] * 10, 0)
        study.tell(good, level, pruned=False)
    bad, fine = study.ask(), study.ask()
    assert bad
    assert fine
    assert study.hopeless(bad, [5.0] * 5, 0)
    assert not study.hopeless(fine, [1.0] * 5, 0)


def test_hyperband_gives_up_most_and_stops_at_its_greatest_resource() -> None:
    config = {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}}
    study = Study(settings(Strategy="Hyperband", StrategyConfig=config))
    given_up = 0
    for level in range(30):
        proposal = study.ask()
        assert proposal
        pruned = study.hopeless(proposal, [float(level)] * 3, 0)
        study.tell(proposal, float(level), pruned=pruned)
        given_up += pruned
    assert 10 < given_up < 30
    last = study.ask()
    assert last
    assert study.hopeless(last, [-1.0] * 10, 0)


def test_several_definitions_are_searched_together() -> None:
    request = tuning("bucket", "tuning", 20)
    config, one = request["HyperParameterTuningJobConfig"], request.pop("TrainingJobDefinition")
    objective, ranges = config.pop("HyperParameterTuningJobObjective"), config.pop("ParameterRanges")
    other = {"IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "8", "MaxValue": "9"}]}
    request["TrainingJobDefinitions"] = [
        {**one, "DefinitionName": name, "TuningObjective": objective, "HyperParameterRanges": searched}
        for name, searched in (("a", ranges), ("b", other))
    ]
    study = Study(Settings.read(request))
    tried = [proposal for _ in range(12) if (proposal := study.ask())]
    names = {one.definition.name for one in tried}
    assert names == {"a", "b"}
    for one in tried:
        assert set(one.tuned) == ({"max_depth", "eta"} if one.definition.name == "a" else {"max_depth"})
        assert (int(one.tuned["max_depth"]) >= 8) == (one.definition.name == "b")
