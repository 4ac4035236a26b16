"""All scenarios, several at once, until every run has ended; then what became of each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import boto3
import numpy as np
from botocore import xform_name
from botocore.config import Config

from tests.chaos.airflow_state import AirflowState
from tests.chaos.cluster import Cluster, NotStarted
from tests.chaos.disturbance import Disturbance
from tests.chaos.scenario import PERSON, SHORT_ROUNDS, Scenario
from tests.chaos.verdict import JOBS, Verdict, jobs, judge

# A run needs 30 s undisturbed on two busy cores; every kill of the scheduler that it meets adds half a minute. These
# are limits for what is stuck, not for what is slow.
SECONDS_PER_RUN = 1200
SECONDS_TO_READ_DAGS = 300
SECONDS_TO_SETTLE = 300
_ENDED = ("success", "failed")


@dataclass(frozen=True)
class Outcome:
    """What became of one run.

    :param disturbed: whether the moment of its scenario came.
    """

    scenario: Scenario
    verdict: Verdict
    disturbed: bool


class Campaign:
    """Runs scenarios on a cluster that is up.

    :param in_flight: DAG runs at once.
    """

    def __init__(self, cluster: Cluster, scenarios: Sequence[Scenario], in_flight: int) -> None:
        self._cluster, self._in_flight = cluster, in_flight
        self._client = client("sagemaker", cluster.aws.url)
        self._state = AirflowState(cluster.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], cluster.api)
        self._disturbance = Disturbance(cluster, self._state, self._client)
        self._todo = list(scenarios)
        self._numbers = count(len(scenarios))
        # A moment that did not come (its job was lost to another scenario's kill) gets another run; not for ever.
        self._again = 2 + len(scenarios) // 10
        self._active: dict[str, tuple[Scenario, float]] = {}
        self._started: list[Scenario] = []

    def run(self) -> Iterator[str]:
        """Go through all scenarios; gives a sentence for each run that ended.

        :raises Exception: what kept the supervisor from starting a component again.
        """
        put_tables(client("s3", self._cluster.aws.url))
        self._wait_for_dags()
        with self._cluster.supervised() as supervisor:
            while self._todo or self._active:
                self._start()
                self._disturbance.look(self._state.tasks())
                yield from self._ended()
                self._pause(supervisor)
            self._settle(supervisor)

    def outcomes(self) -> list[Outcome]:
        """Judge every run, the undisturbed ones too: they met the other scenarios' kills."""
        made, runs = jobs(self._client), self._state.runs()
        listed = []
        for one in self._started:
            its = [job for job in made if one.run in (job.owner[0], *job.name.split("-"))]
            came = one.run in self._disturbance.done
            # A person who came too late has done nothing that could be judged.
            verdict = judge(one, runs.get(one.run), its) if came or one.victim != PERSON else Verdict()
            listed.append(Outcome(one, verdict, came))
        return listed

    def _wait_for_dags(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_READ_DAGS
        while not all(self._state.knows(dag) for dag in {one.dag for one in self._todo}):
            if time.monotonic() > deadline:
                errors = self._state.import_errors()
                raise NotStarted(f"Airflow did not read the DAGs in {SECONDS_TO_READ_DAGS} s: {errors}")
            time.sleep(0.5)

    def _start(self) -> None:
        while self._todo and len(self._active) < self._in_flight:
            one = self._todo.pop(0)
            self._disturbance.expect(one)
            rounds = {"rounds": str(one.rounds), "rounds_after_clear": str(SHORT_ROUNDS)}
            self._state.trigger(one.dag, one.run, rounds)
            self._active[one.run] = (one, time.monotonic())
            self._started.append(one)

    def _ended(self) -> Iterator[str]:
        states = self._state.runs()
        for run, (one, since) in list(self._active.items()):
            lasted = time.monotonic() - since
            # Whoever waits for his turn may still strike; a moment that has not come will not come after the end.
            settled = states.get(run) in _ENDED and not self._disturbance.is_under_way(run)
            if lasted < SECONDS_PER_RUN and not settled:
                continue
            del self._active[run]
            told = self._disturbance.done.get(run)
            if told is None and self._again:
                self._again -= 1
                self._todo.append(replace(one, run=f"s{next(self._numbers):04d}"))
            yield f"{run} {states.get(run)} after {lasted:.0f} s: {one.cell}, {told or 'its moment did not come'}"

    def _settle(self, supervisor: Future[None]) -> None:
        """Let nobody strike again, wait for what is down, and give jobs that are being stopped the time to stop."""
        self._disturbance.rest()
        deadline = time.monotonic() + SECONDS_TO_SETTLE
        while (not self._cluster.is_whole() or self._live()) and time.monotonic() < deadline:
            self._pause(supervisor)

    def _pause(self, supervisor: Future[None]) -> None:
        if supervisor.done():
            supervisor.result()  # raises what ended him
        time.sleep(0.1)

    def _live(self) -> bool:
        return any(
            getattr(self._client, xform_name(f"List{kind}s"))(StatusEquals=status)[f"{kind}Summaries"]
            for kind in JOBS
            for status in ("InProgress", "Stopping")
        )


def client(service: Any, url: str) -> Any:
    """Make a client with enough patience for an endpoint that is just being started again."""
    config = Config(retries={"mode": "standard", "max_attempts": 10}, connect_timeout=5)
    return boto3.client(service, endpoint_url=url, config=config)


def put_tables(s3: Any) -> None:
    """Put tables of a label and 20 features; small, so that a job is over in a second or two."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(4000, 20))
    label = 2 * features[:, 0] - features[:, 1] + 0.1 * generator.normal(size=4000)
    s3.create_bucket(Bucket="chaos")
    for key, rows in (
        ("in/train/chunk_0.csv", np.c_[label, features][:3000]),
        ("in/validation/chunk_0.csv", np.c_[label, features][3000:3500]),
        ("holdout/rows.csv", features[3500:]),
    ):
        lines = "".join(",".join(f"{value:.5f}" for value in row) + "\n" for row in rows)
        s3.put_object(Bucket="chaos", Key=key, Body=lines.encode())
