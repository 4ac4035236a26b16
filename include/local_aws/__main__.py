"""``python -m include.local_aws --port 0 --data DIR``: the embedded AWS endpoint as a process.

Prints one line, ``local AWS ready at http://127.0.0.1:PORT``, once it answers. SIGTERM and SIGINT stop it and its jobs.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from pathlib import Path

from include.local_aws.stopping import StopSignals

READY = "local AWS ready at "
ALLOWED_HOSTS = "LOCAL_AWS_ALLOWED_HOSTS"


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; the exit code is 0 after a clean stop, 1 if the data folder is in use or a host is none.

    :param arguments: of the command line; the process's own if None.
    """
    sys.setswitchinterval(0.001)  # answers wait less for the threads that search
    options = _parse(arguments)
    stopped = StopSignals()
    # Before any thread or child exists: idle OpenMP threads must sleep, not spin, when jobs share the cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count() or 1))
    # Imported here because every job process imports this module again under another name.
    from include.local_aws.hosts import BadHost
    from include.local_aws.server import DataFolderInUse, LocalAwsServer

    try:
        server = LocalAwsServer(
            options.data, options.port, faults=options.faults, listen=options.listen, hosts=_hosts(options.allow_host)
        )
    except (DataFolderInUse, BadHost) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    server.serve()
    sys.stdout.write(f"{READY}{server.url}\n")
    sys.stdout.flush()
    if options.until_stdin_closes:
        threading.Thread(target=_wait_for_stdin, args=(stopped,), daemon=True).start()
    stopped.wait()
    server.stop()
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m include.local_aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one (default)")
    parser.add_argument(
        "--listen", default="127.0.0.1", metavar="ADDRESS", help="address to listen on; loopback unless told (default)"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name that requests may call this endpoint by, beside loopback's; may be repeated. "
        f"{ALLOWED_HOSTS}, separated by commas, adds more",
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of everything that outlives the process")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when whoever started this process is gone"
    )
    parser.add_argument("--faults", action="store_true", help="for tests: let /_faults make the endpoint misbehave")
    return parser.parse_args(arguments)


def _hosts(options: list[str]) -> list[str]:
    return [*options, *(name for name in os.environ.get(ALLOWED_HOSTS, "").split(",") if name.strip())]


def _wait_for_stdin(stopped: StopSignals) -> None:
    # The bare descriptor: a thread that waits in sys.stdin would hold its lock when the interpreter ends.
    while os.read(0, 1024):
        pass
    stopped.ask()


if __name__ == "__main__":
    sys.exit(main())
