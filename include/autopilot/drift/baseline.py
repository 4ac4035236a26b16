"""The baseline of a template in S3: what new drops are compared with.

It is the profile of the rows that the search saw, in the two files of SageMaker Model Monitor, so that a model package
can name them in its DriftCheckBaselines and ModelMetrics.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.folders import BaselineFolder
from include.autopilot.drift.modelmonitor import constraints_of, profile_of_statistics, statistics_of
from include.autopilot.drift.profile import Profile
from include.autopilot.s3.objects import read, read_json, write

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_JSON = "application/json"


@dataclass(frozen=True)
class BaselineFiles:
    """Where a baseline is, with the SHA-256 of each file."""

    statistics: str
    statistics_sha256: str
    constraints: str
    constraints_sha256: str

    @property
    def data_quality(self) -> dict[str, Any]:
        """What a model package says of it, as ``ModelDataQuality`` of DriftCheckBaselines and of ModelMetrics alike."""
        return {
            "Statistics": metrics_source(self.statistics, self.statistics_sha256),
            "Constraints": metrics_source(self.constraints, self.constraints_sha256),
        }


def write_baseline(s3: S3Client, folder: str, profile: Profile, source: str | None = None) -> BaselineFiles:
    """Write a baseline's files; the same profile gives the same bytes.

    :param folder: an S3 address without a closing slash.
    :param source: where the rows come from.
    """
    addresses, digests = [], []
    kept = BaselineFolder(folder)
    for uri, content in ((kept.statistics, statistics_of(profile)), (kept.constraints, constraints_of(profile))):
        # Without indentation: a wide table's samples would grow threefold by it.
        body = json.dumps(content, sort_keys=True, allow_nan=False, separators=(",", ":")).encode()
        addresses.append(write(s3, uri, body, _JSON, source))
        digests.append(hashlib.sha256(body).hexdigest())
    return BaselineFiles(addresses[0], digests[0], addresses[1], digests[1])


def find_baseline(s3: S3Client, folder: str) -> BaselineFiles | None:
    """Return where a baseline is; None if there is none, or only half of one."""
    uris = [BaselineFolder(folder).statistics, BaselineFolder(folder).constraints]
    try:
        digests = [hashlib.sha256(read(s3, uri).body).hexdigest() for uri in uris]
    except MissingObjectError:
        return None
    return BaselineFiles(uris[0], digests[0], uris[1], digests[1])


def read_baseline(s3: S3Client, folder: str) -> Profile:
    """Read a baseline.

    :raises MissingObjectError: there is none.
    """
    return profile_of_statistics(read_json(s3, BaselineFolder(folder).statistics))


def metrics_source(uri: str, sha256: str) -> dict[str, str]:
    """Return a MetricsSource of SageMaker: a JSON file in S3 with its SHA-256."""
    return {"ContentType": _JSON, "S3Uri": uri, "ContentDigest": f"sha256:{sha256}"}
