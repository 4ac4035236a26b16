"""The files of a folder of recorded responses: which one answers what is asked.

A response lies in ``<Operation>.<resource name>.json``, ``DescribeTrainingJob.my-job.json`` for example; capital
letters do not matter, nor whether the operation is spelt as boto3 or the AWS CLI spell it (``describe_training_job``).
A file with another name is recognised by its content. A file may hold a candidate alone, with or without
``BestCandidate`` around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from botocore.exceptions import ClientError

from include.autopilot.base.errors import NotRecordedError, UnreadableError
from include.autopilot.base.lenient import mapping_at, text_at
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.printed import BareListError, read_response

# Operation -> the member of its response that names what was described. The first member that names something is the
# one described: a transform job names its model, too.
_NAMES = {
    "DescribeTrainingJob": "TrainingJobName",
    "DescribeTransformJob": "TransformJobName",
    "DescribeProcessingJob": "ProcessingJobName",
    "DescribeAutoMLJobV2": "AutoMLJobName",
    "DescribeModel": "ModelName",
}
_OPERATIONS = {
    name.lower() for name in (*_NAMES, "DescribeAutoMLJob", "ListCandidatesForAutoMLJob", "ListTags", "BestCandidate")
}


@dataclass(frozen=True)
class ResponseFiles:
    """The JSON files of one folder.

    :raises UnreadableError: there is no such folder.
    """

    folder: Path

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise UnreadableError(f"{self.folder} is no folder.")

    def answer(self, operation: str, name: str) -> Description:
        """Return the recorded response of an operation.

        :raises NotRecordedError: the folder does not hold it.
        :raises UnreadableError: the file that should hold it cannot be read.
        :raises ClientError: an error was recorded in the place of a response.
        """
        wanted = (operation.lower(), name.lower())
        path = self._by_name.get(wanted) or self._by_content.get(wanted)
        if path is None:
            raise NotRecordedError(f"{operation}.{name}.json")
        content = read_response(path)
        if text_at(content, "Error", "Code"):
            raise ClientError({"Error": mapping_at(content, "Error")}, operation)  # type: ignore[typeddict-item]
        if _alone(content) is not None:
            raise NotRecordedError(f"{operation}.{name}.json")
        return content

    def candidate(self, name: str) -> Description | None:
        """Return a candidate that was saved alone under a name, its own or its Autopilot job's; None if there is none.

        :raises UnreadableError: there is none, but a bare list of candidates.
        """
        for path, content in self._readable:
            alone = _alone(content)
            if alone is not None and name.lower() in _called(path, alone):
                return alone
        if self._lists:
            raise self._lists[0]
        return None

    def described(self, operation: str) -> Iterator[Description]:
        """Yield everything that an operation described; what cannot be read is passed over."""
        for path, content in self._readable:
            if operation.lower() == _key(path)[0] or operation == _described(content)[0]:
                yield content

    @cached_property
    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.suffix.lower() == ".json" and path.is_file())

    @cached_property
    def _readable(self) -> list[tuple[Path, Description]]:
        found = []
        for path in self._files:
            try:
                found.append((path, read_response(path)))
            except UnreadableError:
                continue  # told when it is asked for by its name
        return found

    @cached_property
    def _lists(self) -> list[BareListError]:
        """What is said of the files that hold a list of candidates without the object around it."""
        found = []
        for path in self._files:
            try:
                read_response(path)
            except BareListError as bare:
                found += [bare] if bare.member == "Candidates" else []
            except UnreadableError:
                continue
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Path]:
        return {key: path for path in self._files if (key := _key(path))[0] in _OPERATIONS}

    @cached_property
    def _by_content(self) -> dict[tuple[str, str], Path]:
        found: dict[tuple[str, str], Path] = {}
        for path, content in self._readable:
            operation, name = _described(content)
            if operation is not None:
                found.setdefault((operation.lower(), name.lower()), path)
        return found


def _key(path: Path) -> tuple[str, str]:
    operation, _, name = path.stem.partition(".")
    return re.sub(r"[-_]", "", operation).lower(), name.lower()


def _described(content: Description) -> tuple[str | None, str]:
    named = ((operation, content.get(member)) for operation, member in _NAMES.items())
    return next(((operation, name) for operation, name in named if isinstance(name, str)), (None, ""))


def _alone(content: Description) -> Description | None:
    """Return the candidate of a file that holds nothing of its Autopilot job."""
    if set(content) == {"BestCandidate"}:
        return mapping_at(content, "BestCandidate")
    return content if "CandidateName" in content and "AutoMLJobName" not in content else None


def _called(path: Path, candidate: Description) -> tuple[str, ...]:
    return path.stem.lower(), _key(path)[1], (text_at(candidate, "CandidateName") or "").lower()
