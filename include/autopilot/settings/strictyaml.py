"""YAML 1.1 without its traps: one document of plain values, in which every key is a text and stands once.

``yes`` is a text, not true, and so are ``012``, ``1_000`` and ``1:30``, which YAML 1.1 takes for numbers. A text
that is too long, or that a few aliases blow up to millions of values, is refused before it costs anything: Airflow
reads the models again and again, in every process.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable
from typing import Any

import yaml
from yaml.composer import Composer

from include.autopilot.base.errors import ConfigError

# The longest list that a model has is its columns: two thousand names are a fifth of either.
MOST_CHARACTERS = 256 * 1024
MOST_VALUES = 20_000
MOST_LEVELS = 20
# Escapes can write them; databases refuse them, and with them every DAG that is stored together with this one.
_NOWHERE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAB = re.compile("^ *\t", re.MULTILINE)
_EXAMPLES = "docs/models.md has whole examples."


if hasattr(yaml, "CSafeLoader"):

    class _Reader(Composer, yaml.CSafeLoader):
        """libyaml reads the text: every wheel of PyYAML has it, and each of the DAG files reads each of the models."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)

else:
    # PyYAML was built without libyaml: the same values and refusals, at a twelfth of the speed.
    _Reader = yaml.SafeLoader  # type: ignore[misc, assignment]


class _Loader(_Reader):
    """Composes and constructs what :func:`read_yaml` promises."""

    depth = 0

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [rule for rule in rules if rule[0].rpartition(":")[2] not in ("bool", "int", "float")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def get_single_node(self) -> yaml.Node | None:
        root: yaml.Node | None = super().get_single_node()
        if root is not None and _size(root, {}) > MOST_VALUES:
            raise ConfigError(
                f"it holds more than {MOST_VALUES:,} values, aliases written out, and no model needs so many."
            )
        return root

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MOST_LEVELS:
            raise ConfigError(f"it has more than {MOST_LEVELS} levels, and no key needs more than four.")
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        value = super().construct_scalar(node)
        if found := _NOWHERE.search(value):
            line = node.start_mark.line + 1
            raise ConfigError(
                f"the text in line {line} holds U+{ord(found[0]):04X}, which nothing can store. Take it out."
            )
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError(f"a key in line {key.start_mark.line + 1} is no text. Write a name before the colon.")
        counted = Counter(key.value for key, _ in node.value)
        for key, count in counted.items():
            if count > 1:
                raise ConfigError(f"key {key!r} is given twice. Keep one of them.")
        values = super().construct_mapping(node, deep=deep)
        for key in values:
            if not isinstance(key, str):
                raise ConfigError(f"key {key!r} is no text. Put it in quotes if it is meant.")
        return values


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?((([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)|\.inf)$|^\.nan$"),
    list("-+.0123456789"),
)


def read_yaml(text: str) -> dict[str, Any]:
    """Read one document of keys and values.

    :return: the values: texts, numbers, booleans, dates, None, and lists and dicts of them.
    :raises ConfigError: it is no YAML, or no such YAML; the message says what to do.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConfigError(f"it has {len(text):,} characters, and no model needs more than {MOST_CHARACTERS:,}.")
    try:
        values = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, made stricter
    except RecursionError:
        raise ConfigError(
            "its lists or keys lie too deep in each other. No key needs more than three levels."
        ) from None
    # PyYAML lets Python's own errors through where a value only looks like a date or a number, as 2024-13-01 does.
    except (yaml.YAMLError, ValueError, OverflowError, TypeError, AttributeError, LookupError) as error:
        raise ConfigError(f"it is not YAML: {error}.{_told_of_tabs(text)} Correct it; {_EXAMPLES}") from error
    if values is None:
        raise ConfigError(f"it is empty. {_EXAMPLES}")
    if not isinstance(values, dict):
        kind = "a text" if isinstance(values, str) else "a list" if isinstance(values, list) else "a number or a date"
        raise ConfigError(f"it is {kind}, not keys and values. {_EXAMPLES}")
    return values


def _told_of_tabs(text: str) -> str:
    """Name the commonest slip, which YAML calls a character that cannot start any token."""
    found = _TAB.search(text)
    return f" Line {text.count(chr(10), 0, found.start()) + 1} begins with a tab: write blanks." if found else ""


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Count the values that a node stands for, aliases written out, in time linear in what was really written."""
    if id(node) not in known:
        known[id(node)] = MOST_VALUES + 1  # met again before it is counted, it contains itself
        known[id(node)] = 1 + sum(_size(child, known) for child in _children(node))
    return known[id(node)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []
