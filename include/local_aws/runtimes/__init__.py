"""What runs inside a job: one runtime per container image, found by the image URI's repository name."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

# Repository name -> sub-package or module here. AWS does not publish its images autopilot-...: these names are ours.
_RUNTIMES = {
    "autogluon-inference": "autogluon.serving",
    "autogluon-training": "autogluon.training",
    "autopilot-data-builder": "data_builder",
    "autopilot-reports": "reports",
    "knn": "knn",
    "linear-learner": "linear_learner",
    "mxnet-algorithms": "mlp",
    "sagemaker-scikit-learn": "scikit_learn",
    "sagemaker-sklearn-automl": "sklearn_automl",
    "sagemaker-xgboost": "xgboost",
}
_IMAGE_URI = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/(?P<repository>[a-z0-9._/-]+)"
    r"(?::(?P<tag>[\w.-]+))?(?:@sha256:[0-9a-f]{64})?"
)
# What a package calls the container of the images with such a tag, where it is not its CONTAINER.
_TAGGED = (
    (re.compile(r"training-cpu"), "TRAINING"),
    (re.compile(r"inference-cpu"), "SERVING"),
    (re.compile(r"(1\.[5-9]|[2-9]\.)\S*"), "SINCE_1_5"),
)


class AlgorithmError(Exception):
    """The container's own fault; the job ends with exit code 1."""


class ClientError(Exception):
    """The customer's data or settings are at fault; the job ends with exit code 2."""


class UnknownImage(ClientError):
    """No local runtime stands for this image URI."""


class Servant(Protocol):
    """One loaded inference container."""

    def execution_parameters(self) -> dict[str, object]:
        """Answer what batch transform asks for: `MaxConcurrentTransforms`, `BatchStrategy`, `MaxPayloadInMB`."""

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Answer one request with a body and its content type.

        :raises ClientError: the request cannot be served.
        """


class Container(Protocol):
    """What an image can do. What it cannot do raises ClientError."""

    def train(self, opt_ml: Path) -> None:
        """Run a training job over the `/opt/ml` folder `opt_ml`."""

    def process(self, opt_ml: Path) -> None:
        """Run a processing job over the `/opt/ml` folder `opt_ml`."""

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:
        """Load the unpacked model artifact in `model_dir` as the container would with these variables set."""


def container_for(image_uri: str) -> Container:
    """Return the runtime that stands for `image_uri`; its module is imported on first use.

    :raises UnknownImage: the URI is malformed or there is no runtime for its repository.
    """
    match = _IMAGE_URI.fullmatch(image_uri)
    if match is None:
        raise UnknownImage(
            f"{image_uri!r} is not an image URI: "
            "write <12-digit account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>, or @<digest> for the tag"
        )
    repository = match["repository"].rsplit("/", 1)[-1]
    package = _RUNTIMES.get(repository)
    if package is None:
        raise UnknownImage(f"no local runtime for the image {image_uri}: there are {', '.join(sorted(_RUNTIMES))}")
    module = importlib.import_module(f"{__name__}.{package}")
    names = [name for tag, name in _TAGGED if tag.fullmatch(match["tag"] or "") and hasattr(module, name)]
    return cast(Container, getattr(module, names[0] if names else "CONTAINER"))
