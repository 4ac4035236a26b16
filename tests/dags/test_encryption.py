"""Retraining and scoring in a bucket that takes nothing that is not encrypted with its own key."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pandas as pd
import pytest

from include.autopilot.base.errors import AutopilotError, WriteDeniedError
from include.autopilot.s3.encryption import Encryption
from include.autopilot.settings import config
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.search import AutopilotConfig
from tests.support.bucketpolicies import KEY, NOT_THE_KEY, WITH_KEY, WITHOUT_HEADER, deny
from tests.support.championed import new_rows
from tests.support.tiny import MODEL, Tiny, returned, states, table

pytestmark = pytest.mark.whole


@dataclass
class Locked(Tiny):
    """The tiny model in a bucket of its own."""

    bucket: str = ""

    def put(self, key: str, rows: pd.DataFrame | bytes) -> None:
        body = rows if isinstance(rows, bytes) else rows.to_csv(index=False).encode()
        self.s3.put_object(Bucket=self.bucket, Key=f"tiny/{key}", Body=body, **WITH_KEY)


@contextmanager
def locked(searched: Tiny, name: str, encryption: Encryption | None) -> Iterator[Locked]:
    """Give a model in such a bucket that replays the tiny one's search, which wrote elsewhere."""
    aws, s3 = searched.endpoint, boto3.client("s3", endpoint_url=searched.endpoint)
    bucket = deny(s3, WITHOUT_HEADER, NOT_THE_KEY)
    root, gate = f"s3://{bucket}/tiny", GateConfig(min_holdout_rows=20)
    written = MODEL.replace("name: tiny", f"name: {name}")
    job = AutopilotConfig(job=searched.template().automl_job, searched_until=searched.template().searched_until)
    model = replace(
        config.parse_model(written, f"{name}.yaml"), root=root, gate=gate, encryption=encryption, autopilot=job
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: (model,))
        found = {}
        for kind in ("retrain", "score"):
            found[f"{name}_{kind}"] = getattr(importlib.import_module(f"dags.{kind}"), kind)(model)
        tiny = Locked(aws, s3, boto3.client("sagemaker", endpoint_url=aws), found, bucket=bucket)
        tiny.put("drops/2024-01-01/rows.csv", table(0, 620))
        tiny.put("holdout/sealed.csv", table(5000, 80))
        tiny.put("holdout/second.csv", table(6000, 30))
        yield tiny


def test_everything_is_written_with_the_key_that_the_bucket_demands(searched: Tiny) -> None:
    with locked(searched, "locked", Encryption("aws:kms", KEY)) as tiny:
        retrained = tiny.run("locked_retrain", "2024-01-01T00:00:00Z")
        assert (retrained.state, returned(retrained, "promote")["kind"]) == ("success", "promoted")
        tiny.put("new/rows.csv", new_rows(9000, 20))
        scored = tiny.run("locked_score", input=f"s3://{tiny.bucket}/tiny/new/rows.csv")
        (uri,) = returned(scored, "join")["predictions"]
        assert len(pd.read_csv(io.BytesIO(tiny.read(uri)))) == 20
        kinds = ("features", "model", "predictions", "ledger", "jobs", "template", "champion.json", "scores")
        keys = [one.removeprefix(f"s3://{tiny.bucket}/") for one in tiny.keys(f"s3://{tiny.bucket}/")]
        assert [kind for kind in kinds if not any(f"/{kind}" in key for key in keys)] == []
        for key in keys:
            head = tiny.s3.head_object(Bucket=tiny.bucket, Key=key)
            assert (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId")) == ("aws:kms", KEY), key


def test_without_it_the_first_write_says_which_key_to_set_and_no_job_is_paid(
    searched: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def remember(self: AutopilotError, *args: Any) -> None:
        told.append(str(args[0]))
        Exception.__init__(self, *args)

    monkeypatch.setattr(WriteDeniedError, "__init__", remember)
    with locked(searched, "plain", None) as tiny:
        before = tiny.jobs()
        run = tiny.run("plain_retrain", "2024-01-01T00:00:00Z")
        assert states(run)["prepare"] == "failed"
        assert tiny.jobs() == before
        # Once: a denial is not tried again.
        (sentence,) = told
        assert f"the bucket {tiny.bucket} asks for one, set the key encryption in plain.yaml" in sentence
