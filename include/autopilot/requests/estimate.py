"""What a run will take and cost, before it starts. What is not known is called unknown, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from include.autopilot.base.lenient import number_at, text_at
from include.autopilot.requests.preview import Foretold
from include.autopilot.settings.config import PriceTable
from include.autopilot.template.projection import Request

# kind, name of a job -> seconds; None: not known.
Expected = Callable[[str, str], float | None]

_RESOURCES = {"TrainingJob": "ResourceConfig", "TransformJob": "TransformResources"}
_TABLES = {"TrainingJob": "training", "TransformJob": "transform"}
_SECONDS_PER_HOUR = 3600
# The champion answers the rows that the new model answers: until it has once, it is expected to take as long.
_LIKE = {"predict_champion": "predict"}


@dataclass(frozen=True)
class StepEstimate:
    """One job; of a tuning job all its trainings together.

    :param seconds: None: unknown. ``usd`` likewise.
    :param spot: whether it asks for spot capacity, which costs less than ``usd`` says.
    """

    step: str
    name: str
    instance_type: str | None
    instance_count: int
    seconds: float | None
    usd: float | None
    spot: bool


def estimate(
    foretold: Sequence[Foretold], expected: Expected, lasted: Expected, prices: PriceTable | None
) -> dict[str, Any]:
    """Return ``jobs``, the total ``seconds`` and ``usd`` (None where a job's is unknown) and one ``sentence``.

    Seconds are the sum over all jobs: featurize jobs and the trainings of a retune run side by side, so the run may end
    earlier. A search has no
    estimate but its limit, which is in its request.

    :param expected: how long earlier jobs of the same step took, asked by the name of the job to be.
    :param lasted: how long Autopilot's own job took, asked by its name, where no earlier job is known.
    """
    known: dict[tuple[str, str], float | None] = {}
    jobs = []
    for one in foretold:
        if one.kind != "Model":
            # A training of a retune takes as long as the replay's, which comes before it.
            key = (one.kind, one.step) if one.kind == one.work[0] else ("TrainingJob", "train")
            if key not in known:
                seconds = expected(one.kind, _name(one.kind, one.request))
                if seconds is None and one.replays:
                    seconds = lasted(one.kind, _name(one.kind, one.template))
                known[key] = known.get((one.kind, _LIKE.get(one.step, ""))) if seconds is None else seconds
            each = known[key]
            jobs.append(_step(one, None if each is None else each * one.times, prices))
    seconds = _total([job.seconds for job in jobs])
    usd = _total([job.usd for job in jobs])
    return {
        "jobs": [job.__dict__ for job in jobs],
        "seconds": seconds,
        "usd": usd,
        "sentence": _sentence(sum(one.times for one in foretold if one.kind != "Model"), jobs, seconds, usd, prices),
    }


def _step(one: Foretold, seconds: float | None, prices: PriceTable | None) -> StepEstimate:
    kind, work = one.work
    resources = work.get(_RESOURCES.get(kind, ""), {})
    instance = text_at(resources, "InstanceType")
    count = int(number_at(resources, "InstanceCount") or 1)
    table = getattr(prices, _TABLES[kind]) if prices and kind in _TABLES else {}
    price = table.get(instance)
    usd = None if price is None or seconds is None else round(seconds / _SECONDS_PER_HOUR * price * count, 4)
    spot = bool(work.get("EnableManagedSpotTraining"))
    return StepEstimate(one.step, _name(one.kind, one.request), instance, count, seconds, usd, spot)


def _name(kind: str, request: Request) -> str:
    return str(request[f"{kind.removesuffix('V2')}Name"])


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 4) if len(known) == len(values) else None


def _sentence(
    count: int, jobs: Sequence[StepEstimate], seconds: float | None, usd: float | None, prices: PriceTable | None
) -> str:
    time = "an unknown time (no job of some step has finished yet)" if seconds is None else f"about {seconds:.0f} s"
    if usd is not None and prices is not None:
        below = ", less on spot" if any(job.spot for job in jobs) else ""
        cost = f"about {usd:.2f} USD by the prices of {prices.date.date().isoformat()}{below}"
    elif seconds is None and prices is not None:
        cost = "unknown cost"
    else:
        types = sorted({f"{job.instance_type} ({job.step})" for job in jobs if job.usd is None and job.instance_type})
        cost = f"unknown cost: prices in the model's YAML do not have {', '.join(types) or 'a search'}"
    return f"{count} job{'' if count == 1 else 's'}, {time} of instances, {cost}."
