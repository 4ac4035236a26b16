"""Segments of the judging rows: what they veto, what they only show, and how often they err."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from include.autopilot.candidate.objective import Objective
from include.autopilot.drops.segments import Segments
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.gate.segments import FEWEST, compared_segments
from include.autopilot.gate.streak import losses_in_a_row
from include.autopilot.gate.table import rows_of
from include.autopilot.gate.verdict import Verdict, verdict_of
from include.autopilot.settings.gate import GateConfig
from tests.support.contenders import RMSE, contender

GATE = GateConfig(resamples=1000)
RANDOM = np.random.default_rng(5)


def column(name: str, sizes: Sequence[int]) -> Segments:
    """Segments of so many rows each, one after the other."""
    names = tuple(f"{name} = {chr(65 + number)!r}" for number in range(len(sizes)))
    return Segments(name, names, np.repeat(np.arange(len(sizes)), sizes))


def pair(sizes: Sequence[int], factors: Sequence[float]) -> Any:
    """A champion, and a challenger whose errors are the champion's times a factor per segment and a bit of its own."""
    rows = sum(sizes)
    errors = RANDOM.normal(0, 1, rows)
    ours = errors * np.repeat(factors, sizes) + RANDOM.normal(0, 0.1, rows)
    return contender("old", np.zeros(rows), errors), contender("new", np.zeros(rows), ours)


def judged(sizes: Sequence[int], factors: Sequence[float], **gate: Any) -> Verdict:
    return judge(*pair(sizes, factors), RMSE, replace(GATE, **gate), columns=[column("series", sizes)])


def test_a_worse_segment_keeps_a_challenger_that_is_better_on_the_whole() -> None:
    found = judged([200, 40], [0.4, 1.6])
    assert (found.decision, found.reason, found.promotes) == ("keep", "worse_in_segment", False)
    assert found.comparison is not None
    assert found.comparison.low > 0
    assert found.comparison.likely_gain is None
    _, worse = found.segments
    assert (worse.name, worse.rows, worse.worse) == ("series = 'B'", 40, True)
    assert worse.high is not None
    assert worse.gain is not None
    assert worse.gain < worse.high < 0
    assert found.sentence.endswith(
        f"But it is worse where series = 'B' (40 rows: {worse.challenger:.4g} against {worse.champion:.4g}, a gain of "
        f"{worse.high:.4g} at most), with 95% confidence for all 2 segments together: the champion stays."
    )
    assert dict(rows_of(found.as_json()))["segments"] == "2 of 2 could be compared; worse in 1"


def test_that_is_a_look_and_a_loss() -> None:
    found = judged([200, 40], [0.4, 1.6])
    assert found.spends
    assert losses_in_a_row([{"cutoff": "2024-01-01", "decision": found.decision, "reason": found.reason}]) == 1


def test_many_worse_segments_are_counted_and_the_worst_are_named() -> None:
    found = judged([1500, *[30] * 5], [0.2, 1.5, 1.6, 3, 1.7, 1.8])
    assert "But it is worse where series = 'D' (" in found.sentence
    assert " and in 2 more, with 95% confidence for all 6 segments together" in found.sentence


def test_segments_are_told_also_where_they_veto_nothing() -> None:
    found = judged([120, 120], [0.5, 0.5])
    assert (found.decision, found.reason) == ("promote", "better")
    assert [one.worse for one in found.segments] == [False, False]
    assert "worse" not in found.sentence
    assert dict(rows_of(found.as_json()))["segments"] == "2 of 2 could be compared; worse in none"


@pytest.mark.parametrize(("rows", "reason"), [(FEWEST - 1, "better"), (FEWEST, "worse_in_segment")])
def test_a_segment_of_few_rows_is_told_and_vetoes_nothing(rows: int, reason: str) -> None:
    found = judged([800, rows], [0.2, 3.0])
    small = found.segments[1]
    assert found.reason == reason
    assert small.rows == rows
    assert small.gain is not None
    assert small.gain < 0
    assert (small.high is None, small.why) == ((True, "fewer than 20 rows") if rows < FEWEST else (False, None))


def test_a_first_model_is_told_by_segment_and_nothing_keeps_it() -> None:
    rows = 240
    actual = RANDOM.normal(0, 1, rows)
    answers = np.where(np.arange(rows) < 200, actual * 0.9, -actual)
    new = contender("new", actual, answers)
    found = judge(None, new, RMSE, GATE, columns=[column("series", [200, 40])])
    assert found.reason == "first_model"
    assert [(one.champion, one.high, one.worse) for one in found.segments] == [(None, None, False)] * 2
    assert dict(rows_of(found.as_json()))["segments"] == "2, none of which could be compared"
    assert found.segments[1].challenger == pytest.approx(np.sqrt(np.mean((2 * actual[200:]) ** 2)))


