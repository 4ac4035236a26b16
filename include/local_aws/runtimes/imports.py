"""The import names that generated programs and artifacts use: those of an image, never a path of this repository.

On AWS the image brings them. Here they are aliases in the process that plays the container, so that what a search saved
still runs when this package has moved. ``sagemaker_sklearn_extension`` is the public name of what Autopilot's own
modules import; ``automl_containers`` is ours.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def provide(name: str, **members: Any) -> None:
    """Let ``from <name> import <member>`` find our members; the packages above it come with it.

    :param name: a dotted name.
    """
    above, _, own = name.rpartition(".")
    module = sys.modules.setdefault(name, ModuleType(name))
    vars(module).update(members)
    if above:
        provide(above, **{own: module})
        vars(sys.modules[above]).setdefault("__path__", [])
