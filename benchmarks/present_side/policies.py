"""Policies: what each makes of a world's drops, by the product's own functions and a model's own YAML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import numpy as np

from benchmarks.present_side.made import Bace
from benchmarks.present_side.worlds import Model, Rows, Values, World, joined, rmse
from include.autopilot.base.metrics import REGRESSION, usual_metric
from include.autopilot.candidate.objective import Objective
from include.autopilot.draft.blank import Draft, fill_in
from include.autopilot.drops.recent import recent_keys
from include.autopilot.gate.choice import best_of
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.decline import decline, row_losses
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.gate.spending import Look
from include.autopilot.gate.twofold import with_sealed
from include.autopilot.gate.verdict import Verdict
from include.autopilot.settings.config import ModelConfig, parse_model
from include.autopilot.settings.recent import RECENT

# What a table of numbers is judged by unless its YAML says otherwise; so does make new-model.
OBJECTIVE = Objective(usual_metric(REGRESSION), "Minimize")
METRIC = resampled_metric(OBJECTIVE.metric)


@dataclass(frozen=True)
class Policy:
    """What becomes champion.

    :param model: its YAML: which rows judge, by which rule, what follows a decline, which drops are learned from.
    :param every: every model is taken, whatever the YAML says.
    """

    name: str
    model: ModelConfig
    every: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not simulated."""
        if self.model.window not in ("all", "auto"):
            raise ValueError(f"{self.name}: window is {self.model.window!r}; only all and auto are simulated")

    @property
    def by_recent(self) -> bool:
        """Whether recent rows judge."""
        return self.model.gate.judge_on != "sealed"

    @property
    def declines(self) -> bool:
        """Whether a decline of the champion acts on who judges."""
        return self.by_recent and self.model.exam == "on"


@dataclass(frozen=True)
class Course:
    """What came of it.

    :param ahead: after every cutoff, the champion's true RMSE on the next drop's world.
    :param promoted: cutoffs with a promotion; ``false``: those whose model is no better in the world of the time.
    :param alarms: the cutoffs whose drop showed a decline.
    """

    ahead: Values
    promoted: tuple[int, ...]
    false: tuple[int, ...]
    alarms: tuple[int, ...]


@dataclass
class _Champion:
    """Who serves.

    :param promotion: its losses on the rows that it was promoted on; ``exams``: on the drops since.
    :param first: the drop of its first exam.
    :param declined: the drop in which a decline was seen, and the first one of the change.
    """

    model: Model
    promotion: Values
    first: int
    exams: list[Values] = field(default_factory=list)
    declined: tuple[int, int] | None = None

    def sit(self, drop: Rows) -> bool:
        """Hold the exam on a drop; whether it is the one that shows a decline."""
        self.exams.append(_losses(self.model, drop))
        found = decline(self.promotion, self.exams)
        if self.declined or not found.declined:
            return False
        self.declined = self.first + len(self.exams) - 1, self.first + (found.since or 0)
        return True


def follow(world: World | Bace, policy: Policy) -> Course:
    """Let a policy decide cutoff by cutoff, each a run of the product."""
    drops: list[Rows] = []
    champion: _Champion | None = None
    anew: tuple[int, int] | None = None
    looks: Counter[str | None] = Counter()
    ahead, promoted, false, alarms = [], [], [], []
    how = (policy.model.recent.share if policy.by_recent else 0, policy.model.recent.rows)
    for cutoff in range(world.drops):
        drops.append(world.drop(cutoff))
        serving = champion if policy.declines else None
        # A run knows of the exams of earlier ones; that of its own drop it holds beside, unless an exam started it.
        seen = bool(serving and policy.model.decline.then != "tell" and serving.sit(drops[-1]))
        anew = (serving.declined if serving else None) or anew
        held = _held(drops, policy)
        judging = _judging(drops, held, anew)
        learning = [rows[~which] for rows, which in zip(drops, held, strict=True)]
        challengers = [world.fit((*how, cutoff, 0), partial(joined, learning))]
        if policy.model.window == "auto" and anew is not None and anew[1] > 0:
            challengers.append(world.fit((*how, cutoff, anew[1]), partial(joined, learning[anew[1] :])))
        chosen, judges = challengers[0], world.sealed
        if not policy.every:
            best, verdict, judges = _verdict(champion, challengers, judging, world.sealed, policy, anew, looks)
            chosen = challengers[best] if verdict.promotes else None
        if serving and policy.model.decline.then == "tell":
            seen = serving.sit(drops[-1])
        if seen:
            alarms.append(cutoff)
        if chosen is not None:
            if champion is not None:
                promoted.append(cutoff)
                now = world.ahead(cutoff)
                if rmse(chosen, now) >= rmse(champion.model, now):
                    false.append(cutoff)
            champion = _Champion(chosen, _losses(chosen, judges), cutoff + 1)
        ahead.append(rmse(champion.model if champion else challengers[0], world.ahead(cutoff + 1)))
    return Course(np.array(ahead), tuple(promoted), tuple(false), tuple(alarms))


