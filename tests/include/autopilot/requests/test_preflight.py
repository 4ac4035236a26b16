"""What is asked of AWS for free before a run's first paid job; IAM, STS and S3 are moto's."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from include.autopilot.base.errors import PreflightError
from include.autopilot.requests import asking
from include.autopilot.requests.asking import Check
from include.autopilot.requests.preflight import Account, check_requests
from include.autopilot.requests.preview import SECOND, Foretold
from tests.support.foretelling import QUOTAS, account, foretold, foretold_wide
from tests.support.toy import ARTIFACT, MODULE, Toy

ROLE = "arn:aws:iam::123456789012:role/AutopilotRetrain"


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def checked(toy: Toy, asked: Account | None = None, **options: Any) -> dict[str, Check]:
    found = check_requests(toy.s3, asked or account(), foretold(toy, **options), f"{toy.config.root}/runs")
    return {check.what: check for check in found}


def refused(toy: Toy, asked: Account | None = None, **options: Any) -> str:
    with pytest.raises(PreflightError) as caught:
        checked(toy, asked, **options)
    assert str(caught.value).startswith("No job was started, because these are missing:\n")
    return str(caught.value).partition("\n")[2]


def denied(service: str, method: str) -> Any:
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")  # type: ignore[call-overload]
    stub = Stubber(client)
    stub.add_client_error(method, "AccessDenied", "User is not authorized")
    stub.activate()
    return client


@pytest.mark.parametrize("featurizer", ["reuse", "refit"])
def test_everything_is_there(toy: Toy, featurizer: str) -> None:
    found = checked(toy, featurizer=featurizer)
    assert {check.result for check in found.values()} == {"ok"}
    kinds = [what.partition(" ")[0] for what in found]
    assert kinds.count("image") == 2
    assert set(kinds) == {"image", "role", "quota", *(["code"] if featurizer == "refit" else ["artifact"])}
    assert f"role {ROLE}" in found
    assert ("quota ml.m5.2xlarge for training job usage" in found) == (featurizer == "refit")


def test_images_of_another_region(toy: Toy) -> None:
    message = refused(toy, account(region="eu-west-1"))
    assert (
        "image 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3: it is in us-east-1 and "
        "the jobs run in eu-west-1; search again in eu-west-1" in message
    )
    assert message.count("image ") == 2


def test_an_image_of_another_registry_is_unknown(toy: Toy) -> None:
    requests = foretold(toy)
    own = {"AlgorithmSpecification": {"TrainingImage": "registry.example/own:1"}}
    found = check_requests(toy.s3, account(), [replace(requests[3], request=own)], "s3://toy-models/toy/runs")
    assert found == [Check("image registry.example/own:1", "unknown", "its registry does not tell a region")]


def test_an_artifact_that_was_deleted(toy: Toy) -> None:
    toy.s3.delete_object(Bucket="toy-models", Key=f"toy/{ARTIFACT}")
    assert refused(toy) == f"artifact s3://toy-models/toy/{ARTIFACT}: it was deleted; restore it or search again"
    assert checked(toy, featurizer="refit"), "a featurizer that is fitted again needs no old artifact"


def test_an_artifact_that_may_not_be_read_is_unknown(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = foretold(toy)

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")

    monkeypatch.setattr(toy.s3, "head_object", refuse)
    found = check_requests(toy.s3, account(), requests, f"{toy.config.root}/runs")
    (artifact,) = [check for check in found if check.what.startswith("artifact")]
    assert artifact.result == "unknown"
    assert "Forbidden" in artifact.detail


def test_the_generated_code_matters_to_a_fit_only(toy: Toy) -> None:
    toy.s3.delete_object(Bucket="toy-models", Key=f"toy/{MODULE}")
    assert checked(toy)
    message = refused(toy, featurizer="refit")
    assert message.startswith("code s3://toy-models/toy/search/")
    assert message.endswith("Autopilot's generated code was deleted; restore it or reuse the featurizer")


def test_a_bucket_that_is_gone(toy: Toy) -> None:
    requests = foretold(toy, featurizer="refit")
    code = requests[0].request["InputDataConfig"][0]["DataSource"]["S3DataSource"]
    code["S3Uri"] = "s3://no-such-bucket/code"
    with pytest.raises(PreflightError, match="code s3://no-such-bucket/code: Autopilot's generated code was deleted"):
        check_requests(toy.s3, account(), requests, f"{toy.config.root}/runs")


def test_a_role_that_does_not_exist(toy: Toy) -> None:
    assert refused(toy, account(role=False)) == (
        f"role {ROLE}: there is no such role; create it, or search again with another one"
    )


def test_the_roles_that_there_are_are_named(toy: Toy) -> None:
    asked = {"RoleArn": "arn:aws:iam::123456789012:role/Modeller"}
    with pytest.raises(PreflightError, match=rf"role/Modeller: there is no such role; .*SageMaker can assume: {ROLE}$"):
        check_requests(toy.s3, account(), [replace(foretold(toy)[3], request=asked)], "s3://toy-models/toy/runs")


def test_a_role_that_sagemaker_cannot_assume(toy: Toy) -> None:
    assert refused(toy, account(service="ec2.amazonaws.com")) == (
        f"role {ROLE}: its trust policy does not let sagemaker.amazonaws.com assume it; allow that"
    )


@pytest.mark.parametrize(
    ("arn", "result", "detail"),
    [
        (ROLE, "ok", ""),
        ("arn:aws:iam::123456789012:role/deep/path/AutopilotRetrain", "ok", ""),
        (
            "arn:aws:iam::999999999999:role/Theirs",
            "unknown",
            "it belongs to account 999999999999, asked was 123456789012",
        ),
    ],
)
def test_roles_of_paths_and_of_other_accounts(toy: Toy, arn: str, result: str, detail: str) -> None:
    one = Foretold("create_model", "Model", {"ExecutionRoleArn": arn}, {})
    assert check_requests(toy.s3, account(), [one], "s3://x") == [Check(f"role {arn}", result, detail)]


def test_what_is_no_role(toy: Toy) -> None:
    one = Foretold("train", "TrainingJob", {"RoleArn": "AutopilotRetrain"}, {})
    with pytest.raises(PreflightError, match="role AutopilotRetrain: this is not the ARN of a role"):
        check_requests(toy.s3, account(), [one], "s3://x")


def test_who_may_not_ask_learns_nothing_and_is_not_stopped(toy: Toy) -> None:
    asked = replace(account(quotas=None), iam=denied("iam", "get_role"))
    found = checked(toy, asked)
    assert found[f"role {ROLE}"].result == "unknown"
    assert "User is not authorized" in found[f"role {ROLE}"].detail
    assert found["quotas"].result == "unknown"
    assert "AccessDeniedException" in found["quotas"].detail


def test_quotas_below_what_is_needed(toy: Toy) -> None:
    few = account(QUOTAS | {"ml.m5.12xlarge for training job usage": 0.0})
    assert refused(toy, few) == (
        "quota ml.m5.12xlarge for training job usage: 0 of 1 needed; raise it in Service Quotas or choose another "
        "instance type"
    )
    assert "quota ml.m5.12xlarge for training job usage: 4 of 5 needed" in refused(toy, instance_count=5)


def test_a_transform_needs_as_much_of_a_quota_as_it_has_instances(toy: Toy) -> None:
    with pytest.raises(PreflightError, match=r"quota ml\.m5\.4xlarge for transform job usage: 2 of 3 needed"):
        check_requests(toy.s3, account(), foretold_wide(toy, 3), f"{toy.config.root}/runs")
    found = check_requests(toy.s3, account(), foretold_wide(toy, 2), f"{toy.config.root}/runs")
    assert {check.result for check in found} == {"ok"}


def test_spot_has_a_quota_of_its_own(toy: Toy) -> None:
    name = "ml.m5.12xlarge for spot training job usage"
    assert checked(toy, account(defaults={}), spot=True)[f"quota {name}"] == Check(
        f"quota {name}", "unknown", "Service Quotas does not list it"
    )
    assert f"quota {name}: 0 of 1 needed" in refused(toy, account(QUOTAS | {name: 0.0}), spot=True)


@pytest.mark.parametrize(
    ("limit", "detail"),
    [(2.0, ""), (1.0, "1 of the 2 that jobs take at once: one waits for the other")],
)
def test_two_challengers_take_as_much_of_a_quota_as_both_need(toy: Toy, limit: float, detail: str) -> None:
    name = "ml.m5.12xlarge for training job usage"
    requests = foretold(toy)
    beside = [replace(one, step=SECOND[one.step]) for one in requests if one.step in SECOND]
    asked = account(QUOTAS | {name: limit})
    found = check_requests(toy.s3, asked, [*requests, *beside], f"{toy.config.root}/runs")
    assert Check(f"quota {name}", "ok", detail) in found
    none = account(QUOTAS | {name: 0.0})
    with pytest.raises(PreflightError, match=f"quota {name}: 0 of 1 needed"):
        check_requests(toy.s3, none, [*requests, *beside], f"{toy.config.root}/runs")


def test_a_quota_that_the_account_does_not_list_is_awss_default(toy: Toy) -> None:
    name = "ml.m5.12xlarge for training job usage"
    own = {other: value for other, value in QUOTAS.items() if other != name}
    assert checked(toy, account(own, defaults={name: 1.0}))[f"quota {name}"] == Check(f"quota {name}", "ok")
    message = refused(toy, account(own, defaults={name: 0.0, "ml.m5.4xlarge for transform job usage": 0.0}))
    assert message == (
        f"quota {name}: AWS's default, 0 of 1 needed; raise it in Service Quotas or choose another instance type"
    )


def test_what_the_account_lists_counts_where_the_defaults_may_not_be_read(toy: Toy) -> None:
    name = "ml.m5.12xlarge for training job usage"
    found = checked(toy, account({other: value for other, value in QUOTAS.items() if other != name}))
    assert found[f"quota {name}"].result == "unknown"
    assert "AccessDeniedException" in found[f"quota {name}"].detail
    assert found["quota ml.m5.4xlarge for transform job usage"].result == "ok"


def test_without_instances_nobody_asks_for_quotas(toy: Toy) -> None:
    asked = replace(account(), quotas=None)
    one = Foretold("search_again", "AutoMLJobV2", {"RoleArn": ROLE}, {})
    assert check_requests(toy.s3, asked, [one], "s3://x") == [Check(f"role {ROLE}", "ok")]


def test_services_that_nobody_reaches_cost_ten_seconds_together(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 1.0)
    requests = foretold(toy)
    with silent() as url:
        # As botocore comes: 60 s for each of five tries.
        iam, sts, quotas = (
            boto3.client(
                name, region_name="us-east-1", endpoint_url=url, aws_access_key_id="t", aws_secret_access_key="t"
            )
            for name in ("iam", "sts", "service-quotas")
        )
        started = time.monotonic()
        found = check_requests(toy.s3, Account("us-east-1", iam, sts, quotas), requests, f"{toy.config.root}/runs")
        assert time.monotonic() - started < 3
    unknown = {check.what: check.detail for check in found if check.result == "unknown"}
    assert unknown == dict.fromkeys((f"role {ROLE}", "quotas"), "AWS gave no answer within 1 s")
