"""The trigger form of scoring: what a user may change for one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from include.autopilot.config import ModelConfig
from include.autopilot.errors import OptionsError
from include.autopilot.locations import parse_uri
from include.autopilot.options import RunOptions, check_fields, form, is_blank
from include.autopilot.scoring.interval import LEVELS

_NONE = "none"
# What scoring asks for in the same words as a retraining.
_SHARED = ("instance_type", "instance_count")


@dataclass(frozen=True)
class ScoreOptions:
    """One run's choices; see :func:`score_form` for their meaning.

    :param output: None: the scoring run's own folder.
    :param interval: the nominal coverage of the prediction interval, 0 to 1; None: no interval.
    """

    input: str
    output: str | None = None
    interval: float | None = None
    instance_type: str | None = None
    instance_count: int | None = None

    @classmethod
    def from_form(cls, values: Mapping[str, object]) -> ScoreOptions:
        """Read the form's values, which arrive as JSON (UI, REST) or as text (command line, templates).

        :raises OptionsError: an unknown name or a value that cannot be meant.
        """
        check_fields(values, cls.__dataclass_fields__)
        given = _address("input", values.get("input"))
        if given is None:
            raise OptionsError("input: say what to score: the S3 address of a CSV file or of a folder of them.")
        output = _address("output", values.get("output"))
        resources = RunOptions.from_form({name: values.get(name) for name in _SHARED})
        return cls(
            input=given,
            output=None if output is None else output.rstrip("/"),
            interval=_level(values.get("interval")),
            instance_type=resources.instance_type,
            instance_count=resources.instance_count,
        )


def score_form(config: ModelConfig) -> dict[str, dict[str, Any]]:
    """Return the form's fields: name -> JSON-schema keywords with ``default``, ``title`` and ``description``."""
    shared = form(config)
    words = {"instance_type": "Instance type", "instance_count": "Instance count"}
    return {
        "input": {
            "default": config.score.input if config.score else None,
            "type": ["null", "string"],
            "title": "Input",
            "description": "S3 address of a CSV file with a header (.csv or .csv.gz), or of a folder of them. It needs "
            f"the key column {config.key} and the feature columns; {config.target} may be absent.",
        },
        "output": {
            "default": None,
            "type": ["null", "string"],
            "title": "Output folder",
            "description": f"S3 address for predictions and lineage. Empty: {config.root}/scores/<run>.",
        },
        "interval": {
            "default": _NONE,
            "type": "string",
            "enum": [_NONE, *map(str, LEVELS)],
            "values_display": {_NONE: "none", **{str(level): f"{level:.0%}" for level in LEVELS}},
            "title": "Prediction interval",
            "description": "Columns lower and upper, from the out-of-fold residuals of the champion's training. Of a "
            "regression only; docs/scoring.md says what it promises.",
        },
        **{name: {**shared[name], "title": words[name]} for name in _SHARED},
    }


def _address(name: str, value: object) -> str | None:
    if value is None or is_blank(value):
        return None
    try:
        parse_uri(str(value).strip())
    except ValueError as error:
        raise OptionsError(f"{name}: {error}. Correct it.") from error
    return str(value).strip()


def _level(value: object) -> float | None:
    text = "" if value is None else str(value).strip()
    if text in ("", "None", _NONE):
        return None
    known = {str(level): level for level in LEVELS}
    if text not in known:
        raise OptionsError(f"interval: {value!r} is not known. Choose one of: {_NONE}, {', '.join(known)}.")
    return known[text]
