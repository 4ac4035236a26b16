"""Can a generated module run here? Told from its text, before any job starts; nothing of it is executed.

Asked are the packages that the image has: the estimators of this package, scikit-learn, NumPy, SciPy, pandas, and what
comes with Python. Of a class that is called by its name, the names of the arguments are looked at, too: generated code
is as old as its image, and scikit-learn has renamed some since.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from include.local_aws.runtimes.automl_extension import PACKAGE
from include.local_aws.runtimes.sklearn_automl import CONTAINER

_HAS = ("joblib", "numpy", "pandas", "scipy", "sklearn")
# What the library has and the image has not, where there is a reason to tell.
_WITHOUT = {
    "TSFeatureExtractor": "it needs tsfresh",
    "TSFreshFeatureExtractor": "it needs tsfresh",
    "read_csv_data": "it needs mlio; programs that read files here are the embedded image's own",
}
_BUILDERS = ("build_feature_transform", "build_label_transform")
# Importing the container's package is what makes PACKAGE importable.
assert CONTAINER  # noqa: S101


def refusals(source: str, place: str) -> list[str]:
    """Say what of a generated module cannot run here, a sentence each; nothing if all can.

    :param source: the module's text.
    :param place: what to call it, such as its file name.
    """
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [f"{place} is not Python that can be read: {error}."]
    defined = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    said = [f"{place} has no function {name}()." for name in _BUILDERS if name not in defined]
    known: dict[str, Any] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                why = _module(alias.name)
                said += [] if why is None else [f"{place}, line {node.lineno}: {why}."]
        elif isinstance(node, ast.ImportFrom):
            said += [f"{place}, line {node.lineno}: {why}." for why in _members(node, known)]
    calls = (node for node in ast.walk(module) if isinstance(node, ast.Call))
    return [*said, *(f"{place}, line {call.lineno}: {why}." for call in calls for why in _arguments(call, known))]


def _module(name: str) -> str | None:
    """Say why a module cannot be imported, or None."""
    root = name.partition(".")[0]
    if root in sys.stdlib_module_names or name in sys.modules:
        return None
    if root not in (*_HAS, PACKAGE):
        return f"the package {root} is not in the embedded image"
    if root == PACKAGE:
        return f"the module {name} is not in the embedded image"
    try:
        return None if find_spec(name) else f"there is no module {name} in the embedded image"
    except ModuleNotFoundError:
        return f"there is no module {name} in the embedded image"


def _members(node: ast.ImportFrom, known: dict[str, Any]) -> Iterator[str]:
    """Say which members cannot be imported; keep what the others are."""
    if node.level or node.module is None:
        yield "an import from its own folder, which generated modules do not have"
        return
    why = _module(node.module)
    if why is not None:
        yield f"{why}, so {', '.join(alias.name for alias in node.names)} cannot be had"
        return
    if node.module.partition(".")[0] in sys.stdlib_module_names:
        return
    # The packages of the list above and no others: what the folder holds is never imported.
    module = importlib.import_module(node.module)
    for alias in node.names:
        if alias.name == "*":
            yield f"an import of everything of {node.module}, which cannot be looked at"
        elif hasattr(module, alias.name):
            known[alias.asname or alias.name] = getattr(module, alias.name)
        elif _module(f"{node.module}.{alias.name}") is not None:
            why = f": {_WITHOUT[alias.name]}" if alias.name in _WITHOUT else ""
            yield f"{alias.name} of {node.module} is not in the embedded image{why}"


def _arguments(call: ast.Call, known: dict[str, Any]) -> Iterator[str]:
    called = known.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if not inspect.isclass(called) or not called.__module__.startswith((PACKAGE, "sklearn")):
        return
    takes = inspect.signature(called).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values()):
        return
    for argument in call.keywords:
        if argument.arg is not None and argument.arg not in takes:
            yield f"{called.__name__} takes no argument {argument.arg} in the embedded image"
