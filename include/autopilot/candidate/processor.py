"""The data processor that Autopilot generated: which columns it expects, in which order, read as what.

The module (``candidate_data_processors/dppN.py``) holds::

    HEADER = Header(column_names=['target', 'a', 'b'], target_column_name='target')
    numeric = HEADER.as_feature_indices(['a'])
    return RobustLabelEncoder(labels=['no'], fill_label_value='yes', include_unseen_class=True)

The label encoder is NALabelEncoder for a regression. With two classes it names the majority in ``labels``, class 0, and
the minority in ``fill_label_value``, class 1; with more, all of them in the order of their indices.

It is parsed, never executed: whoever can write to the bucket must not run code here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from include.autopilot.base.errors import CandidateError


@dataclass(frozen=True)
class Processor:
    """What the generated module says.

    :param header: all columns in the order the featurizer expects, the target among them.
    :param target: the target column.
    :param kinds: how features are read ('numeric', 'categorical', 'text', 'datetime' ...) -> columns.
    :param labels: the classes by index; empty for a regression, or where the module does not name them.
    """

    header: tuple[str, ...]
    target: str
    kinds: dict[str, tuple[str, ...]]
    labels: tuple[str, ...] = ()


def parse_processor(source: str, place: str) -> Processor:
    """Read the generated module.

    :param place: where it is, for messages.
    :raises CandidateError: it is not Python, or has no ``HEADER`` of literal column names.
    """
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise CandidateError(f"{place} is not Python: {error.msg} in line {error.lineno}.") from error
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nested too deeply to be a generated module
        raise CandidateError(f"{place} is not Python that can be read: {error}.") from error
    for names, call in _assigned_calls(module):
        if "HEADER" in names and _called(call) == "Header":
            columns, target = _header(call, place)
            return Processor(columns, target, _kinds(module, place), _labels(module, place))
    raise CandidateError(f"{place} has no HEADER = Header(...): the column order of the training data is unknown.")


def _assigned_calls(module: ast.AST) -> Iterator[tuple[list[str], ast.Call]]:
    """Yield (names, call) for every ``name = call(...)`` anywhere in the module, in the order of the text."""
    found = [
        (node.targets, node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    ]
    for targets, call in sorted(found, key=lambda pair: pair[1].lineno):
        yield [target.id for target in targets if isinstance(target, ast.Name)], call


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _header(call: ast.Call, place: str) -> tuple[tuple[str, ...], str]:
    arguments = {keyword.arg: keyword.value for keyword in call.keywords}
    arguments.update(zip(("column_names", "target_column_name"), call.args, strict=False))
    if not {"column_names", "target_column_name"} <= set(arguments):
        raise CandidateError(f"{place}: HEADER names no column_names or no target_column_name.")
    columns = _strings(arguments["column_names"], place)
    target = _literal(arguments["target_column_name"], place)
    if not isinstance(target, str) or columns.count(target) != 1:
        raise CandidateError(f"{place}: HEADER's target {target!r} is not exactly one of its columns.")
    if len(set(columns)) != len(columns):
        raise CandidateError(f"{place}: HEADER names a column twice.")
    return columns, target


def _kinds(module: ast.AST, place: str) -> dict[str, tuple[str, ...]]:
    kinds: dict[str, tuple[str, ...]] = {}
    for names, call in _assigned_calls(module):
        if _called(call) == "as_feature_indices" and names and call.args:
            kinds[names[0]] = _strings(call.args[0], place)
    return kinds


def _labels(module: ast.AST, place: str) -> tuple[str, ...]:
    """Return the classes that the one label encoder names, by index."""
    calls = (node for node in ast.walk(module) if isinstance(node, ast.Call))
    encoder = next((call for call in calls if _called(call) == "RobustLabelEncoder"), None)
    if encoder is None:
        return ()
    arguments = {keyword.arg: keyword.value for keyword in encoder.keywords}
    arguments.update(zip(("labels", "fill_label_value"), encoder.args, strict=False))
    known = _literal(arguments["labels"], place) if "labels" in arguments else None
    fill = _literal(arguments["fill_label_value"], place) if "fill_label_value" in arguments else None
    if not isinstance(known, list | tuple):
        return ()
    return tuple(str(label) for label in (*known, *(() if fill is None or fill in known else (fill,))))


def _strings(node: ast.expr, place: str) -> tuple[str, ...]:
    value = _literal(node, place)
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
        raise CandidateError(f"{place}: a list of column names was expected in line {node.lineno}.")
    return tuple(value)


def _literal(node: ast.expr, place: str) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError) as error:
        raise CandidateError(f"{place}: line {node.lineno} is not a literal, so it cannot be read safely.") from error
