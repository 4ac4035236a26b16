"""Which Airflow is too old, in one sentence.

What an older Airflow lacks would else be told as an import error of its own in every DAG file, none of which says why.
"""

from __future__ import annotations

import re

OLDEST = (3, 2, 1)


class AirflowTooOldError(ImportError):
    """This Airflow lacks what the DAGs are made of."""


def check_airflow(version: str) -> None:
    """Refuse an Airflow that is too old.

    :param version: as ``airflow.__version__`` has it; what comes before a release counts as the release.
    :raises AirflowTooOldError: it is older than :data:`OLDEST`.
    """
    if tuple(map(int, re.findall(r"\d+", version)[:3])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise AirflowTooOldError(
            f"This is Airflow {version}, and these DAGs need {oldest} or later. Upgrade Airflow; on Amazon MWAA make "
            "an environment of version 3.3.1."
        )
