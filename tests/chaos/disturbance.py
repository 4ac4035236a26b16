"""Does to every run what its scenario says, at the moment it says."""

from __future__ import annotations

import re
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from tests.chaos import scenario as scenarios
from tests.chaos.airflow_state import AirflowState, Task
from tests.chaos.cluster import Cluster
from tests.chaos.scenario import Scenario
from tests.chaos.tap import Call

_JOB = re.compile(r"chaos-(?P<step>[a-z]+)-(?P<run>s\d+)")
_NAMED_BY = {
    "CreateTrainingJob": "TrainingJobName",
    "CreateHyperParameterTuningJob": "HyperParameterTuningJobName",
    "CreateModel": "ModelName",
    "CreateTransformJob": "TransformJobName",
    "DescribeTrainingJob": "TrainingJobName",
    "DescribeHyperParameterTuningJob": "HyperParameterTuningJobName",
    "DescribeTransformJob": "TransformJobName",
    "DescribeLogStreams": "logStreamNamePrefix",
}
_AT_THE_END = (scenarios.ENDED, scenarios.FINISHING)
# A worker is there at its moment or not; another victim may be down at first; a job and its task come back slowly.
_SECONDS_TO_KILL, _SECONDS_TO_TRY, _SECONDS_TO_WAIT = 5.0, 60.0, 600.0
# A scheduler that had read a run before a person marked it has written its state by then.
_SECONDS_TO_KEEP = 5.0


class Disturbance:
    """Listens at the tap and looks at Airflow; strikes once per scenario.

    :param client: boto3 SageMaker client that does not go through the tap.
    """

    def __init__(self, cluster: Cluster, state: AirflowState, client: Any) -> None:
        self._cluster, self._state, self._client = cluster, state, client
        self._pending: dict[str, Scenario] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(64, "disturbance")
        self._resting = threading.Event()
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

    def is_under_way(self, run: str) -> bool:
        """Whether the run's moment has come and it is not yet known whether anything was done."""
        return run not in self._pending and run not in self.over

    def rest(self) -> None:
        """Do nothing more; returns once what is under way has been given up or done."""
        with self._lock:
            self._pending.clear()
        self._resting.set()
        self._threads.shutdown(wait=True)

    def look(self, tasks: dict[tuple[str, str], Task]) -> None:
        """Take the moments that only Airflow's database shows; called often."""
        for one in list(self._pending.values()):
            if one.moment != scenarios.BETWEEN or not _is(tasks, one.run, one.step, "success"):
                continue
            following = one.steps[one.steps.index(one.step) + 1]
            # Between two tasks there is no worker to kill; the soonest is when the next one begins.
            if one.victim != "worker" or _is(tasks, one.run, following, "running"):
                self._take(one, following)

    def _before(self, call: Call) -> bool:
        created = call.operation.startswith("Create")
        if created and (one := self._at(call, scenarios.BEFORE)):
            self._strike(one, one.step)
            # What the process has not sent before its death must not arrive after it.
            return not (one.victim == "worker" and one.how in ("task", "both"))
        if call.operation == "DescribeLogStreams":
            one = self._at(call, scenarios.FINISHING)
        else:
            one = self._at(call, *_AT_THE_END, where=lambda one: _learns_the_end(one) and self._has_ended(call))
        if one:
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
        elif one := self._at(call, scenarios.ENDED, where=lambda one: one.victim != "worker"):
            self._soon(self._strike_when_ended, one, call)
        elif one := self._at(call, *scenarios.DEEDS):
            self._soon(self._act, one)

    def _at(self, call: Call, *moments: str, where: Callable[[Scenario], bool] = lambda _one: True) -> Scenario | None:
        """Take the scenario whose moment this call is; nobody else gets it then."""
        named = _JOB.match(str(call.request.get(_NAMED_BY.get(call.operation, ""), "")))
        one = self._pending.get(named["run"]) if named else None
        if named is None or one is None or one.moment not in moments or one.step != named["step"] or not where(one):
            return None
        with self._lock:
            return self._pending.pop(one.run, None)

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
            finally:
                self.over.add(one.run)

        self._threads.submit(done)

    def _strike_later(self, one: Scenario) -> None:
        time.sleep(one.delay)
        self._strike(one, one.step)

    def _strike_when_ended(self, one: Scenario, call: Call) -> None:
        self._until(lambda: self._has_ended(call))
        self._strike(one, one.step)

    def _strike(self, one: Scenario, step: str) -> None:
        try:
            if one.victim == "worker":
                struck = self._until(lambda: self._kill_worker(one, step), _SECONDS_TO_KILL)
            else:
                # Down already: this scenario waits for its turn.
                struck = self._until(lambda: self._cluster.kill(one.victim, one.how == "whole", one.pause))
            if struck:
                self.done[one.run] = f"{one.victim} killed ({one.how})"
        finally:
            self.over.add(one.run)

    def _kill_worker(self, one: Scenario, step: str) -> bool:
        task = self._state.tasks().get((one.run, step))
        return bool(task and task.state == "running" and task.pid and self._cluster.kill_task(task.pid, one.how))

    def _act(self, one: Scenario) -> None:
        time.sleep(one.delay)
        # Another scenario's kill may have taken the job or the worker: then there is nothing to stop or nobody who can.
        if not self._until(lambda: self._is_waiting(one), _SECONDS_TO_WAIT):
            return
        if one.moment == scenarios.CLEAR:
            self._state.clear(one.dag, one.run, one.step)
        elif one.moment == scenarios.FAIL_TASK:
            self._state.fail_task(one.dag, one.run, one.step)
        else:
            self._fail_run(one)
            return
        self.done[one.run] = f"a person {one.moment}"

    def _fail_run(self, one: Scenario) -> None:
        """Fail a run and look whether Airflow keeps it so.

        Airflow marks the run and its tasks. A scheduler that has read the run before and its tasks after takes it for
        a success, because the last task is skipped, and writes that over the mark. SQLite cannot lock the row against
        it; there a person sees it and marks the run again. With any other database it counts as a wrong end.
        """
        self._state.fail_run(one.dag, one.run)
        lost = not self._state.locks_rows and self._until(
            lambda: self._state.runs()[one.run] == "success", _SECONDS_TO_KEEP
        )
        if lost:
            self._state.fail_run(one.dag, one.run)
        self.done[one.run] = f"a person {one.moment}{' twice: Airflow lost the first mark' if lost else ''}"

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

    def _until(self, reached: Callable[[], bool], seconds: float = _SECONDS_TO_TRY) -> bool:
        deadline = time.monotonic() + seconds
        while not (done := reached()) and time.monotonic() < deadline and not self._resting.is_set():
            time.sleep(0.05)
        return done

    def _has_ended(self, call: Call) -> bool:
        """Whether the job that the call names exists and has ended; nobody knows while the embedded AWS is down."""
        member = _NAMED_BY[call.operation]
        kind = member.removesuffix("Name")
        try:
            described = getattr(self._client, xform_name(f"Describe{kind}"))(**{member: call.request[member]})
        except (BotoCoreError, ClientError):
            return False
        return str(described[f"{kind}Status"]) != "InProgress"


def _learns_the_end(one: Scenario) -> bool:
    """Whether the moment is where a task learns that its job has ended.

    A worker is held there; it would be gone before it could be found. And a tuning job has no log to finish with.
    """
    return one.victim == "worker" if one.moment == scenarios.ENDED else one.step == scenarios.TUNE


def _is(tasks: dict[tuple[str, str], Task], run: str, step: str, state: str) -> bool:
    task = tasks.get((run, step))
    return task is not None and task.state == state
