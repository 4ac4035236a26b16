"""A DAG's form as the dashboard draws it: the same fields that Airflow draws, in groups, with what is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The group of the fields that Airflow's form shows first.
_FIRST = {"retrain": "What data", "search": "What to search", "score": "What to score"}
_EMPTY = "as it is"


@dataclass(frozen=True)
class Field:
    """One field.

    :param control: ``choice``, ``switch``, ``day``, ``number`` or ``text``.
    :param value: what it begins with, as the control has it.
    :param choices: of a choice: JSON -> label; of others: what is offered -> label.
    :param needed: whether it has to be filled in.
    """

    name: str
    title: str
    description: str
    control: str
    value: str
    choices: Mapping[str, str]
    needed: bool


def groups_of(
    kind: str, form: Mapping[str, Mapping[str, Any]], offered: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[Field]]:
    """Return the fields of a form by group, in order.

    :param form: as :meth:`include.autopilot.settings.forms.Form.form` returns it.
    :param offered: field -> values that are offered.
    """
    groups: dict[str, list[Field]] = {}
    for name, schema in form.items():
        group = groups.setdefault(schema.get("section", _FIRST[kind]), [])
        group.append(_field(name, schema, offered.get(name, schema.get("examples", ()))))
    return groups


def _field(name: str, schema: Mapping[str, Any], offered: Sequence[str]) -> Field:
    control, value = _control(schema), schema.get("default")
    labels = schema.get("values_display", {})
    choices = {one: one for one in offered}
    if control == "choice":
        choices = {json.dumps(one): str(labels.get(_key(one), one or _EMPTY)) for one in schema["enum"]}
        shown = json.dumps(value)
    elif control == "day":
        shown = str(value or "")[:10]
    else:
        shown = "" if value is None else str(value)
    return Field(name, schema["title"], schema["description"], control, shown, choices, "default" not in schema)


def _control(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", [])
    if "enum" in schema:
        return "choice"
    if kinds == "boolean":
        return "switch"
    if schema.get("format") == "date-time":
        return "day"
    return "number" if "integer" in kinds else "text"


def _key(one: object) -> str:
    return one if isinstance(one, str) else json.dumps(one)
