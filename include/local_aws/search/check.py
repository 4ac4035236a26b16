"""What is refused when an AutoML job is created: before any job runs."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING, Any

from include.local_aws.errors import NotDone, ValidationException
from include.local_aws.runner.failures import JobFailed
from include.local_aws.runner.sources import SourceObject, no_objects, resolve
from include.local_aws.search.algorithms import ALGORITHMS, BLENDED, BLENDED_ELSEWHERE
from include.local_aws.search.images import has_images
from include.local_aws.search.interface import Json
from include.local_aws.search.objectives import PROBLEMS, objective_names
from include.local_aws.search.settings import ENSEMBLING, Channel, algorithms_of, channels_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOT_DONE = ("GenerateCandidateDefinitionsOnly", "ModelDeployConfig")
_CSV = ("text/csv", "text/csv;header=present")


def check(request: Json, s3: S3Client, channels: str = "inputDataConfig") -> None:
    """Check a V1-shaped CreateAutoMLJob request against the service's rules and its data's header.

    Mode AUTO, or none, is searched in the HYPERPARAMETER_TUNING mode (AWS would choose ENSEMBLING for less than
    100 MB).

    :param channels: what the member with the channels is called where the request came from.
    :raises ValidationException: AWS refuses it, too.
    :raises NotDone: AWS does this and the search here does not.
    """
    if not has_images(s3.meta.region_name):
        raise NotDone(f"An AutoML job in the region {s3.meta.region_name}")
    _check_kind(request)
    _check_objective(request)
    _check_channels(request["InputDataConfig"], channels)
    _check_split(request)
    for channel in channels_of(request):
        header = _header(s3, channel, request["RoleArn"])
        target = request["InputDataConfig"][0]["TargetAttributeName"]
        if target not in header:
            raise ValidationException(f"Target attribute name {target} does not exist in header.")


def _check_kind(request: Json) -> None:
    config = request.get("AutoMLJobConfig", {})
    for member in NOT_DONE:
        if request.get(member):
            raise NotDone(member)
    generation = config.get("CandidateGenerationConfig", {})
    if generation.get("FeatureSpecificationS3Uri"):
        raise NotDone("FeatureSpecificationS3Uri")
    if generation.get("AlgorithmsConfig"):
        _check_algorithms(config)


def _check_algorithms(config: Json) -> None:
    mode = config.get("Mode", "HYPERPARAMETER_TUNING")
    if mode == "AUTO":
        raise ValidationException("AlgorithmsConfig cannot be given when Mode is AUTO: name the mode.")
    done, elsewhere = (BLENDED, BLENDED_ELSEWHERE) if mode == ENSEMBLING else (tuple(ALGORITHMS), ())
    for name in algorithms_of(config):
        if name in elsewhere:
            raise NotDone(f"The algorithm {name}")
        if name not in done:
            raise ValidationException(
                f"The algorithm {name} is not one of the mode {mode}: choose from {', '.join(done)}."
            )


def _check_objective(request: Json) -> None:
    problem_type, objective = request.get("ProblemType"), request.get("AutoMLJobObjective")
    if (problem_type is None) != (objective is None):
        raise ValidationException("ProblemType and AutoMLJobObjective must be given together or not at all.")
    if problem_type is None or objective is None:
        return
    if problem_type not in PROBLEMS:
        raise NotDone(f"ProblemType {problem_type}")
    if objective["MetricName"] not in objective_names(problem_type):
        raise ValidationException(
            f"Objective metric {objective['MetricName']} does not fit {problem_type}: "
            f"use one of {', '.join(objective_names(problem_type))}."
        )


def _check_channels(members: list[dict[str, Any]], place: str) -> None:
    for number, member in enumerate(members, 1):
        if member.get("SampleWeightAttributeName"):
            raise NotDone(f"{place}.{number}.member.sampleWeightAttributeName")
        content_type = member.get("ContentType", _CSV[0]).replace(" ", "")
        if content_type not in _CSV:
            raise NotDone(f"{place}.{number}.member.contentType {content_type}")
    kinds = sorted(member.get("ChannelType", "training") for member in members)
    if kinds not in (["training"], ["training", "validation"]):
        raise ValidationException(f"One training channel and at most one validation channel, not {', '.join(kinds)}.")
    for same in ("TargetAttributeName", "CompressionType"):
        if len({member.get(same) for member in members}) > 1:
            raise ValidationException(f"The channels differ in {same}.")


def _check_split(request: Json) -> None:
    fraction = request.get("AutoMLJobConfig", {}).get("DataSplitConfig", {}).get("ValidationFraction")
    if fraction is None:
        return
    if len(request["InputDataConfig"]) > 1:
        raise ValidationException("ValidationFraction cannot be given together with a validation channel.")
    if not 0 < fraction < 1:
        raise ValidationException(f"ValidationFraction must be between 0 and 1, not {fraction:g}.")


def _header(s3: S3Client, channel: Channel, role: str) -> list[str]:
    try:
        objects = resolve(s3, channel.uri, channel.data_type)
    except JobFailed as error:
        raise ValidationException(str(error)) from error
    if not objects:
        raise ValidationException(no_objects(channel.uri, s3.meta.region_name, role))
    first = min(objects, key=lambda found: found.path)
    return _first_row(s3, first, channel.compression)


def _first_row(s3: S3Client, found: SourceObject, compression: str) -> list[str]:
    """Read the first CSV record; a header may hold line ends in quotes."""
    raw = s3.get_object(Bucket=found.place.bucket, Key=found.place.key)["Body"]
    try:
        data: Any = gzip.GzipFile(fileobj=raw) if compression == "Gzip" else io.BytesIO(raw.read())
        return next(csv.reader(io.TextIOWrapper(data, encoding="utf-8-sig", newline=""), strict=True), [])
    except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
        raise ValidationException(f"{found.place} is not CSV in UTF-8: {error}.") from error
