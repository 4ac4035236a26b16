"""An Airflow that is too old says so, and once."""

from __future__ import annotations

import pytest

from airflow_autopilot.airflow_version import AirflowTooOldError, check_airflow


@pytest.mark.parametrize("version", ["2.11.0", "3.0.6", "3.1.8", "3.2.0", "3.2.0rc1"])
def test_what_is_older_is_refused_in_one_sentence_that_names_both(version: str) -> None:
    with pytest.raises(AirflowTooOldError, match=rf"^This is Airflow {version}, and these DAGs need 3\.2\.1 or later"):
        check_airflow(version)


@pytest.mark.parametrize("version", ["3.2.1", "3.2.1+local", "3.3.0b1", "3.3.2", "3.10.0.dev0", "4.0.0"])
def test_what_is_newer_is_taken(version: str) -> None:
    check_airflow(version)
