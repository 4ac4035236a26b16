"""The images of a search's jobs, by region."""

from __future__ import annotations

# The accounts that publish Autopilot's images, where known; elsewhere the search has no image to name.
_ACCOUNTS = {
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-south-1": "720646828776",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ca-central-1": "341280168497",
    "eu-central-1": "492215442770",
    "eu-north-1": "662702820516",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}
# The versions that searches from 2022 on name.
_TAGS = {
    "autopilot-data-builder": "1.0-1-cpu-py3",
    "sagemaker-sklearn-automl": "2.5-1-cpu-py3",
    "sagemaker-xgboost": "1.3-1-cpu-py3",
}
FEATURIZER = "sagemaker-sklearn-automl"
ALGORITHM = "sagemaker-xgboost"
DATA_BUILDER = "autopilot-data-builder"


def has_images(region: str) -> bool:
    """Whether the region's account is known."""
    return region in _ACCOUNTS


def image(repository: str, region: str) -> str:
    """Return the image URI of a repository in a region that :func:`has_images`."""
    return f"{_ACCOUNTS[region]}.dkr.ecr.{region}.amazonaws.com/{repository}:{_TAGS[repository]}"
