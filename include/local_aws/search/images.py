"""The images of a search's jobs, by region."""

from __future__ import annotations

from dataclasses import dataclass

# The accounts that publish Autopilot's images, where known; elsewhere the search has no image to name.
_AUTOPILOT = {
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
# Those of the built-in algorithms of the first generation.
_BUILT_IN = {
    "ap-northeast-1": "351501993468",
    "ap-northeast-2": "835164637446",
    "ap-south-1": "991648021394",
    "ap-southeast-1": "475088953585",
    "ap-southeast-2": "712309505854",
    "ca-central-1": "469771592824",
    "eu-central-1": "664544806723",
    "eu-north-1": "669576153137",
    "eu-west-1": "438346466558",
    "eu-west-2": "644912444149",
    "eu-west-3": "749696950732",
    "sa-east-1": "855470959533",
    "us-east-1": "382416733822",
    "us-east-2": "404615174143",
    "us-west-1": "632365934929",
    "us-west-2": "174872318107",
}
# AWS's deep learning containers are in one account for all of these regions.
_DEEP_LEARNING = dict.fromkeys(_AUTOPILOT, "763104351884")
_ACCOUNTS = {"autopilot": _AUTOPILOT, "built-in": _BUILT_IN, "deep-learning": _DEEP_LEARNING}


@dataclass(frozen=True)
class Image:
    """A repository, the tag that searches from 2022 on name, and whose it is: a key of the table of accounts."""

    repository: str
    tag: str
    owner: str = "autopilot"

    def uri(self, region: str) -> str:
        """Return the image URI in a region that :func:`has_images`."""
        account = _ACCOUNTS[self.owner][region]
        return f"{account}.dkr.ecr.{region}.amazonaws.com/{self.repository}:{self.tag}"


DATA_BUILDER = Image("autopilot-data-builder", "1.0-1-cpu-py3")
REPORTS = Image("autopilot-reports", "1.0-1-cpu-py3")
FEATURIZER = Image("sagemaker-sklearn-automl", "2.5-1-cpu-py3")
XGBOOST = Image("sagemaker-xgboost", "1.3-1-cpu-py3")
LINEAR_LEARNER_TRAINING = Image("linear-learner", "training-cpu", "built-in")
LINEAR_LEARNER_SERVING = Image("linear-learner", "inference-cpu", "built-in")
MLP_TRAINING = Image("mxnet-algorithms", "training-cpu", "built-in")
MLP_SERVING = Image("mxnet-algorithms", "inference-cpu", "built-in")
AUTOGLUON_TRAINING = Image("autogluon-training", "0.4.3-cpu-py38-ubuntu20.04", "deep-learning")
AUTOGLUON_SERVING = Image("autogluon-inference", "0.4.3-cpu-py38-ubuntu20.04", "deep-learning")


def has_images(region: str) -> bool:
    """Whether the region's accounts are known."""
    return region in _AUTOPILOT
