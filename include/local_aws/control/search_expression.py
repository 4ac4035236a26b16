"""Whether a description satisfies a SearchExpression: filters, nested filters, sub-expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from include.local_aws.errors import ValidationException

# Properties that Search spells in another way than Describe: a list of names and values is asked for like a map.
_PAIRS = {"Tags": ("Tags", "Key", "Value"), "Metrics": ("FinalMetricDataList", "MetricName", "Value")}
_ORDERED: dict[str, Callable[[Any, Any], Any]] = {
    "GreaterThan": gt,
    "GreaterThanOrEqualTo": ge,
    "LessThan": lt,
    "LessThanOrEqualTo": le,
}


def matches(described: Mapping[str, Any], expression: Mapping[str, Any]) -> bool:
    """Whether a description satisfies an expression; an empty one is satisfied by everything.

    :raises ValidationException: a filter has no value, or one that cannot be compared.
    """
    answers = [
        *(_holds(described, one) for one in expression.get("Filters", [])),
        *(_nested(described, one) for one in expression.get("NestedFilters", [])),
        *(matches(described, one) for one in expression.get("SubExpressions", [])),
    ]
    return not answers or (any if expression.get("Operator") == "Or" else all)(answers)


def values_at(described: Any, path: Sequence[str]) -> Iterator[Any]:
    """Give every value at a path of members; of a list, those of each of its items."""
    if isinstance(described, list):
        for item in described:
            yield from values_at(item, path)
    elif not path:
        yield described
    elif path[0] in _PAIRS and isinstance(described, Mapping) and len(path) > 1:
        member, key, value = _PAIRS[path[0]]
        yield from (one[value] for one in described.get(member, []) if one[key] == ".".join(path[1:]))
    elif isinstance(described, Mapping) and path[0] in described:
        yield from values_at(described[path[0]], path[1:])


def _nested(described: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether one item of a list satisfies all filters, whose names begin with the list's."""
    place = wanted["NestedPropertyName"]
    filters = [{**one, "Name": one["Name"].removeprefix(f"{place}.")} for one in wanted["Filters"]]
    return any(all(_holds(item, one) for one in filters) for item in values_at(described, place.split(".")))


def _holds(described: Any, wanted: Mapping[str, Any]) -> bool:
    operator: str = wanted.get("Operator", "Equals")
    value: str | None = wanted.get("Value")
    found = list(values_at(described, wanted["Name"].split(".")))
    if operator in {"Exists", "NotExists"}:
        return bool(found) == (operator == "Exists")
    if value is None:
        raise ValidationException(f"The filter of {wanted['Name']} has no Value.")
    if operator in _ORDERED:
        return any(_compared(one, value, _ORDERED[operator]) for one in found)
    texts = [_text(one) for one in found]
    if operator == "Contains":
        return any(value in one for one in texts)
    if operator == "In":
        return any(one in value.split(",") for one in texts)
    return (value in texts or any(_compared(one, value, eq) for one in found)) == (operator == "Equals")


def _compared(found: Any, wanted: str, holds: Callable[[Any, Any], Any]) -> bool:
    """Compare as what was found is: a number, a moment or a text."""
    try:
        if isinstance(found, datetime):
            moment = datetime.fromisoformat(wanted)
            return bool(holds(found, moment if moment.tzinfo else moment.replace(tzinfo=UTC)))
        if not isinstance(found, bool):
            return bool(holds(float(found), float(wanted)))
    except (TypeError, ValueError):
        pass  # not all that stands at a path is of the kind that was asked for
    return bool(holds(_text(found), wanted))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
