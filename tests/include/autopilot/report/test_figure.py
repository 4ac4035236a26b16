from __future__ import annotations

import json
import math

import pytest

from include.autopilot.report.figure import Figure, Series, figures_data


def figure(name: str, x: tuple[float, ...], y: tuple[float | None, ...], **more: object) -> Figure:
    return Figure(name, name, "x", "y", (Series("rows", "points", x, y, **more),))  # type: ignore[arg-type]


def test_a_column_that_two_charts_share_is_told_once() -> None:
    x, one, two = (1.0, 2.0), (3.0, 4.0), (5.0, 6.0)
    told = figures_data([figure("a", x, one), figure("b", x, two)])
    assert told["columns"] == [[1, 2], [3, 4], [5, 6]]
    first, second = (chart["series"][0] for chart in told["figures"])
    assert (first["x"], first["y"], second["x"], second["y"]) == (0, 1, 0, 2)
    assert first["keys"] is None


@pytest.mark.parametrize(
    ("number", "plain"),
    [(math.nan, None), (math.inf, None), (None, None), (1 / 3, 0.333333), (123456.789, 123457), (1e300, 1e300)],
)
def test_numbers_are_short_and_what_is_none_is_nothing(number: float | None, plain: float | None) -> None:
    told = figures_data([figure("a", (0.0,), (number,))])
    assert told["columns"][1] == [plain]
    json.dumps(told, allow_nan=False)


def test_keys_belong_to_points() -> None:
    told = figures_data([figure("a", (0.0,), (1.0,), keys=("CHEMBL1",))])
    assert told["columns"][told["figures"][0]["series"][0]["keys"]] == ["CHEMBL1"]
