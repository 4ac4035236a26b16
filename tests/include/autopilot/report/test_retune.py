"""The page of a run that retuned says what was tried and who went on; of another run it says nothing of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.evaluation.measured import evaluate_run
from include.autopilot.report.page import write_report
from include.autopilot.requests import retuned
from include.autopilot.settings.retune import RetuneConfig
from tests.support import flows
from tests.support.foretelling import planned
from tests.support.toy import Toy
from tests.support.toyruns import predict
from tests.support.tunings import Tuned


def page(toy: Toy, recipe: str, best: float = 0.2, replay: float | None = 0.3) -> str:
    toy.config = replace(toy.config, retune=RetuneConfig())
    template, plan = planned(toy, recipe=recipe)
    evaluate_run(toy.s3, plan, predict(toy, flows.prediction_request(toy, plan.run_folder.plan, "toy-model")))
    if recipe == "retune":
        retuned.choose(toy.s3, Tuned(best, replay), template, plan, "<t>", "r")  # type: ignore[arg-type]
    return toy.get(write_report(toy.s3, plan, [])["html"]).decode()


@pytest.mark.parametrize(("best", "who"), [(0.2, "The best goes on."), (0.4, "The replay goes on.")])
def test_a_retune_has_a_section(toy: Toy, best: float, who: str) -> None:
    shown = page(toy, "retune", best)
    assert '<section id="retune"' in shown
    assert who in shown
    assert shown.count("<b>goes on</b>") == 1
    assert "&lt;t&gt;-001" in shown
    assert "<t>" not in shown


@pytest.mark.parametrize(("replay", "said"), [(0.3, True), (None, False)])
def test_the_validation_rows_said_which_only_where_both_told_theirs(toy: Toy, replay: float | None, said: bool) -> None:
    assert ("The validation rows said which" in page(toy, "retune", 0.2, replay)) is said


def test_a_replay_has_none(toy: Toy) -> None:
    assert '<section id="retune"' not in page(toy, "replay")
