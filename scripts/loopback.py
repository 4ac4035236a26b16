"""The ``airflow`` command with its log servers on loopback: ``python -m scripts.loopback standalone``.

The scheduler and the triggerer serve the logs of running tasks to the UI, on every address of the machine; Airflow has
no option for that. Here a server that is not told where to listen listens on loopback.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import uvicorn
from airflow.cli.commands import standalone_command

from scripts.airflow_env import LOOPBACK

_run = uvicorn.run


def run_on_loopback(app: Any, *, host: str = LOOPBACK, **options: Any) -> None:
    """Run a server as uvicorn does, on loopback where it would listen on every address for want of another."""
    _run(app, host=host or LOOPBACK, **options)


class LoopbackPart(standalone_command.SubCommand):
    """A part of ``airflow standalone``, started by this program."""

    def run(self) -> None:
        """Start the part and pass on what it prints, as the base class does."""
        command = [sys.executable, "-m", "scripts.loopback", *self.command]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.env) as self.process:
            for line in self.process.stdout or ():
                self.parent.output_queue.append((self.name, line))


# Here and not in main: a process that is spawned rather than forked reads this module again, and no more.
uvicorn.run = run_on_loopback
standalone_command.SubCommand = LoopbackPart  # type: ignore[misc]


if __name__ == "__main__":
    from airflow.__main__ import main

    main()
