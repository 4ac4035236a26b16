"""The gate's errors over a whole timeline: how often equal models are promoted, how often better ones, and how late.

``make bench NAME=timeline``; about three minutes of two cores. The last line is one JSON object.

- Timelines of 12, 50 and 200 cutoffs at the same 200 rows, by MSE, AUC and F1, each challenger against the champion of
  its time, by both values of ``gate.errors``. Models are made up, so it is known which are truly better
  (benchmarks/timeline_side/worlds.py).
- Equal models: the share of the timelines in which one is promoted that is not truly better.
- Better ones: at half-time all challengers become truly better by 2, 5, 10 or 20 % of the loss: the share of timelines
  in which one of them is champion in the end, and how far the last champion's true loss is behind the best.
- What a promotion claims to gain, beside what it truly gains: as measured, and without the luck of the winner.

Scores, intervals and decisions are the product's own (``scorer``, ``comparison_of`` and ``decide``, which judge() is
made of; a test holds this to judge()), with 4,000 resamples instead of 10,000. Challengers that 200 resamples show to
be far from a promotion are not resampled further. ``--times N`` follows N times as many timelines.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist
from typing import Any

# One core for each process.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks.timeline_side.worlds import METRICS, ROWS, models  # noqa: E402
from include.autopilot.gate.bootstrap import resampled_counts, value_of  # noqa: E402
from include.autopilot.gate.comparison import comparison_of  # noqa: E402
from include.autopilot.gate.confusion import Values  # noqa: E402
from include.autopilot.gate.contender import Contender  # noqa: E402
from include.autopilot.gate.decision import decide, with_likely_gain  # noqa: E402
from include.autopilot.gate.resampled import resampled_metric  # noqa: E402
from include.autopilot.gate.spending import Look, tails  # noqa: E402
from include.autopilot.gate.verdict import Comparison  # noqa: E402
from include.autopilot.settings.gate import GateConfig  # noqa: E402

LENGTHS = (12, 50, 200)
NULLS = {50: 300, 200: 80}
TRUE_GAINS = (0.02, 0.05, 0.10, 0.20)
POWERS = {12: 60, 50: 25}
RESAMPLES, FEW = 4000, 200
RULES = {errors: replace(GateConfig(), errors=errors, resamples=RESAMPLES) for errors in ("timeline", "comparison")}
_NORMAL = NormalDist()
# A standard error that 200 resamples tell is right to some 5 %, and a percentile interval need not be a normal one.
_FAR = 0.7


@dataclass
class Season:
    """One world's models and what is known of them so far: nothing is resampled twice."""

    metric: str
    models: Sequence[Contender]
    counts: Values
    few: dict[int, Values] = field(default_factory=dict)
    many: dict[int, Values] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Measure all models."""
        self.known = resampled_metric(self.metric)
        self.values = [value_of(self.known.scorer(one), ROWS) for one in self.models]
        self.losses = self.known.loss(np.array(self.values))

    def decided(self, champion: int, challenger: int, config: GateConfig, look: int) -> Comparison | None:
        """Return the numbers of a promotion; None where the champion stays."""
        gain = self.losses[champion] - self.losses[challenger]
        if gain < config.min_relative_change * self.losses[champion]:
            return None
        beyond = tails(config, Look("sealed", look))
        needed = -_NORMAL.inv_cdf(beyond[0])
        if gain < (needed - _FAR) * float(np.std(self._gains(self.few, FEW, champion, challenger))):
            return None
        gains = self._gains(self.many, RESAMPLES, champion, challenger)
        values = [self.values[champion], self.values[challenger]]
        found = comparison_of(self.known, values, gains[np.isfinite(gains)], ROWS, beyond)
        decision, _ = decide(found, self.known, False, ROWS, config)
        return with_likely_gain(found, self.known, config) if decision == "promote" else None

    def _gains(self, kept: dict[int, Values], resamples: int, champion: int, challenger: int) -> Values:
        for number in (champion, challenger):
            if number not in kept:
                scorer = self.known.scorer(self.models[number])
                kept[number] = self.known.loss(scorer(self.counts[:resamples]))
        return kept[champion] - kept[challenger]


@dataclass(frozen=True)
class Course:
    """What one rule made of a timeline.

    :param false: the first look that promoted a model that is not truly better; None: no look did.
    :param behind: the last champion's true loss against the best model's, less 1.
    :param claims: per promotion its relative gain: true, as measured, without the luck of the winner.
    """

    false: int | None
    behind: float
    claims: tuple[tuple[float, float, float], ...]


def course(season: Season, gains: Sequence[float], config: GateConfig) -> Course:
    """Follow a timeline; one that has promoted an equal model among equals has told all that is asked."""
    champion, false, claims = 0, None, []
    equal = len(set(gains)) == 1
    for look in range(1, len(gains)):
        found = season.decided(champion, look, config, look)
        if found is None:
            continue
        truly = 1 - (1 - gains[look]) / (1 - gains[champion])
        loss = season.losses[champion]
        claims.append((truly, found.gain / loss, (found.likely_gain or 0.0) / loss))
        champion = look
        if truly <= 0 and false is None:
            false = look
            if equal:
                break
    return Course(false, (1 - gains[champion]) / (1 - max(gains)) - 1, tuple(claims))


def followed(job: tuple[str, float, int, int]) -> dict[str, Course]:
    """Follow one timeline by both rules.

    :param job: metric, true gain of the second half, cutoffs, and the number of the draw.
    """
    metric, gain, cutoffs, draw = job
    better = cutoffs // 2
    gains = [0.0] * (cutoffs + 1 - better) + [gain] * better
    random = np.random.default_rng([draw, cutoffs, list(METRICS).index(metric), round(1000 * gain)])
    season = Season(metric, models(metric, gains, random), _counts())
    return {name: course(season, gains, config) for name, config in RULES.items()}


def main() -> int:
    """Simulate, print the tables, and the JSON object last."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--times", type=int, default=1, help="so many times as many timelines")
    times, started = arguments.parse_args().times, time.monotonic()
    nulls = {(metric, length): times * many for metric in METRICS for length, many in NULLS.items()}
    better = {
        (metric, gain, length): times * many
        for metric in METRICS
        for gain in TRUE_GAINS
        for length, many in POWERS.items()
    }
    jobs = [(metric, 0.0, length, draw) for (metric, length), many in nulls.items() for draw in range(many)]
    jobs += [(metric, gain, length, draw) for (metric, gain, length), many in better.items() for draw in range(many)]
    # The long ones first, so that no process waits for the other in the end.
    jobs.sort(key=lambda job: (-job[2], job[0] != "AUC"))
    with get_context("spawn").Pool(2) as pool:
        done = dict(zip(jobs, pool.imap(followed, jobs, chunksize=4), strict=True))
    content = document(done, times, time.monotonic() - started)
    show(content)
    print(json.dumps(content))
    return 0


