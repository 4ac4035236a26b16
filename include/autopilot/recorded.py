"""A folder of recorded API responses in the place of AWS: what a colleague sent, or what is left of a deleted account.

A response lies in ``<Operation>.<resource name>.json``, ``DescribeTrainingJob.my-job.json`` for example, as boto3 or
the AWS CLI print it; capital letters of the name do not matter. A file with another name is recognised by its content.
A file may hold a candidate alone, as ``BestCandidate`` of a description. Beside them may lie the module that Autopilot
generated, ``dpp3.py``, which holds the column order.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from include.autopilot.artifacts import processor_module
from include.autopilot.descriptions import Description
from include.autopilot.errors import NotRecordedError, UnreadableError
from include.autopilot.processor import Processor, parse_processor

# Operation -> the member of its response that names what was described.
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


class Recorded:
    """Answers like a SageMaker client, from files, and like the candidate's S3 as far as the folder has it.

    :raises UnreadableError: there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise UnreadableError(f"{folder} is no folder.")

    def describe_training_job(self, TrainingJobName: str) -> Description:  # noqa: N803 - as boto3 has it
        """Answer DescribeTrainingJob."""
        return self._answer("DescribeTrainingJob", TrainingJobName)

    def describe_transform_job(self, TransformJobName: str) -> Description:  # noqa: N803
        """Answer DescribeTransformJob."""
        return self._answer("DescribeTransformJob", TransformJobName)

    def describe_processing_job(self, ProcessingJobName: str) -> Description:  # noqa: N803
        """Answer DescribeProcessingJob."""
        return self._answer("DescribeProcessingJob", ProcessingJobName)

    def describe_model(self, ModelName: str) -> Description:  # noqa: N803
        """Answer DescribeModel."""
        return self._answer("DescribeModel", ModelName)

    def describe_auto_ml_job_v2(self, AutoMLJobName: str) -> Description:  # noqa: N803
        """Answer DescribeAutoMLJobV2."""
        return self._answer("DescribeAutoMLJobV2", AutoMLJobName)

    def describe_auto_ml_job(self, AutoMLJobName: str) -> Description:  # noqa: N803
        """Answer DescribeAutoMLJob; a candidate that was saved alone is its best one."""
        try:
            return self._answer("DescribeAutoMLJob", AutoMLJobName)
        except NotRecordedError as absent:
            try:
                return self._answer("BestCandidate", AutoMLJobName)
            except NotRecordedError:
                raise absent from None

    def list_candidates_for_auto_ml_job(
        self,
        AutoMLJobName: str,  # noqa: N803
        CandidateNameEquals: str | None = None,  # noqa: N803, ARG002 - all are recorded in one file
    ) -> Description:
        """Answer ListCandidatesForAutoMLJob with all candidates."""
        return self._answer("ListCandidatesForAutoMLJob", AutoMLJobName)

    def list_tags(self, ResourceArn: str) -> Description:  # noqa: N803
        """Answer ListTags."""
        return {"Tags": self._answer("ListTags", ResourceArn.rpartition("/")[2]).get("Tags")}

    def processor(self, fit: Description | None, featurizer: Description | None) -> Processor:  # noqa: ARG002
        """Return what the generated module in the folder says.

        :raises NotRecordedError: there is none.
        """
        module = processor_module(fit)
        wanted = f"{module.rpartition('.')[2]}.py" if module else None
        for path in sorted(self.folder.glob("*.py")):
            if wanted is not None and path.name.lower() != wanted.lower():
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            if wanted is not None or "HEADER" in text:
                return parse_processor(text, path.name)
        raise NotRecordedError(f"{wanted or 'the generated module, dppN.py'}, which holds the column order")

    def is_gone(self, uri: str) -> bool:  # noqa: ARG002 - a recorded folder knows nothing of S3
        """Nothing is certain about S3."""
        return False

    def _answer(self, operation: str, name: str) -> Description:
        wanted = (operation.lower(), name.lower())
        path = self._by_name.get(wanted) or self._by_content.get(wanted)
        if path is None:
            raise NotRecordedError(f"{operation}.{name}.json")
        content = _load(path)
        # A candidate alone has no other member in common with the description of its job.
        return {"BestCandidate": content} if _is_candidate(content) else content

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Path]:
        split = [(path, *path.stem.partition(".")[::2]) for path in self._files]
        return {
            (operation.lower(), name.lower()): path
            for path, operation, name in split
            if operation.lower() in _OPERATIONS
        }

    @cached_property
    def _by_content(self) -> dict[tuple[str, str], Path]:
        found: dict[tuple[str, str], Path] = {}
        for path in self._files:
            try:
                content = _load(path)
            except UnreadableError:
                continue  # told when it is asked for by its name
            if _is_candidate(content):
                found[("bestcandidate", path.stem.lower())] = path
                found[("bestcandidate", str(content["CandidateName"]).lower())] = path
            for operation, member in _NAMES.items():
                # The first member that names something is the one described: a transform job names its model, too.
                if isinstance(content.get(member), str):
                    found.setdefault((operation.lower(), content[member].lower()), path)
                    break
        return found

    @cached_property
    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.suffix.lower() == ".json" and path.is_file())


def _is_candidate(content: Description) -> bool:
    return "CandidateName" in content and "AutoMLJobName" not in content


def _load(path: Path) -> Description:
    try:
        # Bytes, because some shells write what they redirect in UTF-16, which json recognises.
        content: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise UnreadableError(f"{path} does not hold a response: one JSON object was expected.")
    return content
