"""A whole Autopilot search run, and what retraining refuses without or before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.settings import config
from tests.support.tiny import Tiny, returned, states


def test_it_publishes_a_template_of_the_winner(searched: Tiny) -> None:
    template = searched.template()
    job = searched.sagemaker.describe_auto_ml_job(AutoMLJobName=template.automl_job)
    assert job["AutoMLJobStatus"] == "Completed"
    assert template.schema.target == "y"
    assert template.candidate == job["BestCandidate"]["CandidateName"]


def test_retraining_for_an_earlier_cutoff_than_the_search_is_refused(searched: Tiny) -> None:
    before = searched.jobs()
    run = searched.run("tiny_retrain", "2023-12-31T00:00:00Z")
    assert states(run)["prepare"] == "failed"
    assert searched.jobs() == before


def test_the_search_says_which_job_won(searched: Tiny) -> None:
    run = searched.run("tiny_search")
    published = returned(run, "publish")
    assert run.state == "success"
    assert published["uri"].startswith("s3://tiny-models/tiny/template/")


def test_a_role_that_is_not_there_is_found_before_the_search(searched: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.search import search

    tiny = config.find_model("tiny")
    assert tiny.search is not None
    other = replace(tiny.search, role_arn="arn:aws:iam::123456789012:role/Modeller")
    monkeypatch.setattr(config, "load_models", lambda: (replace(tiny, search=other),))
    monkeypatch.setitem(searched.dags, "tiny_search", search(replace(tiny, search=other)))
    before = searched.sagemaker.list_auto_ml_jobs()["AutoMLJobSummaries"]
    run = searched.run("tiny_search")
    assert states(run) == {"prepare": "failed", "search": "upstream_failed", "publish": "upstream_failed"}
    assert searched.sagemaker.list_auto_ml_jobs()["AutoMLJobSummaries"] == before
