"""Whether a command that a page shows could be typed: its program, target, operation and options are there."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Callable
from functools import cache
from importlib import import_module

import boto3
from botocore.model import OperationModel

from tests.support.repository import ROOT

# Of the AWS CLI itself; and what it calls otherwise than botocore does.
_GLOBAL = {"--query", "--output", "--region", "--endpoint-url"}
_SERVICES = {"s3api": "s3"}
_MAKEFILE = (ROOT / "Makefile").read_text()


def unknown_in(command: str) -> list[str]:
    """Give the words of a command that nothing there is called; a pipe's other programs are not looked at."""
    words = shlex.split(command.partition(" | ")[0], comments=True)
    return _CHECKS[words[0]](words) if words[0] in _CHECKS else [words[0]]


def aws_operation(service: str, operation: str) -> OperationModel:
    """Give what botocore knows of an operation that is named as in the AWS CLI."""
    client = boto3.client(_SERVICES.get(service, service), region_name="us-east-1")
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation.replace("-", "_")])


def _aws(words: list[str]) -> list[str]:
    _, service, operation, *rest = words
    if service == "s3":
        return [] if operation in ("cp", "ls", "mb", "sync") else [operation]
    shape = aws_operation(service, operation).input_shape
    known = {f"--{member.lower()}" for member in shape.members} if shape else set()
    given = [word for word in rest if word.startswith("--")]
    return [word for word in given if word not in _GLOBAL and "--" + word[2:].replace("-", "") not in known]


def _make(words: list[str]) -> list[str]:
    targets = set(re.findall(r"^([a-z-]+):", _MAKEFILE, re.MULTILINE))
    variables = set(re.findall(r"\$\((?:filter-out 0,\$\()?([A-Z_]+)\)", _MAKEFILE))
    wanted = [word for word in words[1:] if "=" not in word and word not in targets]
    return wanted + [word for word in words[1:] if "=" in word and word.partition("=")[0] not in variables]


def _python(words: list[str]) -> list[str]:
    _, flag, module, *rest = words
    if flag != "-m":
        return [flag]
    return [word for word in rest if word.startswith("--") and word not in _options(module)]


@cache
def _options(module: str) -> frozenset[str]:
    """Give the options of one of the repository's own commands, as its help tells them."""
    found = import_module(f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        found.main(["--help"])
    return frozenset(re.findall(r"--[a-z-]+", printed.getvalue()))


def _airflow(words: list[str]) -> list[str]:
    from airflow.cli.cli_config import core_commands

    place = {command.name: command for command in core_commands}
    group, *rest = words[1:]
    if group not in place:
        return [group]
    command = place[group]
    if hasattr(command, "subcommands"):
        name = rest.pop(0) if rest else ""
        under = {one.name: one for one in command.subcommands}
        if name not in under:
            return [f"{group} {name}"]
        command = under[name]
    flags = {flag for argument in getattr(command, "args", ()) for flag in argument.flags}
    return [word for word in rest if word.startswith("-") and word not in flags]


_CHECKS: dict[str, Callable[[list[str]], list[str]]] = {
    "airflow": _airflow,
    "aws": _aws,
    "make": _make,
    "python": _python,
}
