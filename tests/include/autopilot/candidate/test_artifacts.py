"""Where the column order is looked for: the code channel, the featurizer's artifact, then what somebody states."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.base.errors import CandidateError
from include.autopilot.candidate.artifacts import InS3
from include.autopilot.candidate.stated import Stated
from include.autopilot.candidate.winner import find_candidate
from tests.support.toy import ARTIFACT, AUTOML_JOB, MODULE, PROCESSOR, Toy


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def columns(toy: Toy, stated: tuple[str, ...] | None = None) -> Any:
    return find_candidate(toy.sagemaker, toy.s3, AUTOML_JOB, stated=Stated(stated)).schema.columns  # type: ignore[arg-type]


def refuse(toy: Toy, monkeypatch: pytest.MonkeyPatch, *methods: str, code: str = "AccessDenied") -> None:
    def refused(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")

    for method in methods:
        monkeypatch.setattr(toy.s3, method, refused)


def test_the_code_channel_comes_first(searched: Toy) -> None:
    searched.put(ARTIFACT, archive(**{"code/dpp1.py": PROCESSOR.replace("'colour'", "'other'")}))
    assert columns(searched) == ("y", "a (b, c)", "d[1]", "colour")


@pytest.mark.parametrize("name", ["dpp1.py", "code/dpp1.py", "candidate_data_processors/dpp1.py"])
def test_then_the_artifact(searched: Toy, name: str) -> None:
    searched.s3.delete_object(Bucket="toy-models", Key=f"toy/{MODULE}")
    searched.put(ARTIFACT, archive(**{"sagemaker_serve.py": "HEADER = 1", name: PROCESSOR}))
    assert columns(searched) == ("y", "a (b, c)", "d[1]", "colour")


def test_then_what_somebody_states(searched: Toy) -> None:
    searched.s3.delete_object(Bucket="toy-models", Key=f"toy/{MODULE}")
    assert columns(searched, ("a", "y")) == ("a", "y")
    with pytest.raises(CandidateError) as caught:
        columns(searched)
    message = str(caught.value)
    assert "holds 0 files candidate_data_processors/dpp1.py; exactly one was expected" in message
    assert "model.tar.gz holds no generated module" in message
    assert message.endswith("State the columns, in the order of the training data.")


@pytest.mark.parametrize("methods", [("get_object",), ("get_object", "get_paginator")])
def test_what_may_not_be_read_is_told_and_the_columns_can_be_stated(
    searched: Toy, monkeypatch: pytest.MonkeyPatch, methods: tuple[str, ...]
) -> None:
    if "get_paginator" in methods:
        from include.autopilot.candidate import artifacts

        def refused(*_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")

        monkeypatch.setattr(artifacts, "list_uris", refused)
    refuse(searched, monkeypatch, "get_object")
    with pytest.raises(CandidateError, match=r"dpp1\.py may not be read \(AccessDenied\)|module may not be read"):
        columns(searched)
    assert columns(searched, ("a", "y")) == ("a", "y")


def test_a_fault_of_s3_is_no_refusal(searched: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(searched, monkeypatch, "get_object", code="SlowDown")
    with pytest.raises(ClientError, match="SlowDown"):
        columns(searched)


def test_an_artifact_is_gone_only_where_s3_says_so(searched: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    place = InS3(searched.s3)
    assert not place.is_gone(f"{searched.config.root}/{ARTIFACT}")
    assert place.is_gone(f"{searched.config.root}/nothing")
    assert place.is_gone("s3://no-such-bucket/nothing")
    refuse(searched, monkeypatch, "head_object", code="403")
    assert not place.is_gone(f"{searched.config.root}/nothing")
