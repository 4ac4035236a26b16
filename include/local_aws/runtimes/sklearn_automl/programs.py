"""The Python programs that come with a job: the training program of the `code` channel, the artifact's serving one."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runtimes import AlgorithmError, ClientError

OPT_ML = "/opt/ml/"


@contextmanager
def importing_from(folder: Path) -> Iterator[None]:
    """Let modules of `folder` be imported; forget them afterwards, so that the next job sees its own."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            place = getattr(sys.modules[name], "__file__", None) or ""
            if place.startswith(str(folder)):
                del sys.modules[name]


def program(name: str, folder: Path) -> ModuleType:
    """Import the module `name`, which must be found in `folder` (see :func:`importing_from`).

    :raises ClientError: there is no such file.
    :raises AlgorithmError: it cannot be imported.
    """
    path = _inside(folder, f"{name.replace('.', '/')}.py")
    if not path.is_file():
        raise ClientError(f"there is no {path.name} for the program {name} in {folder.name}")
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise AlgorithmError(f"the program {name} cannot be imported: {error}") from error


def serving_program(model_dir: Path, environment: Mapping[str, str]) -> ModuleType:
    """Import the serving program of a model artifact, as its environment says.

    ``SAGEMAKER_SUBMIT_DIRECTORY`` is a folder (``/opt/ml/model/code``) or, as in artifacts of 2020, the program itself
    (``/opt/ml/model/sagemaker_serve.py``); without it the program is looked for in ``code/``.

    :raises ClientError: the artifact has no such program.
    """
    submitted = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", f"{OPT_ML}model/code")
    if not submitted.startswith(f"{OPT_ML}model/"):
        raise ClientError(f"SAGEMAKER_SUBMIT_DIRECTORY must be under /opt/ml/model, not {submitted}")
    name = submitted.removeprefix(f"{OPT_ML}model/").rstrip("/")
    if not name.endswith(".py"):
        name = f"{name}/{environment.get('SAGEMAKER_PROGRAM', 'sagemaker_serve').removesuffix('.py')}.py".lstrip("/")
    path = _inside(model_dir, name)
    if not path.is_file():
        raise ClientError(f"the model artifact has no serving program {path.name} where {submitted} says")
    spec = importlib.util.spec_from_file_location(f"_serving_{abs(hash(str(path)))}", path)
    if spec is None or spec.loader is None:
        raise ClientError(f"{path.name} is not a Python program")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AlgorithmError(f"the program {path.name} cannot be imported: {error}") from error
    return module


def _inside(folder: Path, name: str) -> Path:
    try:
        return inside(folder, name)
    except LeavesFolder as error:
        raise ClientError(f"a program is a file that comes with its job: {error}") from error
