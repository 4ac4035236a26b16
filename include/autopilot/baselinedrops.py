"""The baseline of a run: which drops it is made of, decided once per template, and their profile.

It is made of what the search saw: the drops up to ``searched_until`` that were there at the first use. A drop of an
older date that comes later was not seen by the search; it is compared like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from include.autopilot.baseline import write_baseline
from include.autopilot.contract import Contract
from include.autopilot.dropplan import Delivery
from include.autopilot.drops import Drop
from include.autopilot.locations import Locations
from include.autopilot.objectreader import opened
from include.autopilot.objects import is_gone, read_json, write_once
from include.autopilot.preparation import Prepared, read_check
from include.autopilot.profiler import profile_of
from include.autopilot.source import combine
from include.autopilot.template import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def baseline_of(
    s3: S3Client, delivery: Delivery, visible: Sequence[Drop], template: Template, contract: Contract
) -> str:
    """Return the folder of the baseline, which is made if no run has made it.

    :param visible: the drops up to the run's cutoff, oldest first.
    """
    folder = Locations(delivery.root).baseline(template.digest, contract.digest)
    uri = f"{folder}/drops.json"
    if is_gone(s3, uri):
        seen, why = _drops_seen(visible, template)
        drops = [delivery.see(drop) for drop in seen]
        entries = [
            {"name": one.drop.name, "digest": one.content.digest, "folder": one.prepared.folder} for one in drops
        ]
        source = combine(one.content.source for one in drops)
        write_once(s3, uri, {"drops": entries, "why": why, "source": source})
    if is_gone(s3, f"{folder}/statistics.json"):
        # What another run wrote at the same time is read again: both then make the same files.
        content = read_json(s3, uri)
        folders = [entry["folder"] for entry in content["drops"]]
        lines = (line for one in folders for line in prepared_lines(s3, read_check(s3, one)))
        write_baseline(s3, folder, profile_of(lines, contract), content["source"])
    return folder


def baseline_drops(s3: S3Client, folder: str) -> Mapping[str, Any]:
    """Return of which drops a baseline is made (``drops``: ``name``, ``digest``), and ``why`` of these.

    :raises MissingObjectError: there is no such baseline.
    """
    found: Mapping[str, Any] = read_json(s3, f"{folder}/drops.json")
    return found


def prepared_lines(s3: S3Client, prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Yield the rows of a prepared drop: a name of its own for each, and the CSV line."""
    for chunk in prepared.chunks:
        with opened(s3, f"{prepared.folder}/{chunk}") as file:
            for place, line in enumerate(file):
                yield f"{prepared.prepared}/{chunk}:{place}", line.decode().rstrip("\n")


def _drops_seen(visible: Sequence[Drop], template: Template) -> tuple[Sequence[Drop], str]:
    seen = [drop for drop in visible if drop.instant <= template.searched_until]
    # A search that is repeated may have seen more than the run: its first drop is what all runs have in common.
    if seen and template.replay is not None:
        return seen, f"the drops up to {template.searched_until.isoformat()}, which the search saw"
    return visible[:1], "the first drop: the search that the template came from saw none of the drops for certain"
