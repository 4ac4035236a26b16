from __future__ import annotations

import boto3

from include.local_aws.account import ACCOUNT, ROLE
from tests.include.local_aws.jobs import REGION, Clients, client


def test_the_keys_of_the_role_say_who_calls(clients: Clients) -> None:
    """What SageMaker's SDK asks to find its role: who calls, and what role that is."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
    keys = client(clients.url, "sts").assume_role(RoleArn=arn, RoleSessionName="notebook")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
    called = session.client("sts", endpoint_url=clients.url).get_caller_identity()["Arn"]
    assert called == f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/notebook"
    assert session.client("iam", endpoint_url=clients.url).get_role(RoleName=ROLE)["Role"]["Arn"] == arn
