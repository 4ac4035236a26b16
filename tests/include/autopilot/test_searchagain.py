"""A search repeated by a run; tests/dags/test_ensemble.py runs it whole."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from include.autopilot.errors import CandidateError, RunError
from include.autopilot.searchagain import check_rows, found_model_request


def planned(training: int, validation: int, path: str = "search_again") -> Any:
    return SimpleNamespace(training_rows=training, validation_rows=validation, path=path, model="toy")


def test_autopilot_takes_no_fewer_than_500_rows() -> None:
    check_rows(planned(400, 100))
    check_rows(planned(10, 2, path="reuse"))
    with pytest.raises(RunError) as caught:
        check_rows(planned(400, 99))
    assert str(caught.value) == (
        "The drops in scope leave 499 rows to search on; Autopilot needs 500. Take more drops (scope full, a later "
        "cutoff), or deliver more rows."
    )


def test_a_search_that_suddenly_leaves_steps_is_not_mistaken_for_an_ensemble() -> None:
    found: Any = SimpleNamespace(parts=object(), automl_job="toy-1")
    template: Any = None
    with pytest.raises(CandidateError, match="The search toy-1 left steps to replay, unlike the one it repeats"):
        found_model_request(template, planned(400, 100), found)
