"""The benchmark decides on many pairs at once what the gate decides on one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.gate_side.pairs import Pair, out_of_fold
from benchmarks.gate_side.simulate import Holdouts, evidence_of, exchanged, needed_gain, promoted, scaled
from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.settings.gate import GateConfig, Rule

GATE = GateConfig(resamples=1000, min_holdout_rows=2)
RULES: tuple[Rule, ...] = ("interval", "bound", "non_inferior", "point")
CONFIGS = [replace(GATE, rule=rule) for rule in RULES]


def pair(metric: str = "RMSE") -> Pair:
    """Two models whose errors have much in common, on a table of 400 rows."""
    random = np.random.default_rng(5)
    shared, one, other = random.standard_normal((3, 400))
    errors = shared + 0.5 * one, 0.95 * shared + 0.5 * other
    return Pair("made up", "two", metric, *(error**2 if metric == "RMSE" else np.abs(error) for error in errors))


def judged(holdouts: Holdouts, number: int, metric: str, config: GateConfig) -> bool:
    """What the gate itself says about one simulated holdout; the measured values are 0, the answers the errors."""
    contenders = []
    for losses in (holdouts.champion[number], holdouts.challenger[number]):
        answers = tuple((np.sqrt(losses) if metric == "RMSE" else losses).tolist())
        keys = tuple(map(str, range(len(answers))))
        contenders.append(Contender("m", "h", keys, (0.0,) * len(answers), answers))
    return judge(*contenders, Objective(metric, "Minimize"), config).promotes


@pytest.mark.parametrize("metric", ["RMSE", "MAE"])
@pytest.mark.parametrize("draw", [exchanged, scaled])
def test_the_decisions_are_the_gates(metric, draw):
    holdouts = draw(pair(metric), 60, 25, np.random.default_rng(0))
    better = replace(holdouts, challenger=holdouts.challenger * np.linspace(0.5, 1.1, 25)[:, None])
    evidence = evidence_of(better, CONFIGS)
    for config in CONFIGS:
        theirs = [judged(better, number, metric, config) for number in range(25)]
        assert promoted(evidence, config).tolist() == theirs
        assert 0 < sum(theirs) < 25


def test_a_true_gain_is_that_share_of_the_metric():
    holdouts = exchanged(pair(), 60, 40, np.random.default_rng(1))
    lowered = replace(holdouts, challenger=holdouts.challenger * 0.9**2)
    for config in CONFIGS:
        told = promoted(evidence_of(holdouts, CONFIGS), config, 0.1)
        assert told.tolist() == promoted(evidence_of(lowered, CONFIGS), config).tolist()


@pytest.mark.parametrize("config", CONFIGS, ids=RULES)
def test_the_needed_gain_is_where_the_decision_turns(config):
    evidence = evidence_of(exchanged(pair(), 60, 40, np.random.default_rng(2)), CONFIGS)
    needed = needed_gain(evidence, config)
    for number, gain in enumerate(needed):
        assert promoted(evidence, config, gain + 1e-6)[number]
        assert not promoted(evidence, config, gain - 1e-6)[number]


def test_known_cases():
    losses = np.abs(np.random.default_rng(3).standard_normal((3, 80))) + 0.1
    for factor, expected in ((1.0, False), (0.25, True), (4.0, False)):
        evidence = evidence_of(Holdouts(losses, factor * losses, rooted=True), CONFIGS)
        for config in CONFIGS:
            assert promoted(evidence, config).tolist() == [expected] * 3
    assert evidence_of(Holdouts(losses, 0.25 * losses, rooted=True), CONFIGS).remains == pytest.approx(0.5)


def test_null_pairs_are_equal():
    drawn = scaled(pair(), 400, 400, np.random.default_rng(4))
    assert drawn.challenger.mean() == pytest.approx(drawn.champion.mean(), rel=0.02)
    swapped = exchanged(pair(), 400, 400, np.random.default_rng(4))
    assert swapped.challenger.mean() == pytest.approx(swapped.champion.mean(), rel=0.02)


def test_every_answer_is_by_a_model_that_did_not_see_the_row():
    rows = np.arange(23)

    def fit(learn, answer):
        assert not set(learn) & set(answer)
        assert set(learn) | set(answer) == set(rows)
        return answer.astype(float)

    assert out_of_fold(23, fit, seed=0).tolist() == rows.tolist()
