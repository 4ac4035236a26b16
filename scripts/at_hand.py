"""The embedded AWS that ``make up`` keeps its objects in, whether ``make up`` runs or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from include.local_aws.process import start
from scripts.running import UP, NotRunning, only_one, running


@contextmanager
def aws_at_hand(folder: Path = UP) -> Iterator[str]:
    """Give its address: that of the running ``make up``, else of one that is started for the block.

    :param folder: where ``make up`` keeps its note and its objects.
    :raises AlreadyRunning: a ``make up`` is about to start, or another command has it.
    :raises StartFailed: it does not start.
    """
    try:
        address = running(folder).aws
    except NotRunning:
        folder.mkdir(parents=True, exist_ok=True)
        with only_one(folder), start(folder / "aws") as aws:
            yield aws.url
    else:
        yield address
