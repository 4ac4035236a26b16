from __future__ import annotations

import json
import re
import socket
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from include.local_aws import wire
from include.local_aws.control.plane import OPERATIONS
from tests.include.local_aws.jobs import ROLE, Clients, client, refused


def _fetch(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - a loopback address
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def _scope(service: str) -> str:
    credential = f"test/20240101/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"


def test_only_loopback_is_bound(clients: Clients) -> None:
    port = int(clients.url.rsplit(":", 1)[1])
    assert clients.url.startswith("http://127.0.0.1:")
    outside = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in outside - {"127.0.0.1"}:
        if address.startswith("127."):
            continue
        with socket.socket() as probe:
            probe.settimeout(1)
            assert probe.connect_ex((address, port)) != 0


def test_every_operation_that_is_not_done_says_so_once(clients: Clients) -> None:
    """boto3 must not retry, so that a DAG fails at once with the reason."""
    sent: list[str] = []
    sagemaker = client(clients.url, "sagemaker")
    sagemaker.meta.events.register("before-send.sagemaker", lambda request, **_: sent.append(request.url))
    assert refused(sagemaker.list_workteams) == (
        "NotImplementedException",
        "The operation ListWorkteams is not done by the embedded AWS endpoint; docs/local.md lists what it does.",
    )
    assert len(sent) == 1


def test_all_other_operations_of_the_service_are_refused_in_json(clients: Clients) -> None:
    others = [name for name in wire.service_model().operation_names if name not in OPERATIONS]
    assert len(others) > 300
    for name in others[::10]:
        status, kind, body = _fetch(
            clients.url, b"{}", **{"X-Amz-Target": f"SageMaker.{name}", "Authorization": _scope("sagemaker")}
        )
        assert (status, kind) == (400, "application/x-amz-json-1.1")
        assert json.loads(body)["__type"] == "NotImplementedException"
        assert f"The operation {name} is not done" in json.loads(body)["message"]


def test_an_operation_that_does_not_exist(clients: Clients) -> None:
    for target in ("SageMaker.CreateCoffee", "Other.Thing"):
        status, kind, body = _fetch(
            clients.url, b"{}", **{"X-Amz-Target": target, "Authorization": _scope("sagemaker")}
        )
        assert (status, kind) == (400, "application/x-amz-json-1.1")
        assert json.loads(body)["__type"] == "UnknownOperationException"


def test_a_body_that_is_not_json(clients: Clients) -> None:
    headers = {"X-Amz-Target": "SageMaker.ListModels", "Authorization": _scope("sagemaker")}
    status, _, body = _fetch(clients.url, b"{not json", **headers)
    assert status == 400
    assert json.loads(body)["__type"] == "SerializationException"


def test_unsigned_sagemaker_calls_are_served(clients: Clients) -> None:
    status, _, body = _fetch(clients.url, b'{"NameContains": "never"}', **{"X-Amz-Target": "SageMaker.ListModels"})
    assert (status, json.loads(body)) == (200, {"Models": []})


def test_a_refused_service_is_not_asked_again(clients: Clients) -> None:
    with pytest.raises(ClientError) as error:
        client(clients.url, "lambda").list_functions()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize("service", ["sts", "iam", "sns"])
def test_query_services_say_why_they_refuse(clients: Clients, service: str) -> None:
    call = {
        "sts": "decode_authorization_message",
        "iam": "list_organizations_features",
        "sns": "create_sms_sandbox_phone_number",
    }
    arguments = {"sts": {"EncodedMessage": "me"}, "iam": {}, "sns": {"PhoneNumber": "+15550100"}}[service]
    with pytest.raises(ClientError) as error:
        getattr(client(clients.url, service), call[service])(**arguments)
    assert error.value.response["Error"]["Code"] != "Unknown"
    assert error.value.response["Error"]["Message"]


# Of every form but JSON: the query protocol's, EC2's, XML without an action, CBOR; and some of JSON.
_ELSEWHERE = {
    "autoscaling": "describe_account_limits",
    "cloudformation": "list_stacks",
    "cloudfront": "list_distributions",
    "cloudsearch": "describe_domains",
    "cloudwatch": "list_metrics",
    "cognito-idp": "associate_software_token",
    "docdb": "describe_certificates",
    "dynamodb": "list_tables",
    "ec2": "describe_vpcs",
    "elasticache": "describe_cache_clusters",
    "elasticbeanstalk": "describe_events",
    "elb": "describe_account_limits",
    "elbv2": "describe_account_limits",
    "importexport": "list_jobs",
    "lambda": "list_functions",
    "neptune": "describe_db_clusters",
    "partnercentral-revenue-measurement": "list_revenue_attributions",
    "rds": "describe_db_instances",
    "redshift": "describe_clusters",
    "route53": "list_hosted_zones",
    "sdb": "list_domains",
    "ses": "list_identities",
}


def test_services_of_every_form_say_that_they_are_not_here(clients: Clients) -> None:
    for service, operation in _ELSEWHERE.items():
        code, message = refused(getattr(client(clients.url, service, parameter_validation=False), operation))
        unsigned = service == "sdb"  # by its old signature: taken for STS's
        assert code == ("InvalidAction" if unsigned else "UnknownService"), (service, message)
        assert ("Could not find operation List" if unsigned else "The embedded AWS endpoint has no ") in message


def test_a_call_without_credentials_can_be_of_sts(clients: Clients) -> None:
    sts = client(clients.url, "sts")
    role = {"RoleArn": ROLE, "RoleSessionName": "me", "WebIdentityToken": "x" * 20}
    assert sts.assume_role_with_web_identity(**role)["Credentials"]["AccessKeyId"]


def test_refusals_are_never_html(clients: Clients) -> None:
    for service in ("lambda", "ec2", "bedrock", "sagemaker", "nonsense"):
        _, kind, body = _fetch(clients.url + "/2015-03-31/functions", Authorization=_scope(service))
        assert "html" not in kind
        assert not re.search(rb"<html", body, re.IGNORECASE)


def test_what_moto_does_not_do_is_refused_as_well(clients: Clients) -> None:
    code, message = refused(clients.logs.describe_field_indexes, logGroupIdentifiers=["x"])
    assert code == "NotImplemented"
    assert message.startswith("logs: ")
    assert message.endswith("is not done by the embedded AWS endpoint.")


def test_presigned_addresses_work(clients: Clients, bucket: str) -> None:
    put = clients.s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b"})
    # urllib calls every body a form
    request = urllib.request.Request(put, data=b"hello", method="PUT")  # noqa: S310 - a loopback address
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert answer.status == 200
    get = clients.s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"})
    assert _fetch(get)[2] == b"hello"
    newer = client(clients.url, "s3", signature_version="s3v4")
    assert _fetch(newer.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"}))[2] == b"hello"


def test_an_unsigned_read_is_s3s(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="open", Body=b"hello", ACL="public-read")
    assert _fetch(f"{clients.url}/{bucket}/open")[2] == b"hello"
    status, kind, body = _fetch(f"{clients.url}/{bucket}/missing")
    assert status == 404
    assert b"NoSuchKey" in body
    assert "html" not in kind


def test_regions_are_apart(clients: Clients, model: str) -> None:
    elsewhere = client(clients.url, "sagemaker", region="eu-west-1")
    code, message = refused(elsewhere.describe_model, ModelName=model)
    assert code == "ValidationException"
    assert ":eu-west-1:" in message


@pytest.mark.parametrize("region", ["..", ".", "", "US-EAST-1", "eu west"])
def test_a_region_that_is_none_names_no_folder(clients: Clients, region: str) -> None:
    scope = _scope("sagemaker").replace("us-east-1", region)
    status, _, body = _fetch(clients.url, b"{}", **{"X-Amz-Target": "SageMaker.ListModels", "Authorization": scope})
    assert (status, b"SignatureDoesNotMatch" in body) == (403, True)
