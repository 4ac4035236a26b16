"""From a job's description to the request that would create it again.

Every member that botocore's service model knows both in a Create request and in the matching Describe response has
the same name and the same shape, so a request is: the description, cut down to the members of the Create input,
without what Describe spells for "unset", and without the exceptions of :mod:`include.autopilot.template.notcarried`.
Nothing is listed that the model can tell.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from include.autopilot.template.notcarried import EXCEPTIONS as EXCEPTIONS  # the table belongs to the projection
from include.autopilot.template.notcarried import LeftOut, take_out

Request = dict[str, Any]

KINDS = ("TrainingJob", "TransformJob", "ProcessingJob", "Model", "AutoMLJob", "AutoMLJobV2")

_UNKNOWN = "not a setting that this botocore knows: read-only, or newer than it"
_NUMBERS = {"integer": int, "long": int, "float": float, "double": float}
_BOOLEANS = {"true": True, "false": False}


@cache
def service_model() -> ServiceModel:
    """Return botocore's description of SageMaker, as installed."""
    return botocore.session.get_session().get_service_model("sagemaker")


def create_shape(kind: str) -> StructureShape:
    """Return the input shape of ``Create<kind>``; kinds are listed in ``KINDS``."""
    shape = service_model().operation_model(f"Create{kind}").input_shape
    if shape is None:
        raise ValueError(f"Create{kind} takes no input")
    return shape


def describe_shape(kind: str) -> StructureShape:
    """Return the output shape of ``Describe<kind>``; kinds are listed in ``KINDS``."""
    shape = service_model().operation_model(f"Describe{kind}").output_shape
    if not isinstance(shape, StructureShape):
        raise ValueError(f"Describe{kind} has no output")
    return shape


def project(kind: str, described: Mapping[str, Any]) -> Request:
    """Return the request that would create what was described. Names and S3 places are still the old ones.

    Map values (environment variables, hyperparameters) are kept to the letter, empty ones included. Tags are not part
    of a description. The result depends on the installed botocore: an older one drops members it does not know.

    :param kind: one of ``KINDS``.
    :param described: the Describe response, or as much of it as is known. Numbers and booleans may be texts, as some
        tools print them.
    """
    shape = create_shape(kind)
    request: Request = _walk(shape, copy.deepcopy(dict(described)))
    take_out(kind, request)
    # Once more: a structure that held nothing else is empty now.
    again: Request = _walk(shape, request)
    return again


def left_out(kind: str, described: Mapping[str, Any]) -> list[LeftOut]:
    """Return what a description has and its request does not get, apart from what only tells the old job's course."""
    request: Request = _walk(create_shape(kind), copy.deepcopy(dict(described)))
    return [*take_out(kind, request), *_unknown(describe_shape(kind), described, "")]


def _walk(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        known = {name: _walk(shape.members[name], value[name]) for name in shape.members if name in value}
        # Describe writes "", [] and {} for what was never set; Create refuses several of them.
        return {name: entry for name, entry in known.items() if entry not in ("", [], {}, None)}
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        return [_walk(shape.member, entry) for entry in value]
    return _typed(shape, value) if isinstance(value, str) else value


def _typed(shape: Shape, text: str) -> Any:
    """Return the number or boolean that a text stands for where the model wants one; else the text as it is."""
    if shape.type_name == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    number = _NUMBERS.get(shape.type_name)
    try:
        return text if number is None else number(text)
    except ValueError:
        return text


def _unknown(shape: Shape, value: Any, place: str) -> list[LeftOut]:
    """Return the members that the service returned and the installed botocore does not know."""
    if isinstance(shape, ListShape) and isinstance(value, list):
        entries = [_unknown(shape.member, entry, f"{place}[{index}]") for index, entry in enumerate(value)]
        return [found for entry in entries for found in entry]
    if not isinstance(shape, StructureShape) or not isinstance(value, Mapping):
        return []
    found = []
    for name, entry in value.items():
        inner = f"{place}.{name}" if place else str(name)
        if name in shape.members:
            found += _unknown(shape.members[name], entry, inner)
        elif name != "ResponseMetadata":
            found.append(LeftOut(inner, entry, _UNKNOWN))
    return found
