"""``python -m tests.chaos.run --scenarios 20 --seed 1``: kill things while several runs retrain, then count.

Prints what happens, a table (victim, moment: scenarios, duplicate jobs, wrong ends, jobs left running) and one JSON
object. The exit code is 1 unless all three are 0 and the moment of every scenario came.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterable

from tests.chaos.campaign import Campaign, Outcome
from tests.chaos.cluster import Cluster, campaign_home
from tests.chaos.scenario import plan

IN_FLIGHT = 8
_HARMS = ("duplicates", "wrong", "left")


def main() -> int:
    """Run the scenarios; the exit code says whether all was right."""
    options = _options()
    home = campaign_home("chaos")
    cluster = Cluster(home)
    try:
        outcomes = _go(cluster, options)
    finally:
        survivors = cluster.stop()
    good = _report(outcomes, options.scenarios) and not survivors
    if survivors:
        print(f"processes that could not be ended: {survivors}")
    if good and not options.keep:
        shutil.rmtree(home)
    print(json.dumps(totals(outcomes)), flush=True)
    return 0 if good else 1


def totals(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count: the scenarios whose moment came, and the harm in all runs."""
    listed = list(outcomes)
    names = ("duplicate_jobs", "wrong_end_states", "jobs_left_running")
    harm = {
        name: sum(len(getattr(one.verdict, what)) for one in listed) for name, what in zip(names, _HARMS, strict=True)
    }
    return {"scenarios": sum(one.disturbed for one in listed), **harm}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("--scenarios", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT, help="DAG runs at once")
    parser.add_argument("--keep", action="store_true", help="keep the logs though all was right")
    return parser.parse_args()


def _go(cluster: Cluster, options: argparse.Namespace) -> list[Outcome]:
    began = time.monotonic()

    def say(told: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {told}", flush=True)

    cluster.start()
    say(f"Airflow is up; {options.scenarios} scenarios of seed {options.seed}, {options.in_flight} at once")
    campaign = Campaign(cluster, plan(options.scenarios, options.seed), options.in_flight)
    for number, told in enumerate(campaign.run(), 1):
        say(f"{number:3}. {told}")
    for told in cluster.unasked:
        say(told)
    outcomes = campaign.outcomes()
    say("counted")
    return outcomes


def _report(outcomes: list[Outcome], wanted: int) -> bool:
    """Print what was wrong and the table; gives whether all was right."""
    for one in outcomes:
        for told in (*one.verdict.duplicates, *one.verdict.wrong, *one.verdict.left):
            print(f"WRONG {told}")
        if not one.disturbed:
            print(f"MISSED {one.scenario.run}: {one.scenario.cell}")
    heads = ("scenarios", "duplicates", "wrong ends", "left running")
    print(f"\n{'victim':<10} {'moment':<18}", *(f"{head:>12}" for head in heads))
    for cell in sorted({(one.scenario.victim, one.scenario.moment) for one in outcomes}):
        here = totals(one for one in outcomes if (one.scenario.victim, one.scenario.moment) == cell)
        print(f"{cell[0]:<10} {cell[1]:<18}", *(f"{number:>12}" for number in here.values()))
    print()
    counted = totals(outcomes)
    return counted.pop("scenarios") == wanted and not any(counted.values())


if __name__ == "__main__":
    sys.exit(main())