def document(done: dict[tuple[str, float, int, int], dict[str, Course]], times: int, seconds: float) -> dict[str, Any]:
    """Give the last line."""
    content: dict[str, Any] = {"false_promotion": {}, "power": {}, "behind": {}, "claims": {}}
    for name in RULES:
        found = {job: courses[name] for job, courses in done.items()}
        content["false_promotion"][name] = {
            metric: {str(length): _false(found, metric, length) for length in LENGTHS} for metric in METRICS
        }
        for what, told in (("power", _won), ("behind", _behind)):
            content[what][name] = {
                metric: {
                    str(length): {f"{gain:g}": told(found, metric, gain, length) for gain in TRUE_GAINS}
                    for length in POWERS
                }
                for metric in METRICS
            }
        content["claims"][name] = _claims([one for course in found.values() for one in course.claims])
    worst = max(max(one.values()) for one in content["false_promotion"]["timeline"].values())
    return {
        **content,
        "worst_false_promotion": worst,
        "rows": ROWS,
        "resamples": RESAMPLES,
        "timelines": {str(one): times * sum(many for at, many in NULLS.items() if at >= one) for one in LENGTHS},
        "timelines_of_power": {str(length): times * many for length, many in POWERS.items()},
        "seconds": round(seconds, 1),
    }


def _false(found: dict[Any, Course], metric: str, length: int) -> float:
    """Return the share of the timelines with a false promotion; a longer one has a shorter one in it."""
    of = [
        course
        for (name, gain, cutoffs, _), course in found.items()
        if name == metric and not gain and cutoffs >= length
    ]
    return round(float(np.mean([course.false is not None and course.false <= length for course in of])), 4)


def _won(found: dict[Any, Course], metric: str, gain: float, length: int) -> float:
    of = [course for (*job, _), course in found.items() if job == [metric, gain, length]]
    return round(float(np.mean([course.behind < gain / 2 for course in of])), 3)


def _behind(found: dict[Any, Course], metric: str, gain: float, length: int) -> float:
    of = [course for (*job, _), course in found.items() if job == [metric, gain, length]]
    return round(float(np.mean([course.behind for course in of])), 4)


def _claims(claims: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    """Return the mean relative gain of the promotions by their true one: true, measured, without luck."""
    found = {}
    for truly in (0.0, *TRUE_GAINS):
        mine = np.array([one for one in claims if abs(one[0] - truly) < 1e-6])
        if len(mine):
            measured, likely = mine[:, 1].mean(), mine[:, 2].mean()
            found[f"{truly:g}"] = {"promotions": len(mine), "measured": round(measured, 4), "likely": round(likely, 4)}
    return found


def show(content: dict[str, Any]) -> None:
    """Print the tables."""
    for name in RULES:
        print(f"gate.errors: {name}")
        for metric in METRICS:
            shares = content["false_promotion"][name][metric]
            told = ", ".join(f"{100 * share:.1f} % of {length} cutoffs" for length, share in shares.items())
            print(f"  {metric}: an equal model promoted in {told}")
            for length in POWERS:
                power, behind = (
                    content["power"][name][metric][str(length)],
                    content["behind"][name][metric][str(length)],
                )
                told = ", ".join(f"{float(g):.0%}: {power[g]:.0%} ({behind[g]:.1%})" for g in power)
                print(f"    {length} cutoffs, better by …: champion in the end (true loss behind the best): {told}")
        for truly, one in content["claims"][name].items():
            print(
                f"  truly better by {float(truly):.0%}: claimed {one['measured']:.1%}, without luck {one['likely']:.1%}"
            )


def _counts() -> Values:
    if not _COUNTS:
        _COUNTS.append(np.concatenate(list(resampled_counts(ROWS, RESAMPLES, 0))))
    return _COUNTS[0]


_COUNTS: list[Values] = []

if __name__ == "__main__":
    sys.exit(main())
