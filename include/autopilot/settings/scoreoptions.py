"""The form of scoring: every field is defined here and nowhere else."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic.dataclasses import dataclass

from include.autopilot.base.errors import OptionsError
from include.autopilot.base.locations import Locations
from include.autopilot.settings import forms
from include.autopilot.settings.score import LEVELS

_NONE = "none"
_SHOWN: dict[str, Any] = {_NONE: "none", **{str(level): f"{level:.0%}" for level in LEVELS}}


def _input(value: object, info: ValidationInfo) -> str | None:
    if not value:
        raise OptionsError("input: say what to score: the S3 address of a CSV file or of a folder of them.")
    return forms.address(value, info)


def _level(value: object) -> float | None:
    text = str(value).strip()
    if text in ("None", _NONE):
        return None
    if text not in _SHOWN:
        raise OptionsError(f"interval: {value!r} is not known. Choose one of: {', '.join(_SHOWN)}.")
    return float(text)


@dataclass(frozen=True)
class ScoreOptions(forms.Form):
    """What a user may change for one scoring.

    :param output: None: the scoring run's own folder.
    :param interval: the nominal coverage of the prediction interval, 0 to 1; None: no interval.
    """

    input: Annotated[
        str,
        BeforeValidator(_input),
        WithJsonSchema({"type": "string", "pattern": r"^\s*s3://.+"}),
        forms.OfModel(lambda model: model.score.input if model.score else forms.REQUIRED),
        forms.Suggested(lambda model: [Locations(model.root).holdout(name) for name in model.holdouts]),
    ] = Field(
        "",
        validate_default=True,
        title="Input",
        description="S3 address of a CSV file with a header (.csv or .csv.gz), or of a folder of them. It needs the "
        "key column {model.key} and the feature columns; {model.target} may be absent.",
    )
    output: forms.Folder = Field(
        None,
        title="Output folder",
        description="S3 address for predictions and lineage. Empty: {model.root}/scores/<run>.",
    )
    interval: Annotated[
        float | None,
        BeforeValidator(_level),
        WithJsonSchema({"type": "string", "enum": list(_SHOWN)}),
        forms.OfModel(lambda _: _NONE),
    ] = Field(
        None,
        title="Prediction interval",
        description="Columns lower and upper, from the out-of-fold residuals of the champion's training. Of a "
        "regression only; docs/scoring.md says what it promises.",
        json_schema_extra={"values_display": _SHOWN},
    )
    instance_type: forms.InstanceType = Field(
        None,
        title="Instance type",
        description="For example ml.m5.4xlarge. Empty: as in the template.",
        json_schema_extra=forms.WHERE,
    )
    instance_count: forms.Count = Field(
        None, title="Instance count", description="Empty: as in the template.", json_schema_extra=forms.WHERE
    )
