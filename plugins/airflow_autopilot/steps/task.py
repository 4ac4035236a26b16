"""What every task of ours that is no SageMaker job needs: its clients, its model, and refusals that are not retried."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from airflow.sdk.exceptions import AirflowFailException

P = ParamSpec("P")
R = TypeVar("R")


def refused_at_once(step: Callable[P, R]) -> Callable[P, R]:
    """Let a refusal by the domain fail the task without retries: the same drop will not be better in five minutes."""

    @wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from include.autopilot.errors import AutopilotError

        try:
            return step(*args, **kwargs)
        except AutopilotError as refusal:
            raise AirflowFailException(str(refusal)) from refusal

    return run


def model_of(name: str) -> Any:
    """Return the configuration of the model with this name."""
    from include.autopilot.config import load_models

    return next(model for model in load_models() if model.name == name)


def client(service: str) -> Any:
    """Return a client over the one connection that decides where a run goes."""
    from airflow_autopilot.clients import CONNECTION, connect

    return connect(CONNECTION, None, service)
