"""The SageMaker Model Registry: one model package group per model, every challenger a version of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from include.autopilot.base.shortened import shortened
from include.autopilot.candidate.tags import MODEL_TAG
from include.autopilot.template.projection import Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

Status = Literal["Approved", "Rejected", "PendingManualApproval"]
Described = dict[str, Any]

_ABSENT = re.compile(r"does not exist|could not find|not found", re.IGNORECASE)
_EXISTS = re.compile(r"already exist", re.IGNORECASE)
_LONGEST_DESCRIPTION = 1024


def group_name(model: str) -> str:
    """Return the name of a model's group: its own, with hyphens, since the service allows no underscores."""
    return model.replace("_", "-").rstrip("-")


@dataclass(frozen=True)
class Registry:
    """One model's group.

    :param group: its name.
    """

    sagemaker: SageMakerClient
    group: str

    def ensure_group(self, model: str, title: str) -> None:
        """Make the group if there is none."""
        if self._exists():
            return
        try:
            self.sagemaker.create_model_package_group(
                ModelPackageGroupName=self.group,
                ModelPackageGroupDescription=f"Every model that {model}_retrain trained: {title}"[
                    :_LONGEST_DESCRIPTION
                ],
                Tags=[{"Key": MODEL_TAG, "Value": model}],
            )
        except ClientError as error:
            # Another run may have made it meanwhile.
            if not _EXISTS.search(error.response["Error"]["Message"]):
                raise

    def register(self, request: Request) -> Described:
        """Register a version, once: a version of the same run and model is found again.

        :param request: a CreateModelPackage request whose metadata name ``run`` and ``model``.
        """
        asked = request["CustomerMetadataProperties"]
        found = self.find(asked["run"], asked["model"])
        return self._create(request) if found is None else found

    def find(self, run: str, model: str) -> Described | None:
        """Return the version that a run registered for a model; None if it registered none."""
        for summary in self.summaries():
            # The description names run and model too, so that only one version has to be described.
            if model in summary.get("ModelPackageDescription", model):
                described = self.describe(summary["ModelPackageArn"])
                metadata = described.get("CustomerMetadataProperties", {})
                if (metadata.get("run"), metadata.get("model")) == (run, model):
                    return described
        return None

    def version(self, number: int) -> Described | None:
        """Describe the version with this number; None if there is none."""
        found = (one for one in self.summaries() if one.get("ModelPackageVersion") == number)
        summary = next(found, None)
        return None if summary is None else self.describe(summary["ModelPackageArn"])

    def describe(self, arn: str) -> Described:
        """Describe one version."""
        described: Any = self.sagemaker.describe_model_package(ModelPackageName=arn)
        return {name: value for name, value in described.items() if name != "ResponseMetadata"}

    def summaries(self, status: Status | None = None) -> Iterator[Mapping[str, Any]]:
        """Give the versions, the newest first; none where there is no group.

        :param status: only those with this approval status.
        """
        asked: dict[str, Any] = {
            "ModelPackageGroupName": self.group,
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            # The most that a page takes; ten unless told.
            "MaxResults": 100,
            **({"ModelApprovalStatus": status} if status else {}),
        }
        while True:
            try:
                page: Any = self.sagemaker.list_model_packages(**asked)
            except ClientError as error:
                if is_absent(error):
                    return
                raise
            yield from page["ModelPackageSummaryList"]
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page["NextToken"]

    def set_status(self, arn: str, status: Status, why: str) -> None:
        """Give a version its approval status and say why."""
        described = self.describe(arn)
        said = shortened(" ".join(why.split()), _LONGEST_DESCRIPTION, "...")
        if (described.get("ModelApprovalStatus"), described.get("ApprovalDescription")) != (status, said):
            self.sagemaker.update_model_package(
                ModelPackageArn=arn, ModelApprovalStatus=status, ApprovalDescription=said
            )

    def _create(self, request: Request) -> Described:
        asked = request["CustomerMetadataProperties"]
        try:
            return self.describe(self.sagemaker.create_model_package(**request)["ModelPackageArn"])
        except ClientError as error:
            # Another try was faster with the same token, but of another revision of the code, say.
            found = self.find(asked["run"], asked["model"]) if _is_conflict(error) else None
            if found is None:
                raise
            return found

    def _exists(self) -> bool:
        try:
            self.sagemaker.describe_model_package_group(ModelPackageGroupName=self.group)
        except ClientError as error:
            if is_absent(error):
                return False
            raise
        return True


def _is_conflict(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConflictException"


def is_absent(error: ClientError) -> bool:
    """Whether SageMaker says that there is no such version, group or model."""
    details = error.response["Error"]
    is_missing = details["Code"] in ("ValidationException", "ResourceNotFound")
    return is_missing and bool(_ABSENT.search(details["Message"]))
