"""A folder of recorded API responses in the place of AWS: what a colleague sent, or what is left of a deleted account.

:mod:`include.autopilot.candidate.responsefiles` finds the responses. Beside them may lie the module that Autopilot
generated, ``dpp3.py``, which holds the column order.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from include.autopilot.base.errors import NotRecordedError
from include.autopilot.base.lenient import items_at, text_at
from include.autopilot.candidate.artifacts import processor_module
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.images import FEATURIZER, algorithm_of, repository
from include.autopilot.candidate.processor import Processor, parse_processor
from include.autopilot.candidate.responsefiles import ResponseFiles

# The members that name the jobs of :class:`Jobs`.
_MEMBERS = ("TransformJobName", "TrainingJobName", "TrainingJobName")


@dataclass(frozen=True)
class Jobs:
    """The names of a candidate's jobs as far as they were recorded: featurize, train, and the fit of the featurizer."""

    transform: str | None
    training: str | None
    fit: str | None


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
        """Answer DescribeAutoMLJob."""
        return self._files.answer("DescribeAutoMLJob", AutoMLJobName)

    def list_candidates_for_auto_ml_job(
        self,
        AutoMLJobName: str,  # noqa: N803
        CandidateNameEquals: str | None = None,  # noqa: N803, ARG002 - all are recorded in one file
    ) -> Description:
        """Answer ListCandidatesForAutoMLJob with all candidates that were recorded; there is no further page."""
        try:
            listed = self._files.answer("ListCandidatesForAutoMLJob", AutoMLJobName)
        except NotRecordedError as absent:
            alone = self._files.candidate(AutoMLJobName)
            if alone is None:
                raise absent
            return {"Candidates": [alone]}
        return {"Candidates": listed.get("Candidates")}

    def list_tags(self, ResourceArn: str) -> Description:  # noqa: N803
        """Answer ListTags."""
        return {"Tags": self._files.answer("ListTags", ResourceArn.rpartition("/")[2]).get("Tags")}

    def jobs_of(self, name: str) -> Jobs | None:
        """Return the jobs of a candidate whose Autopilot job was not recorded, or None where none is known to be its.

        :param name: of the Autopilot job, or of one of its jobs; a candidate has the name of its training job.
        """
        jobs = [job for job in self._files.described("DescribeTrainingJob") if _belongs(job, name)]
        trained = [job for job in jobs if algorithm_of(_image(job)) is not None]
        fitted = [job for job in jobs if repository(_image(job)) == FEATURIZER]
        transforms = list(self._files.described("DescribeTransformJob"))
        featurized = [job for job in transforms if _belongs(job, name) or any(_reads(one, job) for one in trained)]
        found = [self._only(each, member) for each, member in zip((featurized, trained, fitted), _MEMBERS, strict=True)]
        return Jobs(*found) if any(found) else None

    @staticmethod
    def _only(jobs: list[Description], member: str) -> str | None:
        """Return the name of the one job; several could belong to several candidates."""
        names = list(dict.fromkeys(text_at(job, member) for job in jobs))
        return names[0] if len(names) == 1 else None

    def processor(self, fit: Description | None, featurizer: Description | None) -> Processor:  # noqa: ARG002
        """Return what the generated module in the folder, or below it, says.

        :raises NotRecordedError: there is none.
        """
        module = processor_module(fit)
        wanted = f"{module.rpartition('.')[2]}.py" if module else None
        found: dict[str, str] = {}
        for path in sorted(self.folder.rglob("*.py")):
            if not path.is_file() or (wanted is not None and path.name.lower() != wanted.lower()):
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            if wanted is not None or "HEADER" in text:
                found.setdefault(text, path.relative_to(self.folder).as_posix())
        if len(found) > 1:
            told = f"which of {', '.join(found.values())} is the candidate's generated module"
            raise NotRecordedError(told if wanted else f"{told}: the description of the fit job says so")
        for text, name in found.items():
            return parse_processor(text, name)
        raise NotRecordedError(f"{wanted or 'the generated module, dppN.py'}, which holds the column order")

    def is_gone(self, uri: str) -> bool:  # noqa: ARG002 - a recorded folder knows nothing of S3
        """Nothing is certain about S3."""
        return False


def _belongs(job: Description, name: str) -> bool:
    search = (text_at(job, "AutoMLJobArn") or "").rpartition("/")[2]
    own = [text_at(job, member) or "" for member in _MEMBERS]
    return name.lower() in (search.lower(), *(told.lower() for told in own))


def _reads(training: Description, transform: Description) -> bool:
    """Whether a training job reads what a transform job wrote."""
    written = (text_at(transform, "TransformOutput", "S3OutputPath") or "").rstrip("/")
    channels = items_at(training, "InputDataConfig")
    read = [text_at(channel, "DataSource", "S3DataSource", "S3Uri") or "" for channel in channels]
    return bool(written) and any(f"{uri}/".startswith(f"{written}/") for uri in read)


def _image(job: Description) -> str:
    return text_at(job, "AlgorithmSpecification", "TrainingImage") or ""
