"""A profile as the files of SageMaker Model Monitor, and back.

``statistics.json`` and ``constraints.json`` have the documented schemas ("Schema for Statistics" and "Schema for
Constraints" in the SageMaker developer guide). Model Monitor computes them with Deequ; as there, buckets are ten of
equal width between minimum and maximum, closed below, the last one on both sides, and the standard deviation is the
population's. ``sketch.data`` is the one level of a KLL sketch that never had to compact. Of a table with more rows it
is a sample, in which every value weighs the same: shares and quantiles read from it are right, counts are not.

``dataset.sample_count`` and ``compared_as`` are ours; every other name is Model Monitor's. ``compared_as`` says of a
column of texts that its cells are compared as amounts, and how they are written; without it they are compared as texts.
AWS does not document what its own container writes for a column without values, or for a text with very many: what is
not defined is left out here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from include.autopilot.drift.moments import Floats
from include.autopilot.drift.profile import ColumnProfile, Numbers, Profile
from include.autopilot.drift.reading import Reading
from include.autopilot.drift.sample import SIZE

_BUCKETS = 10
# Deequ's shrinking factor of a KLL sketch. Ours never shrinks; readers expect the parameter.
_SHRINKING_FACTOR = 0.64
# The documented defaults of Model Monitor, for whoever schedules it. Our own thresholds are those of DriftConfig.
_MONITORING = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 0.1,
    "domain_content_threshold": 0.1,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": "Robust",
        "categorical_comparison_threshold": 0.1,
        "categorical_drift_method": "LInfinity",
    },
}


def statistics_of(profile: Profile) -> dict[str, Any]:
    """Return the content of ``statistics.json``."""
    return {
        "version": 0,
        "dataset": {"item_count": profile.rows, "sample_count": profile.sampled},
        "features": [_feature(column) for column in profile.columns],
    }


def constraints_of(profile: Profile) -> dict[str, Any]:
    """Return the content of ``constraints.json``: completeness, sign and known values of each column."""
    return {
        "version": 0,
        "features": [_constraint(column) for column in profile.columns],
        "monitoring_config": _MONITORING,
    }


def profile_of_statistics(statistics: dict[str, Any]) -> Profile:
    """Return the profile that ``statistics.json`` was made from."""
    dataset = statistics["dataset"]
    columns = tuple(_column(feature) for feature in statistics["features"])
    return Profile(dataset["item_count"], dataset["sample_count"], columns)


def _feature(column: ColumnProfile) -> dict[str, Any]:
    common = {"num_present": column.present, "num_missing": column.missing}
    feature = {"name": column.name, "inferred_type": _inferred_type(column)}
    if column.numbers is not None and column.reading is None:
        return feature | {"numerical_statistics": {"common": common} | _numbers(column.numbers)}
    strings: dict[str, Any] = {"common": common}
    if column.numbers is not None and column.reading is not None:
        counts = {"read": column.read, "unread": column.unread, "foreign": column.foreign}
        stated = {"kind": "amount", **asdict(column.reading), **counts, **_numbers(column.numbers)}
        return feature | {"string_statistics": strings, "compared_as": stated}
    if column.categories is not None:
        buckets = [{"value": value, "count": count} for value, count in column.categories.items()]
        strings |= {"distinct_count": len(buckets), "distribution": {"categorical": {"buckets": buckets}}}
    return feature | {"string_statistics": strings}


def _numbers(numbers: Numbers) -> dict[str, Any]:
    figures = {
        "mean": numbers.mean,
        "sum": numbers.total,
        "std_dev": numbers.deviation,
        "min": numbers.minimum,
        "max": numbers.maximum,
    }
    found: dict[str, Any] = {name: value for name, value in figures.items() if value is not None}
    if numbers.minimum is not None and numbers.maximum is not None:
        sketch = {"parameters": {"c": _SHRINKING_FACTOR, "k": SIZE}, "data": [numbers.sample.tolist()]}
        buckets = _buckets(numbers.sample, numbers.minimum, numbers.maximum)
        found["distribution"] = {"kll": {"buckets": buckets, "sketch": sketch}}
    return found


def _buckets(sample: Floats, minimum: float, maximum: float) -> list[dict[str, float]]:
    # Weighted, not spaced by a step: the width of the largest floats' range is no float.
    parts = np.linspace(0, 1, _BUCKETS + 1)
    # Rounding may put an edge a hair out of its place, as in a column with one value.
    edges = np.clip(np.maximum.accumulate(minimum * (1 - parts) + maximum * parts), minimum, maximum)
    edges[0], edges[-1] = minimum, maximum
    below = np.searchsorted(sample, edges, side="left")
    below[-1] = len(sample)
    return [
        {"lower_bound": float(edges[i]), "upper_bound": float(edges[i + 1]), "count": int(below[i + 1] - below[i])}
        for i in range(_BUCKETS)
    ]


def _inferred_type(column: ColumnProfile) -> str:
    if not column.present:
        return "Unknown"
    if column.numbers is None or column.reading is not None:
        return "String"
    return "Integral" if column.numbers.whole else "Fractional"


def _constraint(column: ColumnProfile) -> dict[str, Any]:
    constraint = {
        "name": column.name,
        "inferred_type": _inferred_type(column),
        "completeness": 1 - column.missing_share,
    }
    if column.numbers is not None and column.numbers.minimum is not None and column.reading is None:
        return constraint | {"num_constraints": {"is_non_negative": column.numbers.minimum >= 0}}
    if column.categories:
        return constraint | {"string_constraints": {"domains": list(column.categories)}}
    return constraint


def _column(feature: dict[str, Any]) -> ColumnProfile:
    numerical = feature.get("numerical_statistics")
    if numerical is not None:
        present, missing = numerical["common"]["num_present"], numerical["common"]["num_missing"]
        return ColumnProfile(
            feature["name"], "numeric", present, missing, _read_numbers(numerical, feature["inferred_type"])
        )
    strings = feature["string_statistics"]
    present, missing = strings["common"]["num_present"], strings["common"]["num_missing"]
    if (stated := feature.get("compared_as", {})).get("kind") == "amount":
        reading = Reading(stated["decimal"], stated["unit"], stated["told"])
        numbers, counts = _read_numbers(stated, ""), (stated["read"], stated["unread"])
        foreign = stated.get("foreign", 0)
        return ColumnProfile(
            feature["name"], "amount", present, missing, numbers, None, reading, *counts, foreign=foreign
        )
    if "distribution" not in strings:
        return ColumnProfile(feature["name"], "text", present, missing)
    categories = {bucket["value"]: bucket["count"] for bucket in strings["distribution"]["categorical"]["buckets"]}
    return ColumnProfile(feature["name"], "categorical", present, missing, categories=categories)


def _read_numbers(found: dict[str, Any], inferred_type: str) -> Numbers:
    data = found["distribution"]["kll"]["sketch"]["data"] if "distribution" in found else []
    return Numbers(
        whole=inferred_type == "Integral",
        minimum=found.get("min"),
        maximum=found.get("max"),
        mean=found.get("mean"),
        total=found.get("sum"),
        deviation=found.get("std_dev"),
        sample=np.sort(np.array([value for level in data for value in level], dtype=np.float64)),
    )
