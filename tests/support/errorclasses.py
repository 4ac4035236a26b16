"""Every class of error that is ours and that a user can meet."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

PACKAGES = ("include.autopilot", "airflow_autopilot", "airflow_sagemaker_once", "include.bace", "scripts")
# The embedded AWS answers as AWS does; these three are what its start can end with.
MODULES = ("include.local_aws.process", "include.local_aws.server", "include.local_aws.hosts")


def error_classes() -> set[str]:
    """Give the names of all public exceptions that are defined in the packages."""
    return {name for module in _modules() for name in errors_of(module)}


def errors_of(module: str) -> set[str]:
    """Give the names of the public exceptions that a module defines itself."""
    return {
        name
        for name, kind in vars(import_module(module)).items()
        if inspect.isclass(kind)
        and issubclass(kind, BaseException)
        and kind.__module__ == module
        and not name.startswith("_")
    }


def _modules() -> Iterator[str]:
    yield from MODULES
    for package in PACKAGES:
        for found in walk_packages(import_module(package).__path__, f"{package}."):
            if not found.name.endswith(".__main__"):
                yield found.name
