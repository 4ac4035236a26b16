from __future__ import annotations

import pytest

from include.autopilot.base.digest import of_bytes, of_json


def test_the_order_of_keys_does_not_matter() -> None:
    assert of_json({"a": 1, "b": [2]}) == of_json({"b": [2], "a": 1}) != of_json({"a": 1, "b": [3]})


def test_digests_are_the_beginning_of_a_sha256() -> None:
    assert of_bytes(b"abc") == "ba7816bf8f01cfea"


def test_only_json_has_a_digest() -> None:
    with pytest.raises(TypeError):
        of_json({1, 2})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_has_no_digest(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        of_json({"a": number})


def test_the_digest_of_json_is_written_in_stone() -> None:
    # Templates, comparisons and prepared drops in S3 are found by it.
    assert of_json({"b": [2, "é"], "a": None}) == "580e22f14b44bfa6"
