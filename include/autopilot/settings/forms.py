"""What the forms of the DAGs are made of: a form is a dataclass, and a field of it says all there is to say, once.

A field's type reads what arrives (JSON from the UI and REST, texts from the command line) and has the JSON-schema
keywords that Airflow checks and draws it by; :func:`pydantic.Field` has its default, title and description.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self, get_args

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError, ValidationInfo, WithJsonSchema

from include.autopilot.base.cutoff import as_utc, parse_cutoff
from include.autopilot.base.errors import OptionsError
from include.autopilot.base.locations import parse_uri
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.values import LARGEST

_INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
# The same for Airflow's form, or nothing.
_MAYBE_INSTANCE = r"^\s*(ml\.[a-z0-9-]+\.[a-z0-9-]+)?\s*$"
_WHOLE = re.compile(r"[0-9]{1,18}(\.0*)?$")


@dataclass(frozen=True)
class OfModel:
    """A field's default in the form, where the model's YAML has a say in it."""

    default: Callable[[ModelConfig], object]


@dataclass(frozen=True)
class Suggested:
    """What a text field offers, where the model's YAML knows something; any other text may be written."""

    examples: Callable[[ModelConfig], list[str]]


# The default of a field that has to be filled in.
REQUIRED = object()
# The folded parts of Airflow's form, beside the one that is open: what has no section.
HOW: dict[str, Any] = {"section": "How to train"}
WHERE: dict[str, Any] = {"section": "Where it runs, and for how long"}


class Form:
    """What a user may change for one run."""

    if TYPE_CHECKING:
        # Of every pydantic dataclass.
        __pydantic_fields__: dict[str, Any]

    @classmethod
    def from_form(cls, values: Mapping[str, object]) -> Self:
        """Read the form's values; what is blank is as if it were not there.

        :raises OptionsError: an unknown name or a value that cannot be meant.
        """
        known = cls.__pydantic_fields__
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise OptionsError(f"The form has no field {', '.join(unknown)}. Its fields are: {', '.join(known)}.")
        try:
            return cls(**{name: value for name, value in values.items() if not _is_blank(value)})
        except ValidationError as error:
            wrong = error.errors()[0]
            raise OptionsError(f"{wrong['loc'][0]}: {wrong['msg']}. Fill in the field of the form.") from error

    @classmethod
    def form(cls, model: ModelConfig) -> dict[str, dict[str, Any]]:
        """Return the form's fields: name -> JSON-schema keywords with ``title``, ``description`` and ``default``.

        A field that has to be filled in has no ``default``.
        """
        schemas = _schemas(cls)  # type: ignore[arg-type]  # mypy takes the hash of its objects for the class's own
        fields = {name: dict(schema) for name, schema in schemas.items()}
        for name, field in fields.items():
            field["description"] = field["description"].format(model=model)
            for said in cls.__pydantic_fields__[name].metadata:
                if isinstance(said, OfModel):
                    field["default"] = said.default(model)
                if isinstance(said, Suggested):
                    field["examples"] = said.examples(model)
            if field.get("default") is REQUIRED:
                del field["default"]
        return fields


@cache
def _schemas(kind: Any) -> Mapping[str, dict[str, Any]]:
    # One description serves every model: a hundred of them are parsed at once.
    schemas: Mapping[str, dict[str, Any]] = TypeAdapter(kind).json_schema()["properties"]
    return schemas


def _is_blank(value: object) -> bool:
    """Whether nothing was chosen."""
    return value is None or (isinstance(value, str) and value.strip() in ("", "None"))


def _instant(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return None if value is None else as_utc(value)
    return parse_cutoff(str(value))


def _boolean(value: object, info: ValidationInfo) -> bool | None:
    """Only true and false are booleans: ``bool("false")`` is True, which once made every training a spot training."""
    if value is None or isinstance(value, bool):
        return value
    known = {"true": True, "false": False}
    if isinstance(value, str) and value.strip().lower() in known:
        return known[value.strip().lower()]
    raise OptionsError(
        f"{info.field_name}: {value!r} is neither true nor false. Write true or false, or leave it empty."
    )


def _positive(value: object, info: ValidationInfo) -> int | None:
    if value is None:
        return None
    number = _whole(value)
    if number is None or number < 1:
        raise OptionsError(
            f"{info.field_name}: {value!r} is not a whole number above zero. Correct it or leave it empty."
        )
    if number > LARGEST:
        raise OptionsError(f"{info.field_name}: {value!r} is more than {LARGEST:,}. Correct it or leave it empty.")
    return number


def _whole(value: object) -> int | None:
    """Return a whole number however a client writes it: many write every number of JSON as a float, 1.0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return int(value.strip().partition(".")[0]) if _WHOLE.match(value.strip()) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


def _instance_type(value: object, info: ValidationInfo) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _INSTANCE_TYPE.fullmatch(value.strip()):
        raise OptionsError(f"{info.field_name}: {value!r} is not an instance type. Write one like ml.m5.4xlarge.")
    return value.strip()


def address(value: object, info: ValidationInfo) -> str | None:
    """Return an S3 address without the blanks around it.

    :raises OptionsError: it is none.
    """
    if value is None:
        return None
    try:
        parse_uri(str(value).strip())
    except ValueError as error:
        raise OptionsError(f"{info.field_name}: {error}. Correct it.") from error
    return str(value).strip()


def one_of(literal: Any) -> BeforeValidator:
    """Return what refuses a word that is none of a ``Literal``'s."""
    known = get_args(literal)

    def choose(value: object, info: ValidationInfo) -> object:
        if value is not None and value not in known:
            raise OptionsError(f"{info.field_name}: {value!r} is not known. Choose one of: {', '.join(known)}.")
        return value

    return BeforeValidator(choose)


def _number_of(minimum: int) -> WithJsonSchema:
    return WithJsonSchema({"type": ["null", "integer"], "minimum": minimum})


POSITIVE = BeforeValidator(_positive)
_TEXT = {"type": ["null", "string"]}
Instant = Annotated[datetime | None, BeforeValidator(_instant), WithJsonSchema({**_TEXT, "format": "date-time"})]
# An S3 address, or nothing.
_MAYBE_ADDRESS = r"^\s*(s3://.+)?$"
Address = Annotated[str | None, BeforeValidator(address), WithJsonSchema({**_TEXT, "pattern": _MAYBE_ADDRESS})]
Folder = Annotated[Address, AfterValidator(lambda uri: uri and uri.rstrip("/"))]
InstanceType = Annotated[
    str | None, BeforeValidator(_instance_type), WithJsonSchema({**_TEXT, "pattern": _MAYBE_INSTANCE})
]
Count = Annotated[int | None, POSITIVE, _number_of(1)]
Seconds = Annotated[int | None, POSITIVE, _number_of(60)]
Switch = Annotated[bool, BeforeValidator(_boolean), WithJsonSchema({"type": "boolean"})]
# No "type": with "boolean" the UI draws a switch, which cannot show that nothing was chosen.
MaybeSwitch = Annotated[bool | None, BeforeValidator(_boolean), WithJsonSchema({"enum": [None, True, False]})]
