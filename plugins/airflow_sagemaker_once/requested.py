"""A request that a function makes when its task runs: no task before it, and no request in XCom or rendered fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException


class Requested:
    """Stands in an operator's templated field for a function that is not to be called while Airflow renders."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, context: Any = None, jinja_env: Any = None) -> Requested:  # noqa: ARG002 - Airflow passes them
        """Stay what it is: from Airflow 3.3 on, rendering calls whatever is callable."""
        return self

    def serialize(self) -> str:
        """Give what stands in the stored DAG and among the rendered fields: the same in every process."""
        return f"<request of {name_of(self.function)}>"


def requested(config: Any) -> Any:
    """Keep a function from being called by Airflow; anything else is a request or a template, and stays."""
    return Requested(config) if callable(config) and not isinstance(config, Requested) else config


def made(config: Any, arguments: Mapping[str, Any]) -> Any:
    """Give the request: what the function makes of its arguments, or the config itself where it is no function.

    :raises AirflowSkipException: the function says, by None, that there is nothing to ask for.
    """
    if not isinstance(config, Requested):
        return config
    found = config.function(**arguments)
    if found is None:
        raise AirflowSkipException(
            f"{name_of(config.function)} gives no request: this run has nothing to ask for here."
        )
    return found


def name_of(function: Callable[..., Any]) -> str:
    """Give a function's module and name; of an object that can be called its class's."""
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"
