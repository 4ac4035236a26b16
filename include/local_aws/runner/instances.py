"""The instances of a job that has several: each a process with a folder, a log stream and a share of the objects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.local_aws.runner.processes import Ended
from include.local_aws.runner.sources import SourceObject

SHARDED = "ShardedByS3Key"
# What a container is ended by when that of another instance has failed.
ANOTHER = "another"


@dataclass(frozen=True)
class Instance:
    """One of ``count`` instances; ``number`` counts from 1."""

    number: int
    count: int

    @property
    def host(self) -> str:
        """Its name, as AWS gives them."""
        return f"algo-{self.number}"

    @property
    def hosts(self) -> list[str]:
        """The names of all."""
        return [one.host for one in instances(self.count)]

    @property
    def log(self) -> str:
        """The name of the file of its output."""
        return f"log-{self.number}.txt"

    def opt_ml(self, folder: Path) -> Path:
        """Its ``/opt/ml`` in the job's folder."""
        return folder / self.host / "opt" / "ml"

    def shard(self, objects: Sequence[SourceObject]) -> list[SourceObject]:
        """Return the objects that it gets where each goes to one instance: every n-th."""
        return list(objects[self.number - 1 :: self.count])

    def share(self, objects: Sequence[SourceObject], source: Mapping[str, Any]) -> list[SourceObject]:
        """Return the objects of an S3 source that it gets: its shard if they are sharded, else all."""
        return self.shard(objects) if source.get("S3DataDistributionType") == SHARDED else list(objects)


ONLY = Instance(1, 1)


def instances(count: int) -> list[Instance]:
    """Return the instances of a job of so many."""
    return [Instance(number, count) for number in range(1, count + 1)]


def run_together(
    everyone: Sequence[Instance], run: Callable[[Instance, Callable[[], str | None]], Ended]
) -> tuple[Instance, Ended]:
    """Run the containers of all instances at a time; return the first that failed or was ended, else the first.

    ``run`` is given an instance and what answers why it should end: that of another has failed.
    """
    failed = threading.Event()
    first: list[tuple[Instance, Ended]] = []
    lock = threading.Lock()

    def one(instance: Instance) -> None:
        try:
            ended = run(instance, lambda: ANOTHER if failed.is_set() else None)
        except BaseException:
            failed.set()
            raise
        with lock:
            if (ended.exit_code or ended.ended_by) and not first:
                first.append((instance, ended))
                failed.set()

    if len(everyone) == 1:
        return everyone[0], run(everyone[0], lambda: None)
    with ThreadPoolExecutor(len(everyone)) as pool:
        for done in [pool.submit(one, instance) for instance in everyone]:
            done.result()
    return first[0] if first else (everyone[0], Ended(0))
