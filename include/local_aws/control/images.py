"""What the control plane needs to know about an image without running it."""

from __future__ import annotations

import importlib
from typing import Any

from include.local_aws.runtimes import container_for


def built_in_metrics(image: str) -> list[dict[str, Any]]:
    """Return the metric definitions an image brings: ``METRIC_DEFINITIONS`` of its runtime's package; [] if none."""
    package = type(container_for(image)).__module__
    while package:
        found = getattr(importlib.import_module(package), "METRIC_DEFINITIONS", None)
        if found is not None:
            return [dict(item) for item in found]
        package = package.rpartition(".")[0]
    return []
