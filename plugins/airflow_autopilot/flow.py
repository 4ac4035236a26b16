"""The one way from a DAG into the domain: a function of it as a task, or as an operator's ``config``.

The function is named by a text, so that reading a DAG file loads nothing of it. The names of its parameters say what it
gets: what earlier tasks returned, as the DAG gives it, and besides what :class:`Offer` has. A refusal by the domain
fails the task at once: the same drop will not be better in five minutes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from importlib import import_module
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

FLOWS = "include.autopilot.flows"


def flow(function: str | Callable[..., Any], second: bool = False) -> Callable[..., Any]:
    """Make a function one that Airflow can call.

    :param function: by its name in ``include.autopilot.flows``, e.g. ``retrain.guard``; or one of this package.
    :param second: whether its plan is that of the run's second challenger; without one it is not called, and gives
        None.
    """

    def call(**given: Any) -> Any:
        with _refused_at_once():
            offer = Offer(second)
            if second and offer.plan is None:
                return None
            found = resolve(function)
            returned = found(**arguments(found, given, offer))
            # For OpenLineage, whose provider asks when the task has ended; looked up only then.
            vars(call)["datasets"] = partial(datasets, call.__name__, {**given, "returned": returned}, offer)
            return returned

    call.__module__, call.__name__ = place_of(function)
    call.__qualname__ = call.__name__
    call.__doc__ = None if isinstance(function, str) else function.__doc__
    return call


def place_of(function: str | Callable[..., Any]) -> tuple[str, str]:
    """Give a function's module and name."""
    if not isinstance(function, str):
        return function.__module__, function.__name__
    module, _, name = function.rpartition(".")
    return f"{FLOWS}.{module}", name


def resolve(function: str | Callable[..., Any]) -> Callable[..., Any]:
    """Give the function itself."""
    if not isinstance(function, str):
        return function
    module, name = place_of(function)
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def arguments(function: Callable[..., Any], given: Mapping[str, Any], offer: Any) -> dict[str, Any]:
    """Give what a function asks for: from what is given, else from the offer, else its own default.

    :param given: may hold more, such as Airflow's context.
    """
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in given:
            found[name] = given[name]
        elif name in OFFERED:
            found[name] = getattr(offer, name)
        elif parameter.default is inspect.Parameter.empty:
            raise TypeError(f"{function.__qualname__} asks for {name!r}, which nobody gives.")
    return found


def datasets(step: str, given: Mapping[str, Any], offer: Any) -> Any:
    """Give what a step read and made.

    :param given: what it was given, and as ``returned`` what it returned.
    """
    from include.autopilot.flows.openlineage import STEPS

    told = STEPS.get(step)
    return told(**arguments(told, given, offer)) if told else ([], [])


class Offer:
    """What a function may ask for by name. Each is made when it is asked for, and once per call.

    :param second: whether the plan is that of the run's second challenger, None without one.
    """

    def __init__(self, second: bool = False) -> None:
        self._second = second

    @cached_property
    def config(self) -> Any:
        """The model's settings.

        :raises ConfigError: its file is gone or cannot be used (any more).
        """
        from include.autopilot.settings.config import find_model

        # Every DAG is one model's and is called <model>_<what it does>.
        return find_model(self._context["dag"].dag_id.rpartition("_")[0])

    @cached_property
    def s3(self) -> Any:
        """A client that encrypts what it writes as the model's YAML says."""
        from include.autopilot.s3.encryption import encrypting

        return encrypting(_client("s3"), self.config.encryption, self.config.name)

    @cached_property
    def sagemaker(self) -> Any:
        """A client."""
        return _client("sagemaker")

    @cached_property
    def run(self) -> dict[str, Any]:
        """What the DAG's first task returned: it has opened the run."""
        (first,) = self._context["dag"].roots
        found: dict[str, Any] = self._context["ti"].xcom_pull(task_ids=first.task_id)
        return found

    @cached_property
    def key(self) -> str:
        """The run's name in S3."""
        return str(self.run["key"])

    @cached_property
    def cutoff(self) -> datetime:
        """The instant up to which the run sees data."""
        return datetime.fromisoformat(self.run["cutoff"])

    @cached_property
    def at(self) -> str:
        """The instant for which Airflow started this run: the only time that the ledger knows."""
        from include.autopilot.base.cutoff import as_utc

        return as_utc(self._context["dag_run"].run_after).isoformat()

    @cached_property
    def plan(self) -> Any:
        """The plan of a retraining."""
        from include.autopilot.drops.plan import load_plan
        from include.autopilot.drops.secondchallenger import second_plan

        plan = load_plan(self.s3, self.run["plan"])
        return second_plan(self.s3, plan) if self._second else plan

    @cached_property
    def template(self) -> Any:
        """The template that the plan names."""
        from include.autopilot.template.published import load_template

        return load_template(self.s3, self.plan.locations, self.plan.template)

    @cached_property
    def score_plan(self) -> Any:
        """The plan of a scoring."""
        from include.autopilot.scoring.plan import load_score_plan

        return load_score_plan(self.s3, self.run["plan"])

    @cached_property
    def jobs(self) -> list[dict[str, Any]]:
        """What the operators of this run returned of their jobs so far, each with its ``step``."""
        from airflow_sagemaker_once.owned_job import OwnedJob

        steps = [task.task_id for task in self._context["dag"].tasks if issubclass(_kind_of(task), OwnedJob)]
        return [{"step": step, **job} for step in steps for job in self._returned(step)]

    @cached_property
    def _context(self) -> Any:
        return get_current_context()

    def _returned(self, step: str) -> Iterator[dict[str, Any]]:
        def several(ended: Any) -> Iterator[dict[str, Any]]:
            if isinstance(ended, dict):
                yield ended
            elif ended is not None:
                for one in ended:
                    yield from several(one)

        return several(self._context["ti"].xcom_pull(task_ids=step))


OFFERED = frozenset(name for name in vars(Offer) if not name.startswith("_"))


@contextmanager
def _refused_at_once() -> Iterator[None]:
    from include.autopilot.base.errors import AutopilotError
    from include.autopilot.base.masking import masked

    try:
        yield
    except AutopilotError as refusal:
        said = masked(str(refusal))
        # Airflow logs the cause too, which would say it unmasked.
        raise AirflowFailException(said) from (refusal if said == str(refusal) else None)


def _client(service: str) -> Any:
    from airflow_sagemaker_once.clients import CONNECTION, connect

    return connect(CONNECTION, None, service)


def _kind_of(task: Any) -> type:
    """Give a task's operator, also of a mapped one."""
    found: type = getattr(task, "operator_class", type(task))
    return found
