"""What a candidate left in S3: its artifacts, and the module that Autopilot generated for it.

The module holds the column order. The places where it is looked for, in order: the ``code`` channel of the job that
fitted the featurizer; the featurizer's artifact, which holds a copy in some vintages. Last comes what the user states,
which is for the caller to take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from include.autopilot.base.errors import CandidateError, MissingObjectError
from include.autopilot.base.lenient import items_at, mapping_at, text_at
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.processor import Processor, parse_processor
from include.autopilot.s3.archive import python_files
from include.autopilot.s3.objects import is_gone, list_uris, read

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Artifacts(Protocol):
    """Where a survey looks for what a candidate left."""

    def processor(self, fit: Description | None, featurizer: Description | None) -> Processor:
        """Return what the generated module says.

        :param fit: the description of the job that fitted the featurizer, if it is known.
        :param featurizer: the description of the model that featurizes training data, if it is known.
        :raises CandidateError: the module is nowhere; the message says where it was looked for.
        """

    def is_gone(self, uri: str) -> bool:
        """Whether it is certain that an artifact does not exist (any more)."""


def processor_module(fit: Description | None) -> str | None:
    """Return the generated module's dotted name, or None where the fit job does not tell."""
    return text_at(fit, "HyperParameters", "processor_module")


def is_module(path: str, module: str | None) -> bool:
    """Whether a file's path is that of the generated module; without a name any Python file may be it."""
    wanted = f"/{module.replace('.', '/')}.py" if module else ".py"
    return f"/{path}".endswith(wanted)


def featurizer_container(featurizer: Description | None) -> Description:
    """Return the container of the featurizer's model; empty where it is not known."""
    first = next(iter(items_at(featurizer, "Containers")), {})
    return mapping_at(featurizer, "PrimaryContainer") or first


@dataclass(frozen=True)
class InS3:
    """The artifacts of a candidate whose jobs are described by AWS."""

    s3: S3Client

    def processor(self, fit: Description | None, featurizer: Description | None) -> Processor:
        """Return what the generated module says, see :class:`Artifacts`."""
        tried: list[str] = []
        for place in (self._in_code_channel(fit, tried), self._in_artifact(fit, featurizer, tried)):
            for name, text in place:
                return parse_processor(text, name)
        raise CandidateError(
            f"The column order is not known: {'; '.join(tried)}. State the columns, in the order of the training data."
        )

    def is_gone(self, uri: str) -> bool:
        """Whether S3 says that there is no such object; where it may not be asked, nothing is certain."""
        return is_gone(self.s3, uri)

    def _in_code_channel(self, fit: Description | None, tried: list[str]) -> Iterator[tuple[str, str]]:
        module = processor_module(fit)
        channels = {text_at(channel, "ChannelName"): channel for channel in items_at(fit, "InputDataConfig")}
        folder = text_at(channels.get("code"), "DataSource", "S3DataSource", "S3Uri")
        if folder is None or module is None:
            job = text_at(fit, "TrainingJobName")
            unknown = "the job that fitted the featurizer is not known"
            tried.append(f"training job {job} has no code channel or no processor_module" if job else unknown)
            return
        try:
            found = [uri for uri in list_uris(self.s3, folder) if is_module(uri, module)]
        except MissingObjectError as missing:
            tried.append(str(missing).rstrip("."))
            return
        except ClientError as refused:
            tried.append(_refused(folder, refused))
            return
        if len(found) != 1:
            tried.append(f"{folder} holds {len(found)} files {module.replace('.', '/')}.py; exactly one was expected")
            return
        try:
            body = read(self.s3, found[0]).body
        except ClientError as refused:
            tried.append(_refused(found[0], refused))
            return
        yield found[0], body.decode(errors="replace")

    def _in_artifact(
        self, fit: Description | None, featurizer: Description | None, tried: list[str]
    ) -> Iterator[tuple[str, str]]:
        artifact = text_at(featurizer_container(featurizer), "ModelDataUrl")
        if artifact is None:
            tried.append("the featurizer's model names no artifact")
            return
        module = processor_module(fit)
        last = module.rpartition(".")[2] if module else None
        try:
            files = python_files(self.s3, artifact)
            found = [(name, text) for name, text in files if is_module(name, last) and "HEADER" in text]
        except MissingObjectError as missing:
            tried.append(str(missing).rstrip("."))
            return
        except ClientError as refused:
            tried.append(_refused(artifact, refused))
            return
        if len({text for _, text in found}) == 1:
            yield f"{artifact}/{found[0][0]}", found[0][1]
        several = f"{artifact} holds {', '.join(name for name, _ in found)}, and which of them is not known"
        tried.append(several if found else f"{artifact} holds no generated module")


def _refused(uri: str, error: ClientError) -> str:
    """Say that something may not be read; throttling and the like are not this module's to judge.

    :raises ClientError: the service did not refuse, it failed.
    """
    if error.response["Error"]["Code"] not in ("AccessDenied", "403", "AllAccessDisabled", "KMS.DisabledException"):
        raise error
    return f"{uri} may not be read ({error.response['Error']['Code']})"
