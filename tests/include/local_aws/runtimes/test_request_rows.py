from __future__ import annotations

import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.request_rows import JSON, LINES, request_rows


def test_json_with_parameters_and_empty_lines() -> None:
    assert request_rows(b'{"instances": [{"features": [1, 2.5]}]}', "Application/JSON; charset=utf-8").tolist() == [
        [1, 2.5]
    ]
    assert request_rows(b'{"features": [1]}\n\n{"features": [2]}\n', LINES).tolist() == [[1], [2]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1",
        b"{}",
        b'{"instances": []}',
        b'{"instances": [{"features": [1]}, {"features": [1, 2]}]}',
        b'{"instances": [{}]}',
    ],
)
def test_json_that_has_no_rows(body: bytes) -> None:
    with pytest.raises(ClientError, match="the request is not of instances with features, all of one length"):
        request_rows(body, JSON)
