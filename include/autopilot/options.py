"""The trigger form: what a user may change for one run. None always means: as in the template or the schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar, get_args

from include.autopilot.config import Featurizer, ModelConfig
from include.autopilot.cutoff import parse_cutoff
from include.autopilot.errors import OptionsError

Scope = Literal["full", "new", "last"]
_SCOPES: tuple[Scope, ...] = get_args(Scope)
_FEATURIZERS: tuple[Featurizer, ...] = get_args(Featurizer)
C = TypeVar("C", bound=str)


@dataclass(frozen=True)
class RunOptions:
    """One run's choices; see :func:`form` for their meaning. Runtime in seconds."""

    cutoff: datetime | None = None
    scope: Scope = "full"
    last_drops: int | None = None
    instance_type: str | None = None
    instance_count: int | None = None
    spot: bool | None = None
    max_runtime_seconds: int | None = None
    featurizer: Featurizer = "reuse"
    dry_run: bool = False

    def __post_init__(self) -> None:
        """Check that the number of drops is given where it is needed, and only there."""
        if (self.scope == "last") != (self.last_drops is not None):
            raise OptionsError(
                "scope last and last_drops go together: choose scope last and say of how many drops, or leave both."
            )

    @classmethod
    def from_form(cls, form: Mapping[str, object]) -> RunOptions:
        """Read the form's values, which arrive as JSON (UI, REST) or as text (command line, templates).

        :raises OptionsError: an unknown name or a value that cannot be meant.
        """
        check_fields(form, cls.__dataclass_fields__)
        values = {name: None if is_blank(value) else value for name, value in form.items()}
        cutoff = values.get("cutoff")
        return cls(
            cutoff=None if cutoff is None else parse_cutoff(str(cutoff)),
            scope=_choice("scope", values.get("scope"), _SCOPES),
            last_drops=_positive("last_drops", values.get("last_drops")),
            instance_type=_instance_type(values.get("instance_type")),
            instance_count=_positive("instance_count", values.get("instance_count")),
            spot=_boolean("spot", values.get("spot")),
            max_runtime_seconds=_positive("max_runtime_seconds", values.get("max_runtime_seconds")),
            featurizer=_choice("featurizer", values.get("featurizer"), _FEATURIZERS),
            dry_run=_boolean("dry_run", values.get("dry_run")) or False,
        )


def form(config: ModelConfig) -> dict[str, dict[str, Any]]:
    """Return the form's fields: name -> JSON-schema keywords with ``default``, ``title`` and ``description``."""
    return {
        "cutoff": {
            "default": None,
            "type": ["null", "string"],
            "format": "date-time",
            "title": "Cutoff",
            "description": f"The run sees drops of {config.title} dated up to this instant (UTC). "
            "Empty: the end of the scheduled interval, or now.",
        },
        "scope": {
            "default": "full",
            "type": "string",
            "enum": list(_SCOPES),
            "values_display": {
                "full": "all drops up to the cutoff",
                "new": "the newest drop only",
                "last": "the last drops, as many as below",
            },
            "title": "Data scope",
            "description": "Which drops to train on.",
        },
        "last_drops": {
            "default": None,
            "type": ["null", "integer"],
            "minimum": 1,
            "title": "Number of drops",
            "description": 'With data scope "last": how many of the newest drops up to the cutoff. Otherwise empty.',
        },
        "instance_type": {
            "default": None,
            "type": ["null", "string"],
            "pattern": "^ml\\.",
            "title": "Training instance type",
            "description": "For example ml.m5.4xlarge. Empty: as in the template.",
        },
        "instance_count": {
            "default": None,
            "type": ["null", "integer"],
            "minimum": 1,
            "title": "Training instance count",
            "description": "Empty: as in the template.",
        },
        "spot": {
            # No "type": with "boolean" the UI draws a switch, which cannot show "as in the template".
            "default": None,
            "enum": [None, True, False],
            "values_display": {"null": "as in the template", "true": "spot", "false": "on demand"},
            "title": "Managed spot training",
            "description": "Spot capacity is cheaper and may be interrupted. Empty: as in the template.",
        },
        "max_runtime_seconds": {
            "default": None,
            "type": ["null", "integer"],
            "minimum": 60,
            "title": "Longest training time (seconds)",
            "description": "SageMaker stops the training job after this time and the run fails. "
            "Empty: as in the template.",
        },
        "featurizer": {
            "default": config.featurizer,
            "type": "string",
            "enum": list(_FEATURIZERS),
            "values_display": {"reuse": "reuse Autopilot's", "refit": "fit it again on the training data"},
            "title": "Featurizer",
            "description": "Reuse the fitted preprocessing, or fit it again first. A fit costs a training job and a "
            "transform job per drop in every run, and learns no new classes.",
        },
        "dry_run": {
            "default": False,
            "type": "boolean",
            "title": "Dry run",
            "description": "Check everything, print every request and how it differs from the template, start no job.",
        },
    }


def check_fields(form: Mapping[str, object], known: Iterable[str]) -> None:
    """Check that a form has no field of another name.

    :raises OptionsError: it has.
    """
    unknown = sorted(set(form) - set(known))
    if unknown:
        raise OptionsError(f"The form has no field {', '.join(unknown)}. Its fields are: {', '.join(known)}.")


def is_blank(value: object) -> bool:
    """Whether a form's text means that nothing was chosen."""
    return isinstance(value, str) and value.strip() in ("", "None")


def _choice(name: str, value: object, known: tuple[C, ...]) -> C:
    """Return the chosen one; the first one where nothing is chosen."""
    if value is None:
        return known[0]
    found = next((one for one in known if one == value), None)
    if found is None:
        raise OptionsError(f"{name}: {value!r} is not known. Choose one of: {', '.join(known)}.")
    return found


def _instance_type(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.startswith("ml."):
        raise OptionsError(f"instance_type: {value!r} is not an instance type. Write one like ml.m5.4xlarge.")
    return value


def _boolean(name: str, value: object) -> bool | None:
    """Only true and false are booleans: ``bool("false")`` is True, which once made every training a spot training."""
    if value is None or isinstance(value, bool):
        return value
    known = {"true": True, "false": False}
    if isinstance(value, str) and value.strip().lower() in known:
        return known[value.strip().lower()]
    raise OptionsError(f"{name}: {value!r} is neither true nor false. Write true or false, or leave it empty.")


def _positive(name: str, value: object) -> int | None:
    if value is None:
        return None
    number = int(value) if isinstance(value, str) and value.strip().isdecimal() else value
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise OptionsError(f"{name}: {value!r} is not a whole number above zero. Correct it or leave it empty.")
    return number
