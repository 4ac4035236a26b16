"""Policies: what each makes of a world's drops, by the product's own functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.present_side.made import Bace
from benchmarks.present_side.worlds import Model, Rows, Values, World, joined, rmse
from include.autopilot.candidate.objective import Objective
from include.autopilot.drops.recent import recent_keys
from include.autopilot.gate.choice import best_of
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.decline import decline, row_losses
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.gate.spending import Look
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.recent import SINCE_DECLINE

RMSE = Objective("RMSE", "Minimize")
METRIC = resampled_metric("RMSE")
# Beyond what so few resamples resolve the tail is Student's; five times as many take five times as long.
GATE = replace(GateConfig(), resamples=2000)


@dataclass(frozen=True)
class Policy:
    """What becomes champion.

    :param judged: ``all``: every model is taken; ``sealed``: judged on day one's rows; ``recent``: on the newest.
    :param errors: per ``comparison`` or per ``timeline``.
    :param decline: whether looks and judging rows begin anew where the champion's exams decline.
    :param window: whether a second challenger then learns from the rows since.
    :param share: of each drop that judges, ``rows`` of them at most; after a decline ``fewest`` of the rows since.
    """

    name: str
    judged: str
    errors: str = "timeline"
    decline: bool = False
    window: bool = False
    share: float = 0.3
    rows: int = 200
    fewest: int = SINCE_DECLINE

    @property
    def gate(self) -> GateConfig:
        """The gate's configuration."""
        return replace(GATE, errors=self.errors)


@dataclass(frozen=True)
class Course:
    """What came of it.

    :param ahead: after every cutoff, the champion's true RMSE on the next drop's world.
    :param promoted: cutoffs with a promotion; ``false``: those whose model is no better in the world of the time.
    :param alarms: the cutoffs at which a decline was seen.
    """

    ahead: Values
    promoted: tuple[int, ...]
    false: tuple[int, ...]
    alarms: tuple[int, ...]


def follow(world: World | Bace, policy: Policy) -> Course:
    """Let a policy decide cutoff by cutoff."""
    drops: list[Rows] = []
    champion: Model | None = None
    promotion, exams = np.empty(0), []
    since, seen, look, first_exam = None, False, 0, 0
    ahead, promoted, false, alarms = [], [], [], []
    for cutoff in range(world.drops):
        drops.append(world.drop(cutoff))
        if champion is not None and policy.decline:
            exams.append(_losses(champion, drops[-1]))
            found = decline(promotion, exams)
            if found.declined and not seen:
                since, seen, look = first_exam + (found.since or 0), True, 0
                alarms.append(cutoff)
        held = _held(drops, policy)
        judging = _judging(world.sealed, drops, held, policy, since)
        learning = [rows[~which] for rows, which in zip(drops, held, strict=True)]
        how = policy.share if policy.judged == "recent" else 0, policy.rows
        challengers = [world.fit((how, cutoff, 0), partial(joined, learning))]
        if policy.window and since is not None:
            challengers.append(world.fit((how, cutoff, since), partial(joined, learning[since:])))
        if champion is None or policy.judged == "all":
            chosen: Model | None = challengers[0]
        else:
            fewest = policy.fewest if since is not None else policy.gate.min_holdout_rows
            chosen = None
            if len(judging.y) >= fewest:
                look += 1
                chosen = _winner(champion, challengers, judging, policy, look, fewest)
        if chosen is not None:
            if champion is not None:
                promoted.append(cutoff)
                now = world.ahead(cutoff)
                if rmse(chosen, now) >= rmse(champion, now):
                    false.append(cutoff)
            champion, exams, seen, first_exam = chosen, [], False, cutoff + 1
            promotion = _losses(chosen, judging)
        ahead.append(rmse(champion or challengers[0], world.ahead(cutoff + 1)))
    return Course(np.array(ahead), tuple(promoted), tuple(false), tuple(alarms))


def _held(drops: list[Rows], policy: Policy) -> list[np.ndarray]:
    if policy.judged != "recent":
        return [np.zeros(len(rows.y), dtype=bool) for rows in drops]
    keys = [[f"{number}-{row}" for row in range(len(rows.y))] for number, rows in enumerate(drops)]
    judging = [set(chosen) for chosen in recent_keys(keys, policy.share, policy.rows)]
    return [np.array([key in chosen for key in names]) for names, chosen in zip(keys, judging, strict=True)]


def _judging(sealed: Rows, drops: list[Rows], held: list[np.ndarray], policy: Policy, since: int | None) -> Rows:
    """Return the rows that judge: the newest, filled up with sealed ones; after a decline only those since."""
    if policy.judged != "recent":
        return sealed
    start = since or 0
    newest = joined([rows[which] for rows, which in zip(drops[start:], held[start:], strict=True)])
    missing = policy.rows - len(newest.y)
    return newest if since is not None or missing <= 0 else joined([newest, sealed[:missing]])


def _winner(
    champion: Model, challengers: list[Model], judging: Rows, policy: Policy, look: int, fewest: int
) -> Model | None:
    answered = [_contender(one, "challenger", judging) for one in challengers]
    best = best_of(answered, RMSE)
    config = replace(policy.gate, min_holdout_rows=fewest)
    defender = _contender(champion, "champion", judging)
    verdict = judge(defender, answered[best], RMSE, config, look=Look("recent", look), share=len(challengers))
    return challengers[best] if verdict.promotes else None


def _contender(model: Model, name: str, rows: Rows) -> Contender:
    return Contender(name, "rows", range(len(rows.y)), rows.y, model(rows.x))  # type: ignore[arg-type]


def _losses(model: Model, rows: Rows) -> Values:
    return row_losses(METRIC, _contender(model, "champion", rows))
