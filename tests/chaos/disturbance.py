"""Does to every run what its scenario says, at the moment it says."""

from __future__ import annotations

import re
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.chaos import scenario as scenarios
from tests.chaos.airflow_state import AirflowState, Task
from tests.chaos.cluster import Cluster
from tests.chaos.scenario import Scenario
from tests.chaos.tap import Call

_JOB = re.compile(r"chaos-(?P<step>[a-z]+)-(?P<run>s\d+)")
_NAMED_BY = {
    "CreateTrainingJob": "TrainingJobName",
    "CreateModel": "ModelName",
    "CreateTransformJob": "TransformJobName",
    "DescribeTrainingJob": "TrainingJobName",
    "DescribeTransformJob": "TransformJobName",
    "DescribeLogStreams": "logStreamNamePrefix",
}
_SECONDS_TO_TRY, _SECONDS_TO_WAIT = 60.0, 300.0


class Disturbance:
    """Listens at the tap and looks at Airflow; strikes once per scenario.

    :param client: boto3 SageMaker client that does not go through the tap.
    """

    def __init__(self, cluster: Cluster, state: AirflowState, client: Any) -> None:
        self._cluster, self._state, self._client = cluster, state, client
        self._pending: dict[str, Scenario] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(64, "disturbance")
        #: The runs whose moment came, and what happened then.
        self.done: dict[str, str] = {}
        #: The runs to which nothing more will happen.
        self.over: set[str] = set()
        cluster.tap.before = self._before
        cluster.tap.after = self._after
        cluster.tap.replied = self._replied

    def expect(self, scenario: Scenario) -> None:
        """Wait for a scenario's moment from now on."""
        self._pending[scenario.run] = scenario

    def look(self, tasks: dict[tuple[str, str], Task]) -> None:
        """Take the moments that only Airflow's database shows; called often."""
        for one in list(self._pending.values()):
            if one.moment != scenarios.BETWEEN or not _is(tasks, one.run, one.step, "success"):
                continue
            following = scenarios.STEPS[scenarios.STEPS.index(one.step) + 1]
            # Between two tasks there is no worker to kill; the soonest is when the next one begins.
            if one.victim != "worker" or _is(tasks, one.run, following, "running"):
                self._take(one, following)

    def _before(self, call: Call) -> bool:
        created = call.operation.startswith("Create")
        if created and (one := self._at(call, scenarios.BEFORE)):
            self._strike(one, one.step)
            # What the process has not sent before its death must not arrive after it.
            return not (one.victim == "worker" and one.how in ("task", "both"))
        if call.operation == "DescribeLogStreams" and (one := self._at(call, scenarios.FINISHING)):
            self._strike(one, one.step)
        return True

    def _after(self, call: Call) -> bool:
        if call.operation.startswith("Create") and (one := self._at(call, scenarios.UNANSWERED)):
            self._strike(one, one.step)
            return False
        return True

    def _replied(self, call: Call, good: bool) -> None:
        created = call.operation.startswith("Create")
        # Whoever adopts a job, because the answer to Create was lost, describes it.
        if not (created or (good and call.operation.startswith("Describe") and call.operation != "DescribeLogStreams")):
            return
        if created and (one := self._at(call, scenarios.AFTER)):
            self._strike(one, one.step)
        elif one := self._at(call, scenarios.RUNNING):
            self._soon(self._strike_later, one)
        elif one := self._at(call, scenarios.ENDED):
            self._soon(self._strike_when_ended, one, call)
        elif one := self._at(call, *scenarios.DEEDS):
            self._soon(self._act, one)

    def _at(self, call: Call, *moments: str) -> Scenario | None:
        """Take the scenario whose moment this call is; nobody else gets it then."""
        named = _JOB.match(str(call.request.get(_NAMED_BY.get(call.operation, ""), "")))
        with self._lock:
            one = self._pending.get(named["run"]) if named else None
            if named is None or one is None or one.moment not in moments or one.step != named["step"]:
                return None
            return self._pending.pop(one.run)

    def _take(self, one: Scenario, step: str) -> None:
        with self._lock:
            taken = self._pending.pop(one.run, None)
        if taken:
            self._soon(self._strike, one, step)

    def _soon(self, do: Callable[..., None], one: Scenario, *arguments: Any) -> None:
        def done() -> None:
            try:
                do(one, *arguments)
            except Exception:  # noqa: BLE001 - whatever it was, the scenario's moment has not come
                traceback.print_exc()
            self.over.add(one.run)

        self._threads.submit(done)

    def _strike_later(self, one: Scenario) -> None:
        time.sleep(one.delay)
        self._strike(one, one.step)

    def _strike_when_ended(self, one: Scenario, call: Call) -> None:
        _until(lambda: self._status(call) not in ("", "InProgress"))
        self._strike(one, one.step)

    def _strike(self, one: Scenario, step: str) -> None:
        if one.victim == "worker":
            struck = _until(lambda: self._kill_worker(one, step), 3)
        else:
            # Down already: this scenario waits for its turn.
            struck = _until(lambda: self._cluster.kill(one.victim, one.how == "whole", one.pause))
        if struck:
            self.done[one.run] = f"{one.victim} killed ({one.how})"

    def _kill_worker(self, one: Scenario, step: str) -> bool:
        task = self._state.tasks().get((one.run, step))
        return bool(task and task.state == "running" and task.pid and self._cluster.kill_task(task.pid, one.how))

    def _act(self, one: Scenario) -> None:
        time.sleep(one.delay)
        # Another scenario's kill may have taken the job or the worker: then there is nothing to stop or nobody who can.
        if not _until(lambda: self._is_waiting(one), _SECONDS_TO_WAIT):
            return
        if one.moment == scenarios.CLEAR:
            self._state.clear(one.dag, one.run, one.step)
        elif one.moment == scenarios.FAIL_TASK:
            self._state.fail_task(one.dag, one.run, one.step)
        else:
            self._state.fail_run(one.dag, one.run)
        self.done[one.run] = f"a person {one.moment}"

    def _is_waiting(self, one: Scenario) -> bool:
        """Whether the job runs and its task waits for it, deferred or in a worker that is alive."""
        try:
            query = {"NameContains": f"chaos-{one.step}-{one.run}", "StatusEquals": "InProgress"}
            live = self._client.list_training_jobs(**query)["TrainingJobSummaries"]
        except (BotoCoreError, ClientError):
            return False
        task = self._state.tasks().get((one.run, one.step))
        if not live or task is None:
            return False
        if one.deferrable:
            return task.state == "deferred"
        return task.state == "running" and task.pid is not None and self._cluster.is_supervised(task.pid)

    def _status(self, call: Call) -> str:
        """Give the status of the job that the call names; nothing while the embedded AWS is down."""
        kind = "Training" if "TrainingJobName" in call.request else "Transform"
        name = call.request[_NAMED_BY[call.operation]]
        try:
            described = getattr(self._client, f"describe_{kind.lower()}_job")(**{f"{kind}JobName": name})
        except (BotoCoreError, ClientError):
            return ""
        return str(described[f"{kind}JobStatus"])


def _is(tasks: dict[tuple[str, str], Task], run: str, step: str, state: str) -> bool:
    task = tasks.get((run, step))
    return task is not None and task.state == state


def _until(reached: Callable[[], bool], seconds: float = _SECONDS_TO_TRY) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := reached()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done
