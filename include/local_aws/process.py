"""Start the embedded AWS endpoint as a process of its own, and stop it again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from include.local_aws.__main__ import READY

_ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 30


class StartFailed(Exception):
    """The endpoint did not come up; the message ends with what it said on its way down."""


class LocalAws:
    """A running endpoint: ``url`` to talk to it, :meth:`stop` (or leaving the ``with`` block) to end it.

    The process also ends by itself when the one that started it is gone, however that one ended.
    """

    def __init__(self, process: subprocess.Popen[str], url: str, data: Path) -> None:
        self._process = process
        self.url = url
        self.data = data

    @property
    def pid(self) -> int:
        """The process id of the endpoint."""
        return self._process.pid

    def stop(self) -> None:
        """Stop the endpoint and its jobs; no harm if it is gone already."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def kill(self) -> None:
        """End the endpoint as a power cut would (SIGKILL)."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(data: Path, port: int = 0, *, faults: bool = False, module: str = "include.local_aws") -> LocalAws:
    """Start ``python -m include.local_aws`` on ``data`` and wait until it answers.

    Its stderr goes to ``<data>/server.log``. ``faults`` opens the route of :class:`~include.local_aws.faults.Faults`,
    for tests; ``module`` is another one with the same command line. Raises :class:`StartFailed` if it ends instead of
    answering.
    """
    data.mkdir(parents=True, exist_ok=True)
    log = data / "server.log"
    command = [sys.executable, "-m", module, "--data", str(data), "--port", str(port)]
    command += ["--faults"] if faults else []
    with log.open("a") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*command, "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
            text=True,
            start_new_session=True,  # Ctrl-C reaches whoever started it, who then stops it in order
        )
    line = process.stdout.readline() if process.stdout else ""
    started = LocalAws(process, line.removeprefix(READY).strip(), data)
    if not line.startswith(READY):
        started.kill()
        raise StartFailed(f"the embedded AWS endpoint did not start: {log.read_text()[-2000:].strip()} (see {log})")
    return started


def _environment() -> dict[str, str]:
    path = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in path if part)}
