"""What a running ``make up`` tells other programs: where it is, and the environment of its ``airflow`` command."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from scripts.airflow_env import ROOT

UP = ROOT / ".local" / "up"
_NOTE, _SHELL = "running.json", "airflow.env"


class NotRunning(Exception):
    """Nothing runs there; the message says how to start it."""


class AlreadyRunning(Exception):
    """There is one already; the message says where."""


@dataclass(frozen=True)
class Running:
    """One running ``make up``.

    :param pid: of the program that started everything and stops it again.
    :param aws: address of the embedded AWS.
    :param ui: address of Airflow's UI and REST API.
    :param environment: what ``airflow`` needs to find the same database, DAGs and AWS.
    """

    pid: int
    aws: str
    ui: str
    environment: Mapping[str, str]


@contextmanager
def announced(folder: Path, aws: str, ui: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Leave a note while the block runs: ``running.json`` for programs, ``airflow.env`` for shells.

    Both are readable by their owner only: they hold the secret that signs this installation's tokens.
    """
    note = Running(os.getpid(), aws, ui, dict(environment))
    texts = {_NOTE: json.dumps(asdict(note), indent=2), _SHELL: _exports({**environment, "AWS_ENDPOINT_URL": aws})}
    for name, text in texts.items():
        path = folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
    try:
        yield
    finally:
        for name in texts:
            (folder / name).unlink(missing_ok=True)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Be the only ``make up`` of a folder while the block runs, from before anything of it is started.

    :raises AlreadyRunning: another one is.
    """
    with (folder / "lock").open("a+") as lock:  # whatever ends the process lets go of it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            pid = lock.read().strip()
            told = (
                f"Process {pid} has the objects of `make up`: one that starts, or a `make drop` or `make demo`. "
                "Wait for its login line, or its end"
            )
            with suppress(NotRunning):
                told = f"`make up` runs here already, process {pid}, its UI is {running(folder).ui}. Use that one"
            raise AlreadyRunning(f"{told}, or stop it first: Ctrl-C in its terminal, or kill {pid}.") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def running(folder: Path = UP) -> Running:
    """Read the note of the ``make up`` that is running.

    :raises NotRunning: there is none, or it was killed and its note has stayed.
    """
    with suppress(FileNotFoundError, ValueError, TypeError):
        found = Running(**json.loads((folder / _NOTE).read_text()))
        if psutil.pid_exists(found.pid):
            return found
    raise NotRunning("Nothing is running here. Start it in another terminal: `make up`, and wait for its login line.")


def _exports(environment: Mapping[str, str]) -> str:
    """Give the lines that a shell reads; its own search path stays, behind the first folder of this one."""
    given = {name: shlex.quote(value) for name, value in environment.items()}
    if "PATH" in environment:
        given["PATH"] = f'{shlex.quote(environment["PATH"].partition(os.pathsep)[0])}{os.pathsep}"$PATH"'
    return "".join(f"export {name}={value}\n" for name, value in given.items())
