"""Runs a tuning job: asks the strategy, makes children, waits for them, and stops when there is reason to."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from include.local_aws.errors import AwsError
from include.local_aws.store import Resource, Store
from include.local_aws.tuning import outcomes, warmstart
from include.local_aws.tuning.definitions import child_name
from include.local_aws.tuning.settings import Settings
from include.local_aws.tuning.strategies import Proposal, Study

Json = dict[str, Any]

# AWS gives up a tuning job whose first children all fail.
ATTEMPTS = 5
_SEE = (
    "For additional details, please take a look at the training job failures by listing training jobs for the "
    "hyperparameter tuning job."
)
_POLL_SECONDS = 0.05
_FOLLOW_SECONDS = 1.0
# What becomes of children that were stopped; the endpoint gives containers ten seconds, and some more to upload.
_STOP_SECONDS = 60


class Api(Protocol):
    """SageMaker, with the same checks and effects as over HTTP."""

    def call(self, operation: str, request: Json, computed: Json | None = None) -> Json:
        """Call an operation; ``computed`` are further Describe members of what it creates."""


class TuningFailed(Exception):
    """The tuning job ended without an answer; the message is its FailureReason."""


class _Enough(Exception):
    """There is no reason, or no time, to go on."""


@dataclass
class _Child:
    proposal: Proposal
    resource: Resource
    pruned: bool = False
    reported: int = 0


class Tuning:
    """One tuning job while it runs.

    Results are told to the strategy in the order of the children's numbers, whichever ends first: the same job with the
    same seed tries the same.
    """

    def __init__(self, tuning: Resource, store: Store, api: Api, stopping: Callable[[], bool]) -> None:
        self._tuning = tuning
        self._store = store
        self._api = api
        self._stopping = stopping
        self._settings = Settings.read(tuning.request)
        self._study = Study(self._settings)
        self._started = time.monotonic()
        self._followed = self._started
        self._pending: deque[_Child] = deque()
        self._children: dict[str, Resource] = {}
        self._running: set[str] = set()
        self._parents: list[Mapping[str, Any]] = []

    def run(self) -> None:
        """Run to the end; return when it is done or was stopped.

        :raises TuningFailed: no child has found anything; says why.
        """
        try:
            self._begin()
            while self._may_start() or self._pending:
                while self._may_start():
                    if not self._start():
                        break
                if not self._pending:
                    break
                self._wait(self._pending[0])
                self._tell(self._pending.popleft())
        except _Enough:
            pass
        finally:
            self._stop_children()
        if not self._stopping() and outcomes.best_of(list(self._children.values())) is None:
            raise TuningFailed(self._why_nothing())

    def _begin(self) -> None:
        for given in self._tuning.computed.get("_Starts", []):
            found = [one for one in self._settings.definitions if one.name == given["DefinitionName"]]
            self._study.begin_with(found[0], given["HyperParameters"])
        parents = warmstart.parents_of(self._store, self._tuning.region, self._tuning.request)
        self._parents = warmstart.overall(self._tuning.request, parents)
        warmstart.begin(self._store, self._study, self._settings.definitions[0], self._tuning, parents)

    def _may_start(self) -> bool:
        settings = self._settings
        return len(self._children) < settings.jobs and len(self._pending) < settings.parallel

    def _start(self) -> bool:
        """Make the next child; answers whether there was anything left to try."""
        self._check()
        proposal = self._study.ask()
        if proposal is None:
            return False
        name, definition = child_name(self._tuning.name, len(self._children) + 1), proposal.definition
        request = definition.training(name, proposal.tuned)
        tags = self._store.tags(self._tuning.arn)
        if tags:
            request["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        members = {
            "TuningJobArn": self._tuning.arn,
            outcomes.OBJECTIVE: {"Type": definition.kind, "MetricName": definition.metric},
            outcomes.TUNED: proposal.tuned,
            outcomes.DEFINITION: definition.name,
            outcomes.FOLLOWED: self._settings.follows or None,
            **self._tuning.computed.get("_Children", {}),
        }
        try:
            self._api.call("CreateTrainingJob", request, members)
        except AwsError as error:
            raise TuningFailed(f"One or more training jobs failed with ValidationError: {error} {_SEE}") from error
        resource = self._find(name)
        self._pending.append(_Child(proposal, resource))
        self._running.add(name)
        self._note(resource)
        self._publish()
        return True

    def _wait(self, child: _Child) -> None:
        while child.resource.name in self._running:
            self._check()
            time.sleep(_POLL_SECONDS)
            self._look()
            if self._settings.follows and time.monotonic() - self._followed > _FOLLOW_SECONDS:
                self._follow()

    def _look(self) -> None:
        """Note which children have ended."""
        region, status = self._tuning.region, self._store.status
        ended = [name for name in self._running if status(region, outcomes.CHILDREN, name) in outcomes.ENDED]
        for name in ended:
            self._running.discard(name)
            self._note(self._find(name))
        if ended:
            self._publish()

    def _follow(self) -> None:
        """Stop the children that are not worth their time."""
        self._followed = time.monotonic()
        for child in self._pending:
            name = child.resource.name
            if child.pruned or name not in self._running:
                continue
            values = self._find(name).computed.get(outcomes.SERIES, [])
            child.pruned = self._study.hopeless(child.proposal, values, child.reported)
            child.reported = max(child.reported, len(values))
            if child.pruned:
                self._store.change(
                    self._tuning.region, outcomes.CHILDREN, name, lambda found: found.with_(**{outcomes.PRUNED: True})
                )
                self._stop(name)

    def _tell(self, child: _Child) -> None:
        resource = self._children[child.resource.name]
        values = resource.computed.get(outcomes.SERIES, [])
        if not child.pruned and len(values) > child.reported:
            self._study.hopeless(child.proposal, values, child.reported)  # the others are compared with all of it
        self._study.tell(child.proposal, outcomes.value_of(resource), pruned=child.pruned)
        self._check_results()

    def _check_results(self) -> None:
        """End the search where the results that were told say so."""
        settings = self._settings
        waiting = {child.resource.name for child in self._pending}
        told = [one for name, one in self._children.items() if name not in waiting]
        best = outcomes.best_of(told)
        if best is None:
            if len(told) >= ATTEMPTS:
                raise _Enough
            return
        value = outcomes.value_of(best)
        if settings.target is not None and value is not None and not settings.better(settings.target, value):
            raise _Enough
        if settings.patience is not None and outcomes.not_improving(told) >= settings.patience:
            raise _Enough

    def _check(self) -> None:
        if self._stopping():
            raise _Enough
        limit = self._settings.seconds
        if limit is not None and time.monotonic() - self._started > limit:
            raise _Enough

    def _why_nothing(self) -> str:
        ended = list(self._children.values())
        if any(one.status == "Completed" for one in ended):
            return (
                f"No objective metrics found after running {len(ended)} training jobs. Please ensure that the custom "
                "algorithm is emitting the objective metric as defined by the regular expression provided."
            )
        return f"No training job succeeded after {min(len(ended), ATTEMPTS)} attempts. {_SEE}"

    def _stop_children(self) -> None:
        """Stop what still runs and wait for it to end."""
        deadline = time.monotonic() + _STOP_SECONDS
        for name in list(self._running):
            self._stop(name)
        while self._running and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            self._look()

    def _stop(self, name: str) -> None:
        try:
            self._api.call("StopTrainingJob", {"TrainingJobName": name})
        except AwsError:
            return  # it ended in the meantime

    def _find(self, name: str) -> Resource:
        found = self._store.get(self._tuning.region, outcomes.CHILDREN, name)
        if found is None:
            raise TuningFailed(f"The training job {name} is gone.")
        return found

    def _note(self, child: Resource) -> None:
        self._children[child.name] = child

    def _publish(self) -> None:
        told = outcomes.told(list(self._children.values()), self._parents)
        told["ConsumedResources"] = {"RuntimeInSeconds": int(time.monotonic() - self._started)}
        self._store.change(self._tuning.region, self._tuning.kind, self._tuning.name, lambda found: found.with_(**told))
