"""A script's `requirements.txt`: nothing is installed here, so what this Python has must be enough.

AWS's containers install what it lists. A job here runs with the packages that the embedded AWS runs with, and a model
must not depend on what another job brought; so each requirement is looked up, and one that is not met ends the job.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from include.local_aws.runtimes import ClientError

FILE = "requirements.txt"


def check(code: Path) -> None:
    """Look for every requirement of `requirements.txt` in a folder, if there is one.

    :raises ClientError: names the first that is not met, or is no plain requirement.
    """
    file = code / FILE
    if not file.is_file():
        return
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        wanted = line.partition("#")[0].strip()
        if wanted:
            _check(wanted, f"line {number} of {FILE}")


def _check(wanted: str, place: str) -> None:
    try:
        requirement = Requirement(wanted)
    except InvalidRequirement as error:
        raise ClientError(f"{place}, {wanted!r}, is no requirement that can be looked up here: {error}") from error
    if requirement.marker is not None and not requirement.marker.evaluate():
        return
    try:
        found = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        found = ""
    if requirement.url or not found or not requirement.specifier.contains(found, prereleases=True):
        there = f"has {requirement.name} {found}" if found else f"has no {requirement.name}"
        raise ClientError(
            f"{place} asks for {wanted}, and the Python of the embedded AWS {there}. Nothing is installed for a job "
            "here: loosen the requirement, or install it beside the embedded AWS"
        )
