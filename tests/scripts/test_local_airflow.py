"""The secrets of `make up` are its owner's alone; it says what it waits for when it is stopped."""

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from scripts import local_airflow
from tests.support.repository import ROOT


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _usual_umask():
    former = os.umask(0o022)
    yield
    os.umask(former)


def test_whatever_airflow_writes_is_readable_by_its_owner_only(tmp_path, monkeypatch):
    """From the moment it is made: the stand-in for Airflow opens a file as Airflow opens that of the passwords."""
    program = tmp_path / "airflow.sh"
    program.write_text('#!/bin/sh\necho "Password for user admin: x"\necho x > "$AIRFLOW_HOME/generated"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    log = tmp_path / "airflow.log"
    assert local_airflow._standalone({"AIRFLOW_HOME": str(tmp_path)}, log).wait(20) == 0
    assert "Password" in log.read_text()
    assert (mode(log), mode(tmp_path / "generated")) == (0o600, 0o600)


def test_what_an_earlier_start_has_left_readable_is_closed(tmp_path):
    generated = tmp_path / "airflow" / "simple_auth_manager_passwords.json.generated"
    generated.parent.mkdir()
    generated.write_text('{"admin": "x"}')
    log = tmp_path / "airflow.log"
    log.touch()
    assert (mode(generated), mode(log)) == (0o644, 0o644)
    local_airflow._close_to_others(generated.parent)
    with local_airflow._private_log(log):
        pass
    assert (mode(generated.parent), mode(generated), mode(log)) == (0o700, 0o600, 0o600)
    assert local_airflow.password(tmp_path) == "x"


def test_the_secret_of_the_tokens_is_private(tmp_path):
    assert local_airflow.jwt_secret(tmp_path) == local_airflow.jwt_secret(tmp_path)
    assert mode(tmp_path / "jwt_secret") == 0o600


# An Airflow that does not end when it is asked to, and the program that stops it.
_STUBBORN = "trap '' INT; echo up; exec sleep 100"
_STOPPING = f"""
import subprocess
from scripts.local_airflow import stop
process = subprocess.Popen(["sh", "-c", {_STUBBORN!r}], start_new_session=True, stdout=subprocess.PIPE)
process.stdout.readline()
stop(process)
print("gone", process.returncode, flush=True)
"""


def test_what_is_waited_for_is_said_at_once_and_a_second_interrupt_ends_it():
    program = [sys.executable, "-c", _STOPPING]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as stopping:
        lines = iter(stopping.stdout)
        said = next(line for line in lines if line.strip())
        assert said == "stopping: running tasks have up to 60 s to end; Ctrl-C again ends them at once\n"
        time.sleep(1)  # what is said comes just before the wait that the signal is to end
        stopping.send_signal(signal.SIGINT)
        assert next(lines) == "gone -9\n"
