"""Sixteen clients at once: nobody loses a write, nobody gets a name twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from tests.include.local_aws.jobs import ROLE, XGBOOST, Clients, client, finished, training, transform, unique

CLIENTS = 16


def _together(work: Callable[[int], object]) -> list[object]:
    barrier = threading.Barrier(CLIENTS)

    def run(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def test_sixteen_threads_create_and_describe(clients: Clients) -> None:
    prefix = unique("m")

    def work(number: int) -> int:
        for step in range(6):
            name = f"{prefix}-{number}-{step}"
            tag = {"Key": "n", "Value": str(number)}
            created = clients.sagemaker.create_model(
                ModelName=name, PrimaryContainer={"Image": XGBOOST}, ExecutionRoleArn=ROLE, Tags=[tag]
            )
            assert clients.sagemaker.describe_model(ModelName=name)["ModelArn"] == created["ModelArn"]
            assert clients.sagemaker.list_tags(ResourceArn=created["ModelArn"])["Tags"] == [tag]
        return number

    assert _together(work) == list(range(CLIENTS))
    pages = clients.sagemaker.get_paginator("list_models").paginate(NameContains=prefix)
    names = [item["ModelName"] for page in pages for item in page["Models"]]
    assert sorted(names) == sorted(f"{prefix}-{number}-{step}" for number in range(CLIENTS) for step in range(6))


def test_one_of_sixteen_gets_the_name(clients: Clients, tables: str) -> None:
    name = unique("race")

    def work(_: int) -> str:
        try:
            client(clients.url, "sagemaker").create_training_job(**training(tables, name, rounds=1))
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "created"

    answers = _together(work)
    assert sorted(str(answer) for answer in answers) == ["ResourceInUse"] * (CLIENTS - 1) + ["created"]
    assert finished(clients.sagemaker, "Training", name)["TrainingJobStatus"] == "Completed"


def test_many_jobs_at_once_all_finish(clients: Clients, tables: str, model: str) -> None:
    names = [unique("many") for _ in range(6)]
    for name in names:
        clients.sagemaker.create_training_job(**training(tables, name, rounds=2))
        clients.sagemaker.create_transform_job(**transform(tables, name, model))
    for name in names:
        assert finished(clients.sagemaker, "Training", name)["TrainingJobStatus"] == "Completed"
        assert finished(clients.sagemaker, "Transform", name)["TransformJobStatus"] == "Completed"


def test_one_of_sixteen_makes_the_group_and_each_gets_a_version(clients: Clients) -> None:
    group = unique("race")

    def make_group(_: int) -> tuple[str, str]:
        try:
            client(clients.url, "sagemaker").create_model_package_group(ModelPackageGroupName=group)
        except ClientError as error:
            return str(error.response["Error"]["Code"]), str(error.response["Error"]["Message"])
        return "created", ""

    answers = _together(make_group)
    assert answers.count(("created", "")) == 1
    arn = clients.sagemaker.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"]
    assert answers.count(("ValidationException", f"Model Package Group already exists: {arn}")) == CLIENTS - 1

    def add_version(_: int) -> str:
        made = client(clients.url, "sagemaker").create_model_package(ModelPackageGroupName=group)
        return str(made["ModelPackageArn"])

    versions = sorted(int(str(arn).rpartition("/")[2]) for arn in _together(add_version))
    assert versions == list(range(1, CLIENTS + 1))
    listed = clients.sagemaker.list_model_packages(ModelPackageGroupName=group, SortBy="Name", MaxResults=100)
    told = [item["ModelPackageVersion"] for item in listed["ModelPackageSummaryList"]]
    assert told == versions


def test_a_token_used_by_sixteen_at_once_makes_one_version(clients: Clients) -> None:
    group = unique("race")
    clients.sagemaker.create_model_package_group(ModelPackageGroupName=group)

    def work(_: int) -> object:
        made = client(clients.url, "sagemaker").create_model_package(ModelPackageGroupName=group, ClientToken=group)
        return made["ModelPackageArn"]

    assert len(set(_together(work))) == 1
    assert len(clients.sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]) == 1
