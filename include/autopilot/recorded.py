"""A folder of recorded API responses in the place of AWS: what a colleague sent, or what is left of a deleted account.

:mod:`include.autopilot.responsefiles` finds the responses. Beside them may lie the module that Autopilot generated,
``dpp3.py``, which holds the column order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.autopilot.artifacts import processor_module
from include.autopilot.descriptions import Description
from include.autopilot.errors import NotRecordedError
from include.autopilot.images import algorithm_of
from include.autopilot.lenient import items_at, text_at
from include.autopilot.processor import Processor, parse_processor
from include.autopilot.responsefiles import ResponseFiles


class Recorded:
    """Answers like a SageMaker client, from files, and like the candidate's S3 as far as the folder has it.

    :raises UnreadableError: there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = ResponseFiles(folder)

    def describe_training_job(self, TrainingJobName: str) -> Description:  # noqa: N803 - as boto3 has it
        """Answer DescribeTrainingJob."""
        return self._files.answer("DescribeTrainingJob", TrainingJobName)

    def describe_transform_job(self, TransformJobName: str) -> Description:  # noqa: N803
        """Answer DescribeTransformJob."""
        return self._files.answer("DescribeTransformJob", TransformJobName)

    def describe_processing_job(self, ProcessingJobName: str) -> Description:  # noqa: N803
        """Answer DescribeProcessingJob."""
        return self._files.answer("DescribeProcessingJob", ProcessingJobName)

    def describe_model(self, ModelName: str) -> Description:  # noqa: N803
        """Answer DescribeModel."""
        return self._files.answer("DescribeModel", ModelName)

    def describe_auto_ml_job_v2(self, AutoMLJobName: str) -> Description:  # noqa: N803
        """Answer DescribeAutoMLJobV2."""
        return self._files.answer("DescribeAutoMLJobV2", AutoMLJobName)

    def describe_auto_ml_job(self, AutoMLJobName: str) -> Description:  # noqa: N803
        """Answer DescribeAutoMLJob; a candidate that was saved alone is its best one."""
        try:
            return self._files.answer("DescribeAutoMLJob", AutoMLJobName)
        except NotRecordedError as absent:
            try:
                return self._files.answer("BestCandidate", AutoMLJobName)
            except NotRecordedError:
                raise absent from None

    def list_candidates_for_auto_ml_job(
        self,
        AutoMLJobName: str,  # noqa: N803
        CandidateNameEquals: str | None = None,  # noqa: N803, ARG002 - all are recorded in one file
    ) -> Description:
        """Answer ListCandidatesForAutoMLJob with all candidates that were recorded; there is no further page."""
        listed = self._files.answer("ListCandidatesForAutoMLJob", AutoMLJobName)
        return {"Candidates": listed.get("Candidates")}

    def list_tags(self, ResourceArn: str) -> Description:  # noqa: N803
        """Answer ListTags."""
        return {"Tags": self._files.answer("ListTags", ResourceArn.rpartition("/")[2]).get("Tags")}

    def jobs_of(self, name: str) -> tuple[str | None, str] | None:
        """Return the transform and the training job of a candidate whose Autopilot job was not recorded.

        :param name: of the Autopilot job, or of the candidate, which is that of its training job.
        :return: None where no recorded training job of an algorithm, or more than one, belongs to it. The transform
            job is None where none was recorded whose output the training job reads.
        """
        trained = [job for job in self._files.described("DescribeTrainingJob") if _belongs(job, name) and _trains(job)]
        training = text_at(trained[0], "TrainingJobName") if len(trained) == 1 else None
        if training is None:
            return None
        read = [text_at(one, "DataSource", "S3DataSource", "S3Uri") for one in items_at(trained[0], "InputDataConfig")]
        for transform in self._files.described("DescribeTransformJob"):
            written = text_at(transform, "TransformOutput", "S3OutputPath")
            if written and any(uri and f"{uri}/".startswith(f"{written.rstrip('/')}/") for uri in read):
                return text_at(transform, "TransformJobName"), training
        return None, training

    def processor(self, fit: Description | None, featurizer: Description | None) -> Processor:  # noqa: ARG002
        """Return what the generated module in the folder, or below it, says.

        :raises NotRecordedError: there is none.
        """
        module = processor_module(fit)
        wanted = f"{module.rpartition('.')[2]}.py" if module else None
        for path in sorted(self.folder.rglob("*.py")):
            if not path.is_file() or (wanted is not None and path.name.lower() != wanted.lower()):
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            if wanted is not None or "HEADER" in text:
                return parse_processor(text, path.name)
        raise NotRecordedError(f"{wanted or 'the generated module, dppN.py'}, which holds the column order")

    def is_gone(self, uri: str) -> bool:  # noqa: ARG002 - a recorded folder knows nothing of S3
        """Nothing is certain about S3."""
        return False


def _belongs(job: Description, name: str) -> bool:
    search = (text_at(job, "AutoMLJobArn") or "").rpartition("/")[2]
    return name.lower() in (search.lower(), (text_at(job, "TrainingJobName") or "").lower())


def _trains(job: Any) -> bool:
    return algorithm_of(text_at(job, "AlgorithmSpecification", "TrainingImage") or "") is not None
