"""The triggerer of one side: runs triggers as Airflow's does."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from benchmarks.waiting_side.run import Run, only_answers


def triggerer(run: Run, told: IO[str]) -> None:
    """Run the triggers given on stdin, one JSON line each; tells each event, and at the end its CPU seconds."""
    if run.side.startswith("ours"):
        from airflow_sagemaker_once import poller

        pauses = ("SHORTEST_SECONDS", "LONGEST_SECONDS")
        vars(poller).update({name: getattr(poller, name) / run.lapse for name in pauses})
    telling = threading.Lock()

    def tell(name: str, event: Any) -> None:
        with telling:
            print(json.dumps([name, event]), file=told, flush=True)

    shared = _loop()
    cpu = None
    running = []
    for line in sys.stdin:
        name, path, arguments = json.loads(line)
        module, _, kind_name = path.rpartition(".")
        kind = getattr(importlib.import_module(module), kind_name)
        cpu = time.process_time() if cpu is None else cpu
        fired = _fire(name, kind(**arguments), tell)
        running.append(asyncio.run_coroutine_threadsafe(fired, _loop() if run.level == 1 else shared))
    for future in running:
        future.result(timeout=10)  # stdin ends when the worker has every event, or when it died
    print(time.process_time() - (cpu or 0.0), file=told)


def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


async def _fire(name: str, trigger: Any, tell: Callable[[str, Any], None]) -> None:
    async for event in trigger.run():
        tell(name, event.payload)
        return


if __name__ == "__main__":
    triggerer(Run(**json.loads(sys.argv[1])), only_answers())
