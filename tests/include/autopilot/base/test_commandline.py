from __future__ import annotations

import argparse

import pytest

from include.autopilot.base.commandline import add_aws_options, aws_clients
from include.autopilot.base.errors import UnreadableError


def asked(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_aws_options(parser)
    return parser.parse_args(options)


def test_clients_go_where_the_options_say() -> None:
    client = aws_clients(asked("--region", "eu-west-1", "--endpoint-url", "http://127.0.0.1:9"))("s3")
    assert (client.meta.region_name, client.meta.endpoint_url) == ("eu-west-1", "http://127.0.0.1:9")
    assert client.meta.config.retries["mode"] == "adaptive"


def test_an_endpoint_that_is_no_address_is_refused() -> None:
    with pytest.raises(UnreadableError, match=r"AWS could not be asked: .*nowhere"):
        aws_clients(asked("--region", "eu-west-1", "--endpoint-url", "nowhere"))("s3")
