"""What a rendered ``config`` means: templates make texts, a Create request is one mapping with numbers in it."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from numbers import Real
from typing import Any

from airflow_sagemaker_once.errors import RequestRefused
from airflow_sagemaker_once.kinds import JobKind

_WHOLE = frozenset({"integer", "long"})
_REAL = frozenset({"float", "double"})
_BOOLEANS = {"true": True, "false": False}


def mapping(config: Any) -> dict[str, Any]:
    """Give a config as a mapping of its own; it may be one text, which one template made: JSON or a Python literal.

    :raises RequestRefused: it is neither.
    """
    found = _parsed(config) if isinstance(config, str) else config
    if not isinstance(found, Mapping):
        raise RequestRefused(
            f"The operator's config is {_kind_of(config)}, not a Create request. Give a mapping, or a template that "
            "renders to one as JSON, for example {{ params.request | tojson }}."
        )
    return dict(found)


def mappings(configs: Any) -> list[dict[str, Any]]:
    """Give several configs, each as :func:`mapping` does; they may be one text too, of a list.

    :raises RequestRefused: they are not.
    """
    found = _parsed(configs) if isinstance(configs, str) else configs
    if isinstance(found, str | Mapping) or not isinstance(found, Iterable):
        raise RequestRefused(
            f"The operator's configs are {_kind_of(configs)}, not a list of Create requests. Give a list, or a "
            "template that renders to one as JSON, for example {{ params.requests | tojson }}."
        )
    return [mapping(config) for config in found]


def request(client: Any, kind: JobKind, given: Any, place: str = "config") -> dict[str, Any]:
    """Give a config, or a part of one, as the Create request that it means.

    :param place: what it is of the operator, for messages.
    :raises RequestRefused: it is no mapping, or names nothing.
    """
    found = mapping(given)
    if kind.name_member not in found:
        raise RequestRefused(f"The operator's {place} has no {kind.name_member}. Name the {kind.label}.")
    return typed(client, kind, found)


def typed(client: Any, kind: JobKind, request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the request with texts, and numbers of other types, turned into what its Create operation takes there.

    Which member is what says botocore's service model, so that every number of every request can be a template.
    What cannot be meant stays as it is: botocore names it when the request is sent.
    """
    method = f"create_{kind.create_stem(request) or kind.stem}"
    operation = client.meta.method_to_api_mapping[method]
    found: dict[str, Any] = _typed(client.meta.service_model.operation_model(operation).input_shape, request)
    return found


def _typed(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = shape.members
        return {name: _typed(members[name], one) if name in members else one for name, one in value.items()}
    if shape.type_name == "list" and isinstance(value, list | tuple):
        return [_typed(shape.member, one) for one in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {name: _typed(shape.value, one) for name, one in value.items()}
    if shape.type_name == "boolean" and isinstance(value, str):
        return _BOOLEANS.get(value.strip().lower(), value)
    # A database gives Decimal, pandas and numpy their own numbers; botocore takes none of them for a whole one.
    if shape.type_name in _WHOLE | _REAL and isinstance(value, str | Decimal | Real) and not isinstance(value, int):
        return _number(value, shape.type_name in _WHOLE)
    return value


def _number(value: Any, whole: bool) -> Any:
    if whole and isinstance(value, str):
        with suppress(ValueError):
            return int(value)  # not by way of a float, which would round a long one
    with suppress(ValueError, OverflowError):
        number = float(value)
        if math.isfinite(number) and not whole:
            return number
        if number.is_integer() and (isinstance(value, str) or int(value) == value):
            return int(number if isinstance(value, str) else value)
    return value


def _parsed(text: str) -> Any:
    # RecursionError: a text of a thousand brackets.
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
        return ast.literal_eval(text.strip())
    return None


def _kind_of(config: Any) -> str:
    if isinstance(config, str):
        return f"a text of {len(config)} characters that is no JSON and no Python literal of that kind"
    return f"a {type(config).__name__}"
