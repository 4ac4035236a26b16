from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.config import ModelConfig
from include.autopilot.errors import OptionsError
from include.autopilot.options import RunOptions, form


def test_an_empty_form_changes_nothing() -> None:
    assert RunOptions.from_form({}) == RunOptions(None, "full", None, None, None, None, None)


def test_what_the_ui_sends(config: ModelConfig) -> None:
    defaults = {name: field["default"] for name, field in form(config).items()}
    assert RunOptions.from_form(defaults) == RunOptions()


def test_what_the_command_line_sends() -> None:
    options = RunOptions.from_form(
        {
            "cutoff": "2024-02-01",
            "scope": "new",
            "instance_type": "ml.m5.large",
            "instance_count": "2",
            "spot": "False",
            "max_runtime_seconds": " 600 ",
        }
    )
    assert options == RunOptions(datetime(2024, 2, 1, tzinfo=UTC), "new", None, "ml.m5.large", 2, False, 600)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("true", True), ("false", False), ("FALSE", False), (None, None), ("", None)],
)
def test_spot_is_a_boolean(value: object, expected: bool | None) -> None:
    assert RunOptions.from_form({"spot": value}).spot is expected


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("spot", "maybe", "spot: 'maybe' is neither true nor false"),
        ("spot", 1, "spot: 1 is neither true nor false"),
        ("spot", "yes", "spot: 'yes' is neither"),
        ("scope", "old", "scope: 'old' is not known. Choose one of: full, new, last"),
        ("instance_type", "m5.large", "is not an instance type. Write one like ml.m5.4xlarge"),
        ("instance_type", 5, "is not an instance type"),
        ("instance_count", 0, "instance_count: 0 is not a whole number above zero"),
        ("instance_count", "two", "instance_count: 'two' is not a whole number"),
        ("instance_count", True, "instance_count: True is not a whole number"),
        ("instance_count", 1.5, "instance_count: 1.5 is not a whole number"),
        ("max_runtime_seconds", "-5", "max_runtime_seconds: '-5' is not a whole number above zero"),
        ("cutoff", "soon", "cutoff: 'soon' is not a date"),
        ("sopt", True, "The form has no field sopt. Its fields are: cutoff, scope"),
    ],
)
def test_what_cannot_be_meant(field: str, value: object, message: str) -> None:
    with pytest.raises(OptionsError) as caught:
        RunOptions.from_form({field: value})
    assert message in str(caught.value)


def test_every_field_of_the_form_is_an_option_and_explains_itself(config: ModelConfig) -> None:
    fields = form(config)
    assert list(fields) == list(RunOptions.__dataclass_fields__)
    for field in fields.values():
        assert {"default", "title", "description"} <= set(field)
        assert {"type", "enum"} & set(field)


def test_airflow_accepts_the_form_and_refuses_what_is_not_in_it(config: ModelConfig) -> None:
    from airflow.sdk import Param
    from airflow.sdk.exceptions import ParamValidationError

    params: dict[str, Any] = {name: Param(**field) for name, field in form(config).items()}
    for param in params.values():
        param.resolve()
    assert params["spot"].resolve(False) is False
    for name, bad in (("spot", "maybe"), ("scope", "old"), ("instance_type", "m5"), ("instance_count", 0)):
        with pytest.raises(ParamValidationError):
            params[name].resolve(bad)


def test_the_last_drops_need_their_number() -> None:
    assert RunOptions.from_form({"scope": "last", "last_drops": "3"}).last_drops == 3
    for form_values in ({"scope": "last"}, {"scope": "new", "last_drops": 2}, {"last_drops": 2}):
        with pytest.raises(OptionsError, match="scope last and last_drops go together"):
            RunOptions.from_form(form_values)
    with pytest.raises(OptionsError, match="last_drops: 0 is not a whole number above zero"):
        RunOptions.from_form({"scope": "last", "last_drops": 0})
