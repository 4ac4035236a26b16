from __future__ import annotations

import pytest

from include.local_aws.runtimes import ClientError, UnknownImage, container_for
from include.local_aws.runtimes.xgboost import XGBoostContainer


@pytest.mark.parametrize(
    "uri",
    [
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/sagemaker-xgboost:latest",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost",
        f"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost@sha256:{'0f' * 32}",
        f"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3@sha256:{'0f' * 32}",
    ],
)
def test_finds_the_runtime_by_repository_name(uri: str) -> None:
    assert isinstance(container_for(uri), XGBoostContainer)


def test_an_image_without_a_runtime_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(UnknownImage) as caught:
        container_for("382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1")
    assert str(caught.value) == (
        "no local runtime for the image 382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1: "
        "there are autogluon-inference, autogluon-training, autopilot-data-builder, autopilot-reports, knn, "
        "linear-learner, mxnet-algorithms, sagemaker-scikit-learn, sagemaker-sklearn-automl, sagemaker-xgboost"
    )


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "sagemaker-xgboost",
        "1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost@sha256:0f",
    ],
)
def test_what_is_no_image_uri_is_refused(uri: str) -> None:
    with pytest.raises(UnknownImage, match="is not an image URI: write <12-digit account>"):
        container_for(uri)


def test_xgboost_runs_no_processing_job(tmp_path) -> None:
    with pytest.raises(ClientError, match="not processing jobs"):
        container_for("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1").process(tmp_path)
