"""A serving script's functions, the framework's own in place of those it lacks."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from include.local_aws.runtimes.script_mode import defaults, formats

_ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
_THREE = ("input_fn", "predict_fn", "output_fn")


class Handlers:
    """One loaded model with the functions that ask it."""

    def __init__(self, script: ModuleType, framework: str, model_dir: Path, environment: Mapping[str, str]) -> None:
        usual = defaults.of(framework)
        self._transform = getattr(script, "transform_fn", None)
        if self._transform and any(hasattr(script, name) for name in _THREE):
            raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self._input = getattr(script, "input_fn", usual.input_fn)
        self._predict = getattr(script, "predict_fn", usual.predict_fn)
        self._output = getattr(script, "output_fn", defaults.output_fn)
        self._accept = environment.get(_ACCEPT, formats.JSON)
        self._model = getattr(script, "model_fn", defaults.model_fn)(str(model_dir))

    def answer(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Answer one request; raises whatever the script raises."""
        given = content_type.partition(";")[0].strip().lower() or formats.JSON
        wanted = self._accept if accept in (None, "", "*/*") else str(accept)
        content = body.decode("utf-8") if given in formats.TEXTS else body
        if self._transform:
            return _sent(self._transform(self._model, content, given, wanted), wanted)
        predicted = self._predict(self._input(content, given), self._model)
        return _sent(self._output(predicted, wanted), wanted)


def import_script(code: Path, program: str) -> ModuleType:
    """Import a script by its name, with the folders it and its neighbours are imported from."""
    module = program.removesuffix(".py").replace("/", ".")
    sys.path.insert(0, str(code))
    return importlib.import_module(module)


def _sent(result: Any, wanted: str) -> tuple[bytes, str]:
    """Return what a script answered: a body, or a body and its type."""
    body, kind = result if isinstance(result, tuple) else (result, wanted)
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes | bytearray | memoryview):
        raise TypeError(f"the response is no bytes and no text but {type(body).__name__}: let output_fn serialize it")
    return bytes(body), str(kind)
