"""One registered version of a model: what the Model Registry's metadata says of it, in few words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.autopilot.base.errors import RegistryError

_NOT_ALLOWED = re.compile(r"[^\w\s.:/=+\-@]")
_LONGEST_VALUE = 256
_UNDEFINED = "undefined"


@dataclass(frozen=True)
class Version:
    """A version, as promotions and rollbacks need it.

    :param arn: of its model package.
    :param version: its number in the model package group.
    :param cutoff: ISO 8601, UTC: it was trained on drops up to here.
    :param run: the key of the run that made it.
    :param model: the name of the SageMaker model that it was registered from.
    :param holdout: the digest of the judging holdout of that run.
    :param template: the digest of the template it was made from.
    :param metric: the objective by Autopilot's name.
    :param direction: Minimize or Maximize.
    :param value: the objective on that holdout; None where it is not defined.
    """

    arn: str
    version: int
    cutoff: str
    run: str
    model: str
    holdout: str
    template: str
    metric: str
    direction: str
    value: float | None

    @property
    def moment(self) -> datetime:
        """The cutoff, to compare."""
        return datetime.fromisoformat(self.cutoff)

    @property
    def label(self) -> str:
        """What people call it."""
        return f"version {self.version}"


def metadata_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return CustomerMetadataProperties: texts, without what the service does not allow in them."""
    return {name: _text(value) for name, value in values.items()}


def version_of(described: Mapping[str, Any]) -> Version:
    """Return the version that DescribeModelPackage describes.

    :raises RegistryError: it was registered by something else, without the metadata that a champion needs.
    """
    metadata = described.get("CustomerMetadataProperties", {})
    try:
        value = metadata["value"]
        return Version(
            arn=described["ModelPackageArn"],
            version=int(described["ModelPackageVersion"]),
            **{
                name: metadata[name]
                for name in ("cutoff", "run", "model", "holdout", "template", "metric", "direction")
            },
            value=None if value == _UNDEFINED else float(value),
        )
    except KeyError as missing:
        raise RegistryError(
            f"{described.get('ModelPackageArn')} has no {missing} among its customer metadata: no retraining "
            "registered it, so it cannot become the champion. Choose a version that a run registered."
        ) from missing


def _text(value: Any) -> str:
    if value is None:
        return _UNDEFINED
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _NOT_ALLOWED.sub("_", text)[:_LONGEST_VALUE] or _UNDEFINED
