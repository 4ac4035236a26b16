"""A model that is served by a script: its process, and the requests sent there."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.script_mode import host, requirements
from include.local_aws.runtimes.script_mode.relocation import ROOT, move_sources
from include.local_aws.runtimes.script_mode.settings import PROGRAM, SUBMIT_DIRECTORY

_USUAL_PROGRAM = "inference.py"


class ScriptServant:
    """A serving script in a process of its own."""

    def __init__(self, process: int, line: Connection) -> None:
        self._process = process
        self._line = line

    @classmethod
    def load(cls, model_dir: Path, environment: Mapping[str, str], framework: str) -> ScriptServant:
        """Start the script that `SAGEMAKER_PROGRAM` names, by default `inference.py`, and let it load the model.

        Its code is in `SAGEMAKER_SUBMIT_DIRECTORY`, which the runner has fetched, else in the model's `code/`.

        :raises ClientError: there is no such script, or its requirements are not met.
        :raises AlgorithmError: the script or its `model_fn` failed; the traceback is in the log.
        """
        code = _code(model_dir, environment)
        program = environment.get(PROGRAM.upper()) or _USUAL_PROGRAM
        _check(code, program)
        requirements.check(code)
        move_sources(code, {f"{ROOT}/model": model_dir, f"{ROOT}/code": code})
        wanted = host.Wanted(code, program, framework, model_dir)
        servant = cls(*_start(wanted, {**environment, "SM_MODEL_DIR": str(model_dir)}))
        servant._ask(None)
        return servant

    def execution_parameters(self) -> dict[str, object]:
        """Answer what batch transform assumes of a container that says nothing."""
        return {"MaxConcurrentTransforms": 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Let the script answer.

        :raises ClientError: a type that its framework's functions neither read nor write, or a body of another type.
        :raises AlgorithmError: the script raised, or its process has ended.
        """
        answer, kind = self._ask((body, content_type, accept))
        return answer, kind

    def _ask(self, request: tuple[bytes, str, str | None] | None) -> Any:
        try:
            if request is not None:
                self._line.send(request)
            outcome, told = self._line.recv()
        except (EOFError, OSError) as error:
            code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
            raise AlgorithmError(f"the script's process has ended, exit code: {code}") from error
        if outcome == host.REFUSED:
            raise ClientError(told)
        if outcome == host.FAILED:
            raise AlgorithmError(told)
        return told


def _code(model_dir: Path, environment: Mapping[str, str]) -> Path:
    given = environment.get(SUBMIT_DIRECTORY.upper(), "").removeprefix("file://")
    if not given or given.startswith(ROOT):
        return model_dir / "code"
    return Path(given)


def _check(code: Path, program: str) -> None:
    try:
        there = program.endswith(".py") and inside(code, program).is_file()
    except LeavesFolder as error:
        raise ClientError(f"{PROGRAM.upper()} cannot be a file of the code: {error}") from error
    if not there:
        raise ClientError(
            f"there is no Python file {program!r} to serve with: {PROGRAM.upper()} names one of "
            f"{SUBMIT_DIRECTORY.upper()}, or of code/ in the model's archive"
        )


def _start(wanted: host.Wanted, environment: Mapping[str, str]) -> tuple[int, Connection]:
    """Fork the script's process off this one, which has imported what scripts import, too."""
    ours, theirs = multiprocessing.Pipe()
    process = os.fork()
    if process == 0:
        code = 1
        try:
            ours.close()
            os.environ.update(environment)
            os.chdir(wanted.code)
            host.main(theirs, wanted)
            code = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # nothing of this process is cleaned up twice
    theirs.close()
    return process, ours