def _held(drops: list[Rows], policy: Policy) -> list[np.ndarray]:
    if not policy.by_recent:
        return [np.zeros(len(rows.y), dtype=bool) for rows in drops]
    keys = [[f"{number}-{row}" for row in range(len(rows.y))] for number, rows in enumerate(drops)]
    judging = [set(chosen) for chosen in recent_keys(keys, policy.model.recent.share, policy.model.recent.rows)]
    return [np.array([key in chosen for key in names]) for names, chosen in zip(keys, judging, strict=True)]


def _judging(drops: list[Rows], held: list[np.ndarray], anew: tuple[int, int] | None) -> Rows:
    """Return the recent rows; after a decline those since the change."""
    start = anew[1] if anew else 0
    return joined([rows[which] for rows, which in zip(drops[start:], held[start:], strict=True)])


def _verdict(
    champion: _Champion | None,
    challengers: list[Model],
    recent: Rows,
    sealed: Rows,
    policy: Policy,
    anew: tuple[int, int] | None,
    looks: Counter[str | None],
) -> tuple[int, Verdict, Rows]:
    """Return the place of the best challenger, the verdict on it, and the rows that judged."""
    gate = policy.model.gate
    by_recent = policy.by_recent and len(recent.y) > 0 and gate.recent_judge(len(recent.y), anew is not None)
    rows, since = (recent, str(anew[0]) if anew else None) if by_recent else (sealed, None)
    best = best_of([_contender(one, "challenger", rows) for one in challengers], OBJECTIVE)

    def judged(on: Rows, look: Look | None, share: int) -> Verdict:
        defender = _contender(champion.model, "champion", on) if champion else None
        config = gate.since_decline if since is not None else gate
        return judge(defender, _contender(challengers[best], "one", on), OBJECTIVE, config, look=look, share=share)

    # One timeline, whichever rows judge, unless a decline begins it anew.
    verdict = judged(rows, Look(RECENT, looks[since] + 1, since), len(challengers))
    looks[since] += verdict.spends and champion is not None
    if gate.judge_on == "both" and by_recent and champion is not None and anew is None:
        verdict = with_sealed(verdict, judged(sealed, None, 1), gate)
    return best, verdict, rows


def _contender(model: Model, name: str, rows: Rows) -> Contender:
    return Contender(name, "rows", range(len(rows.y)), rows.y, model(rows.x))  # type: ignore[arg-type]


def _losses(model: Model, rows: Rows) -> Values:
    return row_losses(METRIC, _contender(model, "champion", rows))


def shipped_model() -> ModelConfig:
    """Return a model of a table of numbers as ``make new-model`` ships it: the blank form, read as a run reads it."""
    day, target = date(2024, 1, 1), "y"
    draft = Draft(
        "present", target, "id", (), REGRESSION, OBJECTIVE.metric, day, day, "s3://autopilot-retrain/present", "Present"
    )  # fmt: skip
    return parse_model(fill_in(draft), "present.yaml")


def with_gate(model: ModelConfig, **changes: object) -> ModelConfig:
    """Return a YAML whose gate says something else."""
    return replace(model, gate=replace(model.gate, **changes))  # type: ignore[arg-type]
