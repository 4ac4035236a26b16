from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.errors import OptionsError
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.options import RollbackOptions, RunOptions, SearchOptions
from include.autopilot.settings.scoreoptions import ScoreOptions
from include.autopilot.settings.window import Newest


def test_an_empty_form_changes_nothing() -> None:
    assert RunOptions.from_form({}) == RunOptions(None, None, None, None, None, None, None)


def test_what_the_ui_sends(config: ModelConfig) -> None:
    defaults = {name: field["default"] for name, field in RunOptions.form(config).items()}
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


@pytest.mark.parametrize("written", [1, 1.0, "1", "1.0", " 1.", "01"])
def test_a_whole_number_however_a_client_writes_it(written: object) -> None:
    form = {"scope": "last", "last_drops": written, "instance_count": written, "max_runtime_seconds": written}
    options = RunOptions.from_form(form)
    found = (options.last_drops, options.instance_count, options.max_runtime_seconds)
    assert [(number, type(number)) for number in found] == [(1, int)] * 3
    scored = ScoreOptions.from_form({"input": "s3://b/rows.csv", "instance_count": written})
    assert (scored.instance_count, type(scored.instance_count)) == (1, int)


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
        ("instance_type", "ml.", "instance_type: 'ml.' is not an instance type"),
        ("instance_type", "ml.m5.large x", "is not an instance type"),
        ("instance_count", 1e300, "instance_count: 1e+300 is more than 2,147,483,647. Correct it or leave it empty."),
        ("max_runtime_seconds", 2**31, "max_runtime_seconds: 2147483648 is more than 2,147,483,647."),
        ("instance_count", 0, "instance_count: 0 is not a whole number above zero"),
        ("instance_count", "two", "instance_count: 'two' is not a whole number"),
        ("instance_count", True, "instance_count: True is not a whole number"),
        ("instance_count", 1.5, "instance_count: 1.5 is not a whole number"),
        ("instance_count", "1.5", "instance_count: '1.5' is not a whole number"),
        ("instance_count", 0.0, "instance_count: 0.0 is not a whole number above zero"),
        ("instance_count", float("inf"), "instance_count: inf is not a whole number"),
        ("instance_count", float("nan"), "instance_count: nan is not a whole number"),
        ("instance_count", [1], "is not a whole number"),
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
    fields = RunOptions.form(config)
    assert list(fields) == list(RunOptions.__dataclass_fields__)
    for field in fields.values():
        assert {"default", "title", "description"} <= set(field)
        assert {"type", "enum"} & set(field)


def test_airflow_accepts_the_form_and_refuses_what_is_not_in_it(config: ModelConfig) -> None:
    from airflow.sdk import Param
    from airflow.sdk.exceptions import ParamValidationError

    params: dict[str, Any] = {name: Param(**field) for name, field in RunOptions.form(config).items()}
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


def test_the_form_wins_over_the_window_of_the_yaml() -> None:
    said = Newest(days=30)
    assert RunOptions.from_form({}).window(said) == said
    assert RunOptions.from_form({"scope": "full"}).window(said) == "all"
    assert RunOptions.from_form({"scope": "new"}).window(said) == Newest(1)
    assert RunOptions.from_form({"scope": "last", "last_drops": 3}).window(said) == Newest(3)


def test_blanks_around_an_instance_type_are_not_part_of_it() -> None:
    assert RunOptions.from_form({"instance_type": " ml.m5.large\n"}).instance_type == "ml.m5.large"


def test_a_search_is_read_like_a_retraining(config: ModelConfig) -> None:
    fields = SearchOptions.form(config)
    assert fields["algorithm"]["enum"] == [None, "xgboost", "linear-learner", "mlp"]
    assert fields["cutoff"]["default"] == (config.search.cutoff.isoformat() if config.search else None)
    assert SearchOptions.from_form({"cutoff": "2024-02-01", "algorithm": "mlp"}).algorithm == "mlp"
    with pytest.raises(OptionsError, match=r"algorithm: 'svm' is not known\. Choose one of: xgboost"):
        SearchOptions.from_form({"algorithm": "svm"})


def test_a_rollback_has_no_defaults(config: ModelConfig) -> None:
    fields = RollbackOptions.form(config)
    assert config.title in fields["version"]["description"]
    assert all("default" not in field for field in fields.values())
    assert RollbackOptions.from_form({"version": "2.0", "reason": "worse"}) == RollbackOptions(2, "worse")
    for form, message in (
        ({"reason": "worse"}, r"version: Field required\. Fill in the field"),
        ({"version": 0, "reason": "worse"}, "version: 0 is not a whole number above zero"),
        ({"version": 1, "reason": " "}, r"reason: Field required\. Fill in the field"),
    ):
        with pytest.raises(OptionsError, match=message):
            RollbackOptions.from_form(form)


def test_a_form_is_what_its_options_say(config: ModelConfig) -> None:
    """No field is defined twice: its keywords are the type's and the field's, and nothing in a DAG adds to them."""
    for kind in (RunOptions, SearchOptions, RollbackOptions, ScoreOptions):
        assert list(kind.form(config)) == list(kind.__pydantic_fields__)
    assert RunOptions.form(config)["last_drops"] == {
        "default": None,
        "type": ["null", "integer"],
        "minimum": 1,
        "title": "Number of drops",
        "description": 'With data scope "last": how many of the newest drops up to the cutoff. Otherwise empty.',
    }
