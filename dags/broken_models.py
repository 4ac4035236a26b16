"""Tells of the files in include/models/ that cannot be used, as an import error in Airflow; it has no DAG of its own.

Their DAGs are left out of the other files; Airflow marks every DAG of a file with an import error as stale. Of a file
that raises, an import error shows the traceback first; of a DAG that is not valid, only what its check says.
"""

from __future__ import annotations

from airflow.sdk import DAG

from include.autopilot.base.errors import ConfigError
from include.autopilot.settings.config import broken_models

_broken = broken_models()


class _NoDag(DAG):
    """A DAG that Airflow refuses, so that it is never stored and never runs."""

    def validate(self) -> None:
        raise ConfigError("\n".join(str(error) for error in _broken))


if _broken:
    no_dag = _NoDag("broken_models", schedule=None)
