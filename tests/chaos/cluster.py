"""The processes that are killed, and the supervisor that starts them again."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import httpx
import psutil

from include.local_aws.process import LocalAws, start
from scripts.airflow_env import LOCAL_ACCOUNT
from tests.chaos.settings import commands, environment
from tests.chaos.tap import Tap

SECONDS_TO_START = 600
_SECONDS_TO_LOOK = 0.1
_PR_SET_CHILD_SUBREAPER = 36


class NotStarted(Exception):
    """Airflow did not come up; the message names the log."""


def campaign_home(name: str) -> Path:
    """Make this process ready to start things that are killed, and a folder for all that they leave.

    It becomes the parent of whatever loses its own, so that nothing can be left running unseen (Linux), and lets go in
    order when it is told to end.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    _adopt_orphans()
    # One thread for each job: several run at once.
    os.environ.update(LOCAL_ACCOUNT, OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive")
    home = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    print(f"logs, kept unless all is right: {home}", flush=True)
    return home


def _adopt_orphans() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


class Cluster:
    """One embedded AWS behind a :class:`~tests.chaos.tap.Tap`, and one Airflow.

    :param home: folder of everything, logs included.
    :param settings: what the environment says differently.
    :param more: ``airflow`` commands of further components, by name.
    """

    # Whose Airflow it is.
    python = sys.executable
    start_aws: Callable[..., LocalAws] = staticmethod(start)

    def __init__(
        self,
        home: Path,
        settings: Mapping[str, str] = MappingProxyType({}),
        more: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        self.home = home
        self._lock = threading.RLock()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._due: dict[str, float] = {}
        self._leftovers: list[psutil.Process] = []
        self.unasked: list[str] = []
        (home / "airflow").mkdir(parents=True)
        self.aws = self.start_aws(home / "aws")
        self._aws_port = int(self.aws.url.rsplit(":", 1)[1])
        self.tap = Tap(self._aws_port)
        self.environment = {**environment(home / "airflow", self.tap.url), **settings}
        self._commands = {**commands(self.environment), **more}
        self.api = self.environment["AIRFLOW__API__BASE_URL"]

    def start(self) -> None:
        """Make the database, start every component and wait until all report healthy."""
        if self._run("db", ("db", "migrate")).wait() != 0:
            raise NotStarted(f"Airflow could not make its database; see {self.home / 'db.log'}")
        for name in self._commands:
            self._start(name)
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError, ValueError):
                health = httpx.get(f"{self.api}/api/v2/monitor/health").json()
                tasks = httpx.get(f"{self.environment['AIRFLOW__CORE__EXECUTION_API_SERVER_URL']}health")
                if tasks.is_success and all(part.get("status") == "healthy" for part in health.values()):
                    return
            if ended := [name for name, process in self._processes.items() if process.poll() is not None]:
                raise NotStarted(f"Airflow's {ended} ended instead of starting; see {self.home}")
            time.sleep(1)
        raise NotStarted(f"Airflow did not become healthy in {SECONDS_TO_START} s; see {self.home}")

    def kill(self, name: str, whole: bool, pause: float) -> bool:
        """Kill a component, or ``aws``, with SIGKILL; it is started again ``pause`` seconds later.

        :param whole: its children too, as when a container dies; else they are orphans and do what they like.
        :return: False if it was down already.
        """
        with self._lock:
            if name in self._due:
                return False
            if name == "aws":
                self.aws.kill()
            else:
                self._kill_component(name, whole)
            self._due[name] = time.monotonic() + pause
            return True

    def kill_task(self, pid: int, how: str) -> bool:
        """Kill a running task with SIGKILL: its ``task`` process, its ``worker`` (the supervisor), or ``both``."""
        with self._lock, suppress(psutil.NoSuchProcess):
            task = psutil.Process(pid)
            worker = task.parent()
            if not self._is_ours(task) or worker is None or worker.pid == os.getpid():
                return False
            if how in ("worker", "both"):
                worker.kill()
            if how in ("task", "both"):
                task.kill()
            return True
        return False

    def is_supervised(self, pid: int) -> bool:
        """Whether a task's process is alive and so is the worker that it reports to."""
        with suppress(psutil.NoSuchProcess):
            worker = psutil.Process(pid).parent()
            return worker is not None and worker.pid != os.getpid()
        return False

    @contextmanager
    def supervised(self) -> Iterator[Future[None]]:
        """Start again what was killed, until the block is left; gives the supervisor, who is done only if he failed."""
        enough = threading.Event()

        def supervise() -> None:
            while not enough.wait(_SECONDS_TO_LOOK):
                self._supervise()

        with ThreadPoolExecutor(1, "supervisor") as threads:
            supervisor = threads.submit(supervise)
            try:
                yield supervisor
            finally:
                enough.set()

    def _supervise(self) -> None:
        with self._lock:
            now = time.monotonic()
            for name in [name for name, due in self._due.items() if due <= now]:
                if name == "aws":
                    self.aws = self.start_aws(self.home / "aws", self._aws_port)
                else:
                    self._start(name)
                del self._due[name]
            for name, process in self._processes.items():
                if name not in self._due and process.poll() is not None:
                    self.unasked.append(f"{name} ended by itself with {process.returncode}")
                    self._due[name] = now + 1
            self._end_idle_orphans()
        self._reap()

    def is_whole(self) -> bool:
        """Whether nothing waits to be started again."""
        return not self._due

    def stop(self) -> list[str]:
        """End everything that was started; gives what is left all the same, which is nothing."""
        with self._lock:
            for process in self._processes.values():
                process.terminate()
            self.tap.stop()
            self.aws.stop()
            for process in self._processes.values():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)
            for _ in range(3):  # a process may start another one while it is being ended
                for one in (left := psutil.Process().children(recursive=True)):
                    with suppress(psutil.NoSuchProcess):
                        one.kill()
                psutil.wait_procs(left, 10)
                self._reap()
            return [str(one.pid) for one in psutil.Process().children(recursive=True)]

    def _kill_component(self, name: str, whole: bool) -> None:
        process = self._processes[name]
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for child in children if whole else ():
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            if not whole:
                self._leftovers += children
        process.wait()

    def _end_idle_orphans(self) -> None:
        """End the workers of a killed scheduler once they have no task; nobody would ever give them another one."""
        for orphan in list(self._leftovers):
            with suppress(psutil.Error):
                if orphan.status() != psutil.STATUS_ZOMBIE and "<idle>" not in " ".join(orphan.cmdline()):
                    continue
                orphan.kill()
            self._leftovers.remove(orphan)

    def _reap(self) -> None:
        """Take note of the ends of adopted orphans, or they would stay as zombies."""
        # A component's own end is read where it was started.
        own = {process.pid for process in self._processes.values()} | {self.aws.pid}
        for child in psutil.Process().children():
            with suppress(psutil.Error, ChildProcessError):
                if child.pid not in own and child.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(child.pid, os.WNOHANG)

    def _is_ours(self, process: psutil.Process) -> bool:
        return os.getpid() in {parent.pid for parent in process.parents()}

    def pid(self, name: str) -> int:
        """Give the process of a component."""
        return self._processes[name].pid

    def environment_of(self, _: str) -> dict[str, str]:
        """Give the environment of a component by its name."""
        return self.environment

    def _start(self, name: str) -> None:
        self._processes[name] = self._run(name, self._commands[name])

    def _run(self, name: str, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [self.python, "-m", "airflow", *arguments],
                env=self.environment_of(name),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches this program alone, which then stops everything in order
            )
