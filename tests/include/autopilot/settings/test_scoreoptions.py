"""The form of scoring."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.base.errors import OptionsError
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.score import ScoreConfig
from include.autopilot.settings.scoreoptions import ScoreOptions


def test_the_defaults_of_the_form_are_valid_where_the_yaml_names_an_input(config: ModelConfig) -> None:
    scored = replace(config, score=ScoreConfig("s3://new/rows/"))
    defaults = {name: field["default"] for name, field in ScoreOptions.form(scored).items()}
    assert ScoreOptions.from_form(defaults) == ScoreOptions("s3://new/rows/")


def test_without_an_input_in_the_yaml_the_field_has_to_be_filled_in(config: ModelConfig) -> None:
    field = ScoreOptions.form(replace(config, score=None))["input"]
    assert "default" not in field
    assert field["examples"] == [f"{config.root}/holdout/{name}.csv" for name in config.holdouts]


def test_values_come_as_json_or_as_text() -> None:
    typed = {"input": "s3://b/a.csv", "output": None, "interval": 0.9, "instance_type": None, "instance_count": 2}
    text = {"input": " s3://b/a.csv ", "output": "", "interval": "0.9", "instance_type": "", "instance_count": "2"}
    expected = ScoreOptions("s3://b/a.csv", interval=0.9, instance_count=2)
    assert ScoreOptions.from_form(typed) == ScoreOptions.from_form(text) == expected


def test_an_output_has_no_closing_slash() -> None:
    assert ScoreOptions.from_form({"input": "s3://b/a.csv", "output": "s3://b/out/"}).output == "s3://b/out"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "input: say what to score: the S3 address of a CSV file or of a folder of them."),
        ({"input": "new.csv"}, "input: 'new.csv' is not an S3 address like s3://bucket/folder. Correct it."),
        ({"input": "s3://b/a", "output": "out"}, "output: 'out' is not an S3 address like s3://bucket/folder. Correct"),
        (
            {"input": "s3://b/a", "interval": "0.99"},
            "interval: '0.99' is not known. Choose one of: none, 0.8, 0.9, 0.95.",
        ),
        ({"input": "s3://b/a", "instance_type": "m5"}, "instance_type: 'm5' is not an instance type."),
        ({"input": "s3://b/a", "instance_count": 0}, "instance_count: 0 is not a whole number above zero."),
        (
            {"input": "s3://b/a", "cutoff": "now"},
            "The form has no field cutoff. Its fields are: input, output, interval",
        ),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(form: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError) as refused:
        ScoreOptions.from_form(form)
    assert message in str(refused.value)