def test_a_gate_that_is_off_or_has_too_few_rows_lets_no_segment_decide() -> None:
    assert judged([200, 40], [0.4, 1.6], mode="disabled").segments == ()
    few = judged([60, 40], [0.4, 1.6])
    assert few.reason == "too_few_rows"
    assert few.segments[1].worse


def test_in_a_dry_run_a_segment_says_what_it_would_do() -> None:
    assert judged([200, 40], [0.4, 1.6], mode="dry_run").reason == "worse_in_segment"


def test_a_verdict_with_segments_comes_back_from_json() -> None:
    found = judged([200, 40, 10], [0.4, 1.6, 1])
    assert verdict_of(json.loads(json.dumps(found.as_json(), allow_nan=False))) == found
    earlier = {name: value for name, value in found.as_json().items() if name != "segments"}
    assert verdict_of(earlier).segments == ()


def classes(rows: int) -> Any:
    actual = (np.arange(rows) % 4 == 0).astype(float)
    chances = np.clip(0.3 + 0.4 * actual + RANDOM.normal(0, 0.2, (2, rows)), 0.01, 0.99)
    return [
        contender(name, actual, (one > 0.5).astype(float), tuple(zip(1 - one, one, strict=True)))
        for name, one in zip(("old", "new"), chances, strict=True)
    ]


def test_a_segment_in_which_the_metric_is_not_defined_decides_nothing() -> None:
    champion, challenger = classes(240)
    positive, number = np.arange(240) % 4 == 0, np.arange(240)
    named = Segments("class", ("class = 'no'", "class = 'yes'"), positive.astype(np.intp))
    found = compared_segments(resampled_metric("AUC"), champion, challenger, [named], GATE)
    assert [(one.challenger, one.high, one.why) for one in found] == [(None, None, "AUC is not defined for them")] * 2
    # A third of the resamples lacks its one positive row.
    rare = Segments("rare", ("the rest", "rare"), ((number < 28) & (~positive | (number == 0))).astype(np.intp))
    found = compared_segments(resampled_metric("AUC"), champion, challenger, [rare], GATE)
    assert [one.why for one in found] == [None, "AUC is not defined for many resamples of them"]
    assert found[0].high is not None


@pytest.mark.parametrize("metric", ["AUC", "F1", "Accuracy", "LogLoss", "BalancedAccuracy"])
def test_the_metrics_of_classes_are_those_of_the_segments_rows(metric: str) -> None:
    champion, challenger = classes(240)
    columns = [column("half", [120, 120])]
    found = compared_segments(resampled_metric(metric), champion, challenger, columns, GATE)
    first = replace(
        challenger,
        keys=challenger.keys[:120],
        actual=challenger.actual[:120],
        predicted=challenger.predicted[:120],
        probabilities=challenger.probabilities[:120],
    )
    alone = judge(None, first, Objective(metric, resampled_metric(metric).known.direction), GATE)
    assert alone.comparison is not None
    assert found[0].challenger == pytest.approx(alone.comparison.challenger)
    assert all(one.high is not None for one in found)


def test_errors_too_large_for_a_number_decide_nothing() -> None:
    rows = 240
    errors = np.where(np.arange(rows) < 200, 1.0, 1e150) * RANDOM.normal(0, 1, rows)
    champion, challenger = contender("old", np.zeros(rows), errors), contender("new", np.zeros(rows), 2 * errors)
    found = judge(champion, challenger, Objective("MSE", "Minimize"), GATE, columns=[column("series", [200, 40])])
    assert found.segments[0].worse
    assert (found.segments[1].high, found.segments[1].worse) == (None, False)
    assert found.segments[1].why == "the errors are too large for a number"
    json.dumps(found.as_json(), allow_nan=False)


def test_more_segments_need_more_evidence() -> None:
    champion, challenger = pair([240], [1.02])
    alone, many = (
        compared_segments(
            resampled_metric("RMSE"),
            champion,
            challenger,
            [column(str(number), [240]) for number in range(count)],
            GATE,
        )[0]
        for count in (1, 12)
    )
    assert alone.high is not None
    assert many.high is not None
    assert alone.high < many.high


def test_equal_models_are_rarely_worse_in_any_of_ten_segments() -> None:
    """5 % is what they may err; the standard error of 300 comparisons is 1.3 %."""
    found, rows = 0, 250
    columns = [Segments("series", tuple("ABCDEFGHIJ"), np.arange(rows) % 10)]
    for number in range(300):
        random = np.random.default_rng(number)
        noise, one, other = random.normal(0, 1, (3, rows))
        champion, challenger = (contender(name, noise, own / 2) for name, own in (("old", one), ("new", other)))
        config = replace(GATE, seed=number)
        told = compared_segments(resampled_metric("MSE"), champion, challenger, columns, config)
        found += any(segment.worse for segment in told)
    assert found / 300 <= 0.05 + 2 * 0.0126
