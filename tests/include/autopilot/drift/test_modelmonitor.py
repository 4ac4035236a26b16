from __future__ import annotations

import json

import pytest

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.modelmonitor import constraints_of, profile_of_statistics, statistics_of
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import MOST_CATEGORIES, profile_of

SCHEMA = Schema(("y", "count", "empty", "colour", "none"), "y", ("y", "count", "empty"), ())
ROWS = ["1.5,3,,red,", "-2.5,7,,red,", "0.5,,,blue,"]


def toy() -> Profile:
    return profile_of(((str(number), row) for number, row in enumerate(ROWS)), SCHEMA)


def test_statistics_have_model_monitors_names() -> None:
    content = statistics_of(toy())
    assert content["version"] == 0
    assert content["dataset"] == {"item_count": 3, "sample_count": 3}
    y, count, empty, colour, none = content["features"]
    kll = y["numerical_statistics"]["distribution"].pop("kll")
    assert y == {
        "name": "y",
        "inferred_type": "Fractional",
        "numerical_statistics": {
            "common": {"num_present": 3, "num_missing": 0},
            "mean": pytest.approx(-1 / 6),
            "sum": pytest.approx(-0.5),
            "std_dev": pytest.approx((35 / 12 - 1 / 36) ** 0.5),
            "min": -2.5,
            "max": 1.5,
            "distribution": {},
        },
    }
    assert kll["sketch"] == {"parameters": {"c": 0.64, "k": 2048}, "data": [[-2.5, 0.5, 1.5]]}
    assert (count["inferred_type"], count["numerical_statistics"]["common"]["num_missing"]) == ("Integral", 1)
    assert empty == {
        "name": "empty",
        "inferred_type": "Unknown",
        "numerical_statistics": {"common": {"num_present": 0, "num_missing": 3}},
    }
    assert colour == {
        "name": "colour",
        "inferred_type": "String",
        "string_statistics": {
            "common": {"num_present": 3, "num_missing": 0},
            "distinct_count": 2,
            "distribution": {"categorical": {"buckets": [{"value": "blue", "count": 1}, {"value": "red", "count": 2}]}},
        },
    }
    assert (none["inferred_type"], none["string_statistics"]["distinct_count"]) == ("Unknown", 0)


def test_buckets_are_ten_of_equal_width() -> None:
    schema = Schema(("y",), "y", ("y",), ())
    rows = [(str(number), str(number / 10)) for number in range(101)]
    [feature] = statistics_of(profile_of(rows, schema))["features"]
    buckets = feature["numerical_statistics"]["distribution"]["kll"]["buckets"]
    assert [bucket["lower_bound"] for bucket in buckets] == pytest.approx(list(range(10)))
    assert [bucket["upper_bound"] for bucket in buckets] == pytest.approx(list(range(1, 11)))
    # Values on an edge may fall to either side of its rounding; the last bucket has its upper end.
    assert sum(bucket["count"] for bucket in buckets) == 101
    assert all(9 <= bucket["count"] <= 12 for bucket in buckets)


@pytest.mark.parametrize("cell", ["7", "1.7e308"])
def test_a_constant_is_in_the_last_bucket(cell: str) -> None:
    [feature] = statistics_of(profile_of([("1", cell), ("2", cell)], Schema(("y",), "y", ("y",), ())))["features"]
    counts = [bucket["count"] for bucket in feature["numerical_statistics"]["distribution"]["kll"]["buckets"]]
    assert counts == [0] * 9 + [2]


def test_the_widest_range_has_finite_buckets() -> None:
    profile = profile_of([("1", "-1.7e308"), ("2", "1.7e308")], Schema(("y",), "y", ("y",), ()))
    json.dumps(statistics_of(profile), allow_nan=False)


def test_constraints_have_model_monitors_names() -> None:
    content = constraints_of(toy())
    y, count, empty, colour, none = content["features"]
    assert y == {
        "name": "y",
        "inferred_type": "Fractional",
        "completeness": 1.0,
        "num_constraints": {"is_non_negative": False},
    }
    assert count["num_constraints"] == {"is_non_negative": True}
    assert count["completeness"] == pytest.approx(2 / 3)
    assert colour["string_constraints"] == {"domains": ["blue", "red"]}
    assert set(empty) == set(none) == {"name", "inferred_type", "completeness"}
    assert content["monitoring_config"]["distribution_constraints"]["perform_comparison"] == "Enabled"


def test_statistics_say_everything_a_comparison_needs() -> None:
    schema = Schema((*SCHEMA.columns, "text"), "y", SCHEMA.numeric, ())
    many = [(str(n), f"{n / 7},{n},,{n % 3},,text {n}") for n in range(MOST_CATEGORIES + 1)]
    for profile in (toy(), profile_of(many, schema), profile_of([], SCHEMA)):
        stored = json.loads(json.dumps(statistics_of(profile), allow_nan=False))
        again = profile_of_statistics(stored)
        assert statistics_of(again) == stored
        assert [column.kind for column in again.columns] == [column.kind for column in profile.columns]
