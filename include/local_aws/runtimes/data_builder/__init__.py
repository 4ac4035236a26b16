"""The `autopilot-data-builder` container: the first job of a search. AWS does not publish its own; the name is ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.data_builder.build import run_build

__all__ = ["CONTAINER", "DataBuilderContainer"]


class DataBuilderContainer:
    """Raw CSV in; training and validation rows without a header, and a description of the columns, out."""

    def train(self, opt_ml: Path) -> None:  # noqa: ARG002 - every container has it
        """Refuse: this image does not run training jobs."""
        raise ClientError("the image autopilot-data-builder runs processing jobs, not training")

    def process(self, opt_ml: Path) -> None:
        """Split the data under ``processing/input`` into ``processing/output``."""
        run_build(opt_ml)

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:  # noqa: ARG002
        """Refuse: this image does not serve."""
        raise ClientError("the image autopilot-data-builder runs processing jobs, not inference")


CONTAINER = DataBuilderContainer()
