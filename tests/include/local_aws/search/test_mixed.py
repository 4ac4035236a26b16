"""A search on a table with every kind of column: the winner has learnt from each, and says what it cannot read."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from tests.include.local_aws.jobs import Clients, log_lines
from tests.include.local_aws.search.searches import Searched, predictions
from tests.support import mixedtable

pytestmark = pytest.mark.whole

ROWS = mixedtable.rows(900)
NEW = mixedtable.rows(200, seed=1, begin=datetime(2022, 5, 1, tzinfo=UTC))
TARGET = np.array([float(row[mixedtable.TARGET]) for row in NEW])


@pytest.fixture(scope="module")
def searched(clients: Clients) -> Searched:
    given = {"ProblemType": "Regression", "AutoMLJobObjective": {"MetricName": "MSE"}}
    data = mixedtable.as_csv(ROWS, mixedtable.KEY)
    return Searched(clients, data, 3, target=mixedtable.TARGET, **given)


def error(clients: Clients, searched: Searched, rows: list[dict[str, str]]) -> float:
    body = mixedtable.as_csv(rows, mixedtable.KEY, mixedtable.TARGET).partition(b"\n")[2]
    found = predictions(clients, searched.bucket, searched.best["InferenceContainers"], body)
    return float(np.sqrt(np.mean((np.array(found, dtype=float) - TARGET) ** 2)))


def permuted(column: str) -> list[dict[str, str]]:
    order = np.random.default_rng(0).permutation(len(NEW))
    return [{**row, column: NEW[other][column]} for row, other in zip(NEW, order, strict=True)]


def test_it_explains_the_target_and_each_kind_carries_its_share(clients: Clients, searched: Searched) -> None:
    whole = error(clients, searched, NEW)
    assert whole < 0.6 * TARGET.std()
    for column in ("opened", "due", "born", "signed", "price", "fee", "balance", "agreed", "city", "note", "review"):
        assert error(clients, searched, permuted(column)) > whole, column
    # The day of the week of one column of dates makes six units of the target.
    assert error(clients, searched, permuted("opened")) > 1.2 * whole


def test_what_does_not_fit_is_in_the_log_of_the_job(clients: Clients, searched: Searched) -> None:
    odd = [{**row, "due": "31.01.2024", "plan": "never seen"} for row in NEW[:3]]
    body = mixedtable.as_csv(odd, mixedtable.KEY, mixedtable.TARGET).partition(b"\n")[2]
    assert len(predictions(clients, searched.bucket, searched.best["InferenceContainers"], body)) == 3
    last = clients.sagemaker.list_transform_jobs(SortBy="CreationTime", SortOrder="Descending", MaxResults=1)
    told = "\n".join(log_lines(clients.logs, "Transform", last["TransformJobSummaries"][0]["TransformJobName"]))
    assert "'due': 3 of 3 values are not month/day/year and count as missing; the first is '31.01.2024'" in told
    assert "'plan': 3 of 3 values were not seen when this was fitted" in told
