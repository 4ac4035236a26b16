from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from include.local_aws.faults import Faults, FaultsRefused
from tests.include.local_aws.jobs import Clients


def refusal(url: str, method: str, body: bytes | None = None) -> tuple[int, str]:
    """Send what must be refused; answers the status and the message."""
    request = urllib.request.Request(f"{url}/_faults", body, method=method)  # noqa: S310 - a loopback address
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)  # noqa: S310
    with error.value as answer:
        return answer.code, json.load(answer)["message"]


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", b'{"rules": []}'), ("DELETE", None)])
def test_there_is_no_such_route_unless_asked_for(aws: str, method: str, body: bytes | None) -> None:
    """The session's endpoint was started without ``--faults``."""
    expected = "/_faults is not there: the embedded AWS endpoint was started without --faults."
    assert refusal(aws, method, body) == (404, expected)


def test_the_client_says_why_it_was_refused(aws: str) -> None:
    with pytest.raises(FaultsRefused, match="was started without --faults"):
        Faults(aws).set([])


def test_it_counts_every_call_by_operation(faults: Faults, impatient: Clients) -> None:
    for _ in range(3):
        impatient.sagemaker.list_models()
    impatient.sagemaker.list_training_jobs()
    impatient.s3.list_buckets()
    faults.rules()  # its own route is not counted
    expected = {"s3.ListBuckets": 1, "sagemaker.ListModels": 3, "sagemaker.ListTrainingJobs": 1}
    assert faults.calls() == expected
    faults.set([])
    assert faults.calls() == expected
    faults.reset_calls()
    assert faults.calls() == {}


def test_rules_are_told_as_they_are(faults: Faults) -> None:
    faults.set([{"fault": "throttle", "percent": 12.5}, {"fault": "delay", "operation": "s3.*", "seconds": 1}])
    common = {"count": None, "seed": 0, "fired": 0}
    assert faults.rules() == [
        {"fault": "throttle", "operation": "*", "percent": 12.5, **common},
        {"fault": "delay", "operation": "s3.*", "percent": 100, "seconds": 1, **common},
    ]
    faults.clear()
    assert faults.rules() == []


def test_a_bad_rule_leaves_the_old_ones_in_force(faults: Faults) -> None:
    faults.set([{"fault": "drop", "operation": "s3.*"}])
    with pytest.raises(FaultsRefused, match=r"rule 2: fault must be one of delay, throttle, .* not 'dorp'"):
        faults.set([{"fault": "drop"}, {"fault": "dorp"}])
    assert [rule["operation"] for rule in faults.rules()] == ["s3.*"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the body is not JSON"),
        (b"[]", 'the body must be an object with "rules", "calls" or both'),
        (b'{"rule": []}', 'the body must be an object with "rules", "calls" or both'),
        (b'{"rules": {}}', '"rules" must be a list'),
        (b'{"calls": {"s3.GetObject": 1}}', '"calls" can only be reset, to {}'),
    ],
)
def test_a_document_that_means_nothing_is_refused(faults: Faults, disturbed: str, body: bytes, message: str) -> None:
    status, told = refusal(disturbed, "PUT", body)
    assert status == 400
    assert told.startswith(message)


def test_other_methods_are_refused(disturbed: str) -> None:
    assert refusal(disturbed, "POST", b"{}") == (405, "/_faults takes GET, PUT and DELETE, not POST.")


def test_a_signed_request_of_that_path_is_s3s(faults: Faults, impatient: Clients) -> None:
    code = impatient.s3.exceptions.ClientError
    with pytest.raises(code):
        impatient.s3.head_bucket(Bucket="_faults")
    assert faults.calls() == {"s3.HeadBucket": 1}
