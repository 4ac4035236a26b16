"""A CreateAutoMLJob request as the search reads it, with Autopilot's defaults filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from include.local_aws.search.algorithms import ALGORITHMS, BLENDED, DEFAULT
from include.local_aws.search.interface import Json

# Autopilot's documented defaults: candidates of the tuning mode, one day per training job, a fifth for validation.
_MAX_CANDIDATES = 100
_MAX_TRAINING_SECONDS = 86_400
_VALIDATION_FRACTION = 0.2
ENSEMBLING = "ENSEMBLING"


@dataclass(frozen=True)
class Channel:
    """One input: `training` or `validation` data."""

    kind: str
    uri: str
    data_type: str
    compression: str


@dataclass(frozen=True)
class Settings:
    """What was asked for. Members that are None were not given.

    :param output: the S3 folder of this job, `<S3OutputPath>/<job>`.
    :param max_seconds: the longest time of the whole search.
    :param algorithms: what to try, or to blend, by the names of AlgorithmsConfig.
    :param ensembling: whether the mode is ENSEMBLING; any other one tunes.
    """

    name: str
    arn: str
    role: str
    target: str
    channels: tuple[Channel, ...]
    output: str
    output_kms: str | None
    problem_type: str | None
    metric: str | None
    max_candidates: int
    max_training_seconds: int
    max_seconds: int | None
    validation_fraction: float
    volume_kms: str | None
    encrypt_traffic: bool
    vpc: Json | None
    algorithms: tuple[str, ...]
    ensembling: bool

    @classmethod
    def read(cls, request: Json) -> Settings:
        """Read a V1-shaped request (with `AutoMLJobArn`) that :func:`~.check.check` accepted."""
        config = request.get("AutoMLJobConfig", {})
        criteria = config.get("CompletionCriteria", {})
        security = config.get("SecurityConfig", {})
        output = request["OutputDataConfig"]
        return cls(
            name=request["AutoMLJobName"],
            arn=request["AutoMLJobArn"],
            role=request["RoleArn"],
            target=request["InputDataConfig"][0]["TargetAttributeName"],
            channels=channels_of(request),
            output=f"{output['S3OutputPath'].rstrip('/')}/{request['AutoMLJobName']}",
            output_kms=output.get("KmsKeyId"),
            problem_type=request.get("ProblemType"),
            metric=request.get("AutoMLJobObjective", {}).get("MetricName"),
            max_candidates=criteria.get("MaxCandidates", _MAX_CANDIDATES),
            max_training_seconds=criteria.get("MaxRuntimePerTrainingJobInSeconds", _MAX_TRAINING_SECONDS),
            max_seconds=criteria.get("MaxAutoMLJobRuntimeInSeconds"),
            validation_fraction=config.get("DataSplitConfig", {}).get("ValidationFraction", _VALIDATION_FRACTION),
            volume_kms=security.get("VolumeKmsKeyId"),
            encrypt_traffic=bool(security.get("EnableInterContainerTrafficEncryption")),
            vpc=security.get("VpcConfig"),
            algorithms=algorithms_of(config),
            ensembling=config.get("Mode") == ENSEMBLING,
        )

    @property
    def region(self) -> str:
        """The region, from the job's ARN."""
        return self.arn.split(":")[3]


def algorithms_of(config: Json) -> tuple[str, ...]:
    """Return the algorithms of an AutoMLJobConfig: those named, all if the list is empty, else the default."""
    named = config.get("CandidateGenerationConfig", {}).get("AlgorithmsConfig", [])
    all_of_mode, default = (BLENDED, BLENDED) if config.get("Mode") == ENSEMBLING else (tuple(ALGORITHMS), DEFAULT)
    return (tuple(dict.fromkeys(named[0]["AutoMLAlgorithms"])) or all_of_mode) if named else default


def channels_of(request: Json) -> tuple[Channel, ...]:
    """Return the inputs, the training data first."""
    found = [_channel(member) for member in request["InputDataConfig"]]
    return tuple(sorted(found, key=lambda channel: channel.kind))


def _channel(member: dict[str, Any]) -> Channel:
    source = member["DataSource"]["S3DataSource"]
    return Channel(
        kind=member.get("ChannelType", "training"),
        uri=source["S3Uri"],
        data_type=source["S3DataType"],
        compression=member.get("CompressionType", "None"),
    )
