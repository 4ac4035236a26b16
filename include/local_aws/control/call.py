"""What a handler of an operation is given: the call, and what the endpoint has to serve it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from include.local_aws.store import Store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.local_aws.control.automl_searches import Searches
    from include.local_aws.control.tuning import Tunings
    from include.local_aws.runner.endpoints import Endpoints
    from include.local_aws.runner.runner import Runner
    from include.local_aws.runner.s3 import S3Access

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One validated call of one operation in one region.

    ``computed`` are further Describe members of what it creates (an AutoML job's own jobs carry its AutoMLJobArn); only
    callers inside the endpoint can give them.
    """

    region: str
    operation: str
    request: Mapping[str, Any]
    computed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Services:
    """The store, S3, the job runner, the endpoints' processes, the AutoML searches and the tuning jobs."""

    store: Store
    s3_access: S3Access
    runner: Runner
    endpoints: Endpoints
    searches: Searches
    tunings: Tunings

    def s3(self, region: str) -> S3Client:
        """Return the S3 client of a region."""
        return self.s3_access.client(region)


Handler = Callable[[Services, Call], Json]
