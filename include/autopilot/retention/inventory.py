"""What there is of a model that could be removed: versions, files of runs, features, SageMaker models.

Everything is found by what this package wrote itself: the ledger names versions and runs, tags name whose a SageMaker
model is. What somebody else made is not even looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.locations import Locations, parse_uri
from include.autopilot.base.names import beginning
from include.autopilot.candidate.descriptions import describe, list_tags
from include.autopilot.candidate.tags import DAG_TAG
from include.autopilot.champion.ledger import MOVES
from include.autopilot.champion.pointer import champion_at, store_of
from include.autopilot.champion.removed import Removal, all_removals
from include.autopilot.champion.version import Version
from include.autopilot.drops.secondchallenger import second_key
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.objects import Listed, list_objects, read_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig

_SECOND = second_key("")
_SITTING = re.compile(r"/v([0-9]+)/")
# What a task that is cleared adds to a name.
_GENERATION = re.compile(r"-g[0-9]+$")


@dataclass(frozen=True)
class Entered:
    """A version of the ledger.

    :param moved: whether it ever was the champion; ``decided``: whether anything was decided about it.
    :param registered: whether its package is in the Model Registry.
    """

    version: Version
    moved: bool
    decided: bool
    registered: bool


@dataclass(frozen=True)
class RunFiles:
    """What a run wrote, its second challenger's included.

    :param large: what only a model that it made is made of, or was trained from.
    :param reported: whether it came to its report; ``template``: the digest of that which it uses; None without a plan.
    :param dry: whether it was a dry run.
    """

    key: str
    large: Sequence[Listed]
    first: datetime
    last: datetime
    reported: bool
    template: str | None = None
    dry: bool = False


@dataclass(frozen=True)
class MadeModel:
    """A SageMaker model that a DAG of the model made; ``base``: its name without a cleared task's addition."""

    name: str
    created: datetime

    @property
    def base(self) -> str:
        """The name that the first try of its task gave it."""
        return _GENERATION.sub("", self.name)


@dataclass(frozen=True)
class Inventory:
    """What there is, at one moment by the clock of S3.

    :param champion: the number of the version that the pointer names.
    :param template: the digest of the published one.
    :param features: by the digest of the template that made them.
    :param asked: models that a job in progress asks.
    :param sat: version -> when a backtest last wrote for it.
    """

    now: datetime
    champion: int | None
    template: str | None
    versions: Sequence[Entered]
    removals: Mapping[int, Removal]
    runs: Mapping[str, RunFiles]
    features: Mapping[str, Sequence[Listed]]
    models: Sequence[MadeModel]
    asked: frozenset[str] = frozenset()
    sat: Mapping[int, datetime] = field(default_factory=dict)


def main_run(key: str) -> str:
    """Return the key of the run that a challenger belongs to, be it the second one."""
    return key.removesuffix(_SECOND)


def inventory_of(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> Inventory:
    """Look what there is.

    :raises MissingObjectError: there is no such bucket.
    """
    locations = Locations(config.root)
    # The clock first: what is written while this looks is younger than it.
    now = clock_of(s3, locations)
    champion = champion_at(s3, locations)
    registered = {str(one["ModelPackageArn"]) for one in store_of(s3, sagemaker, config).registry.summaries()}
    return Inventory(
        now=now,
        champion=champion.version.version if champion else None,
        template=_published(s3, locations),
        versions=list(_entered(s3, locations, registered)),
        removals=all_removals(s3, locations),
        runs=_runs(s3, locations),
        features=_features(s3, locations),
        models=list(_models(sagemaker, config.name)),
        asked=frozenset(_asked(sagemaker, config.name)),
        sat=_sat(s3, locations),
    )


def clock_of(s3: S3Client, locations: Locations) -> datetime:
    """Return what time it is, as S3 has it: the clock that also dates its objects."""
    bucket, prefix = parse_uri(locations.root)
    answer: Any = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/", MaxKeys=1)
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])


def _published(s3: S3Client, locations: Locations) -> str | None:
    try:
        return text_at(read_json(s3, locations.template("current")), "digest")
    except MissingObjectError:
        return None


def _entered(s3: S3Client, locations: Locations, registered: set[str]) -> Iterator[Entered]:
    ledger = Bundle(s3, locations, locations.ledger)
    records = [ledger.read_json(uri) for uri in ledger.uris if uri.endswith(".json")]
    kinds: dict[int, set[str]] = {}
    for record in records:
        kinds.setdefault(int(record["version"]["version"]), set()).add(record["kind"])
    for record in records:
        if record["kind"] == "run":
            version = Version(**record["version"])
            happened = kinds[version.version] - {"run", "approved"}
            yield Entered(version, bool(happened & set(MOVES)), bool(happened), version.arn in registered)


def _runs(s3: S3Client, locations: Locations) -> dict[str, RunFiles]:
    written: dict[str, list[Listed]] = {}
    for one in list_objects(s3, locations.runs):
        key = one.uri.removeprefix(f"{locations.runs}/").partition("/")[0]
        written.setdefault(main_run(key), []).append(one)
    return {key: _run(s3, locations, key, files) for key, files in written.items()}


def _run(s3: S3Client, locations: Locations, key: str, files: Sequence[Listed]) -> RunFiles:
    folders = [locations.run(key), locations.run(second_key(key))]
    beginnings = tuple(place for folder in folders for place in folder.large)
    large = [one for one in files if one.uri.startswith(beginnings)]
    times = [one.modified for one in files if one.modified]
    there = {one.uri for one in files}
    reported = any(folder.report in there for folder in folders)
    plan = {} if reported or folders[0].plan not in there else read_json(s3, folders[0].plan)
    dry = bool(plan.get("options", {}).get("dry_run"))
    return RunFiles(key, large, min(times), max(times), reported, plan.get("template"), dry)


def _features(s3: S3Client, locations: Locations) -> dict[str, list[Listed]]:
    found: dict[str, list[Listed]] = {}
    for one in list_objects(s3, locations.all_features):
        template = one.uri.removeprefix(f"{locations.all_features}/").partition("/")[0]
        found.setdefault(template, []).append(one)
    return found


def _models(sagemaker: SageMakerClient, model: str) -> Iterator[MadeModel]:
    pages = sagemaker.get_paginator("list_models").paginate(NameContains=beginning(model))
    for page in pages:
        for one in page["Models"]:
            if one["ModelName"].startswith(beginning(model)):
                yield MadeModel(one["ModelName"], one["CreationTime"])


def is_ours(sagemaker: SageMakerClient, name: str, model: str) -> bool:
    """Whether a task of one of a model's DAGs made this SageMaker model: its tags tell.

    :raises MissingResourceError: there is no such SageMaker model (any more).
    """
    arn = describe(sagemaker, "Model", name)["ModelArn"]
    tags = {tag["Key"]: tag["Value"] for tag in list_tags(sagemaker, arn)}
    return str(tags.get(DAG_TAG, "")).rpartition("_")[0] == model


def _asked(sagemaker: SageMakerClient, model: str) -> Iterator[str]:
    pages = sagemaker.get_paginator("list_transform_jobs").paginate(
        NameContains=beginning(model), StatusEquals="InProgress"
    )
    for page in pages:
        for one in page["TransformJobSummaries"]:
            name = one["TransformJobName"]
            yield str(sagemaker.describe_transform_job(TransformJobName=name)["ModelName"])


def _sat(s3: S3Client, locations: Locations) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for one in list_objects(s3, locations.all_sittings):
        match = _SITTING.search(one.uri)
        if match and one.modified:
            found[int(match[1])] = max(one.modified, found.get(int(match[1]), one.modified))
    return found
