"""An outline as a tree of text lines, for a terminal of any kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Node = tuple[str, Sequence["Node"]]

_WIDEST = 300


def render(outline: Mapping[str, Any]) -> str:
    """Return the lines of an outline."""
    label, children = _root(outline)
    return "\n".join([_printable(label), *_lines(children, "")])


def _lines(nodes: Sequence[Node], indent: str) -> Iterator[str]:
    for place, (label, children) in enumerate(nodes):
        last = place == len(nodes) - 1
        yield f"{indent}{'└── ' if last else '├── '}{_printable(label)}"
        yield from _lines(children, indent + ("    " if last else "│   "))


def tree(label: str, children: Sequence[Node]) -> str:
    """Return a node and everything below it as lines."""
    return "\n".join([label, *_lines(children, "")])


def _root(outline: Mapping[str, Any]) -> Node:
    name = outline["automl_job"] or outline["candidate"] or "candidate"
    children = [
        _verdict(outline),
        *_list("missing, so not everything can be said", outline["missing"]),
        *_list("warnings", outline["warnings"]),
        *_list("no template", [outline["no_template"]] if _is_news(outline) else []),
        ("candidate", _pairs(_facts(outline))),
        *_branch("steps", [_step(step) for step in outline["steps"]]),
        *_branch(
            "inference containers", [_container(place, found) for place, found in enumerate(outline["containers"])]
        ),
        *_branch("hyperparameters", _pairs(outline["hyperparameters"])),
        *_branch("columns, in order", _columns(outline)),
        *_list("classes, by index", outline["labels"]),
        *_branch("carried over", [_request(role, request) for role, request in outline["carried"].items()]),
        *_branch("tags carried over", [(role, _pairs(tags)) for role, tags in outline["tags"].items()]),
        *_branch("not carried over", [_left_out(entry) for entry in outline["not_carried"]]),
    ]
    return name, children


def _verdict(outline: Mapping[str, Any]) -> Node:
    details = [] if outline["reason"] is None else [(str(outline["reason"]), ())]
    return str(outline["verdict"]), details


def _is_news(outline: Mapping[str, Any]) -> bool:
    """Whether the reason for having no template is another one than those told above it."""
    return outline["no_template"] not in (None, outline["reason"]) and not outline["missing"]


def _facts(outline: Mapping[str, Any]) -> dict[str, Any]:
    objective = outline["objective"]
    facts = {
        "name": outline["candidate"],
        "status": outline["status"],
        "mode": outline["mode"],
        "problem type": outline["problem_type"],
        "target": outline["target"],
        "algorithm": outline["algorithm"],
        "template digest": outline["template_digest"],
    }
    if objective:
        value = "" if objective["value"] is None else f", the search found {objective['value']:g}"
        facts["objective"] = f"{objective['metric']} ({objective['direction']}){value}"
    return {name: value for name, value in facts.items() if value is not None}


def _step(step: Mapping[str, Any]) -> Node:
    head = f"{step['role']}: {step['kind']} {step.get('name', '(its name is not told)')}"
    told = {name: value for name, value in step.items() if name not in ("role", "kind", "name", "environment")}
    return head, [*_pairs(told), *_branch("environment", _pairs(step.get("environment", {})))]


def _container(place: int, container: Mapping[str, Any]) -> Node:
    environment = _branch("environment", _pairs(container["environment"]))
    return f"{place}: {container['image']}", [(f"artifact: {container['artifact']}", ()), *environment]


def _columns(outline: Mapping[str, Any]) -> list[Node]:
    target = outline["target"]
    return [(f"{column} (target)" if column == target else str(column), ()) for column in outline["columns"]]


def _request(role: str, request: Mapping[str, Any]) -> Node:
    return role, [_node(name, value) for name, value in request.items()]


def _node(name: str, value: Any) -> Node:
    """Return structures as branches, and lists of structures as one branch per element."""
    if isinstance(value, Mapping) and value:
        return name, [_node(str(inner), entry) for inner, entry in value.items()]
    if isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
        return name, [_node(str(place), entry) for place, entry in enumerate(value)]
    return f"{name}: {_short(value)}", ()


def _left_out(entry: Mapping[str, Any]) -> Node:
    return f"{entry['of']}: {entry['path']} = {_short(entry['value'])}", [(str(entry["reason"]), ())]


def _branch(label: str, children: Sequence[Node]) -> list[Node]:
    return [(label, children)] if children else []


def _list(label: str, entries: Sequence[Any]) -> list[Node]:
    return _branch(label, [(str(entry), ()) for entry in entries])


def _pairs(values: Mapping[str, Any]) -> list[Node]:
    return [(f"{name}: {_short(value)}", ()) for name, value in values.items()]


def _short(value: Any) -> str:
    text = "(empty)" if value == "" else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _printable(text: str) -> str:
    """Return a text on one line: what others wrote must not break the tree or steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
