"""Features that repeat the target are named; features that predict it well are not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from sklearn import datasets

from include.autopilot.base.csvlines import encode_line
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.echo import Echo
from include.autopilot.drift.look import look_at_itself

NUMBERS = Schema(("y", "a", "other"), "y", ("y",), ())
CLASSES = Schema(("y", "a", "other"), "y", (), ())
MEASURED = [round(random.Random(seed).gauss(6, 1), 2) for seed in range(60)]  # noqa: S311 - a table, not a secret


def echoes(target: Sequence[object], feature: Sequence[object], schema: Schema = NUMBERS) -> tuple[Echo, ...]:
    dice = random.Random(0)  # noqa: S311 - a table, not a secret
    rows = [[str(one), str(other), str(dice.gauss(0, 1))] for one, other in zip(target, feature, strict=True)]
    return look_at_itself([(f"row-{place}", encode_line(row)) for place, row in enumerate(rows)], schema).echoes


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda y: y, "equals the target"),
        (lambda y: f"{y:.3e}", "equals the target"),
        (lambda y: -y, "falls with the target without an exception"),
        (lambda y: 1.8 * y + 32, "rises with the target without an exception"),
        (lambda y: 10 ** (9 - y), "falls with the target without an exception"),
        (lambda y: round(10 ** (9 - y), 1), "falls with the target without an exception"),
        (lambda y: round(4 * y), "rises with the target without an exception"),
        (lambda y: y if y < 7 else "", "equals the target"),
    ],
    ids=["copy", "other digits", "negative", "other unit", "concentration", "rounded", "in steps", "partly empty"],
)
def test_a_number_that_follows_the_target_is_named(change: Callable[[float], object], how: str) -> None:
    (echo,) = echoes(MEASURED, [change(y) for y in MEASURED])
    assert (echo.name, echo.how) == ("a", how)


def test_a_text_that_stands_for_the_number_is_named() -> None:
    rounded = [round(y) for y in MEASURED]
    (echo,) = echoes(rounded, [f"about {y}" for y in rounded])
    assert (echo.how, echo.rows) == ("is one-to-one with the target", 60)


@pytest.mark.parametrize(
    "names",
    [{"0": "no", "1": "yes"}, {"0": "1", "1": "0"}, {"0": "", "1": "treated"}],
    ids=["words", "turned round", "empty for one class"],
)
def test_another_name_of_the_class_is_named(names: dict[str, str]) -> None:
    target = [str(int(y > 6.5)) for y in MEASURED]
    (echo,) = echoes(target, [names[y] for y in target], CLASSES)
    assert (echo.name, echo.how) == ("a", "is one-to-one with the target")


def test_one_exception_is_enough() -> None:
    almost = [y + (3 if place == 41 else 0) for place, y in enumerate(MEASURED)]
    assert echoes(MEASURED, almost) == ()
    target = [str(int(y > 6.5)) for y in MEASURED]
    assert echoes(target, ["1" if place == 41 else y for place, y in enumerate(target)], CLASSES) == ()


def test_so_few_rows_may_agree_by_chance() -> None:
    assert echoes(MEASURED[:19], MEASURED[:19]) == ()
    target = ["0"] * 58 + ["1"] * 2
    assert echoes(target, target, CLASSES) == ()


def test_an_identifier_is_no_echo() -> None:
    assert echoes(MEASURED, [f"name {place}" for place in range(60)]) == ()


@pytest.mark.parametrize("load", [datasets.load_diabetes, datasets.load_breast_cancer, datasets.load_wine])
def test_features_that_predict_well_are_none(load: Callable[..., object]) -> None:
    frame = load(as_frame=True).frame  # type: ignore[attr-defined]
    numeric = ("target",) if load is datasets.load_diabetes else ()
    schema = Schema(tuple(frame.columns), "target", numeric, ())
    rows = [(str(place), encode_line(row)) for place, row in enumerate(frame.astype(str).to_numpy().tolist())]
    assert look_at_itself(rows, schema).echoes == ()
