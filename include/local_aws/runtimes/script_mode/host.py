"""What runs in the process of a serving script, apart from the other containers of its model."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.script_mode.handlers import Handlers, import_script

READY, ANSWERED, REFUSED, FAILED = "ready", "answered", "refused", "failed"


@dataclass(frozen=True)
class Wanted:
    """The folder of the code, the script in it, the framework whose functions it may lack, the model's folder."""

    code: Path
    program: str
    framework: str
    model_dir: Path


def main(line: Connection, wanted: Wanted) -> None:
    """Load the script and its model, then answer requests until the line closes."""
    try:
        script = import_script(wanted.code, wanted.program)
        handlers = Handlers(script, wanted.framework, wanted.model_dir, os.environ)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is why the container does not come up
        line.send(_told(error))
        return
    line.send((READY, None))
    while True:
        try:
            request = line.recv()
        except EOFError:
            return
        try:
            line.send((ANSWERED, handlers.answer(*request)))
        except Exception as error:  # noqa: BLE001 - and here it is the answer
            line.send(_told(error))


def _told(error: BaseException) -> tuple[str, str]:
    if isinstance(error, ClientError):
        return REFUSED, str(error)
    traceback.print_exc()
    sys.stderr.flush()
    return FAILED, f"{type(error).__name__}: {error}"
