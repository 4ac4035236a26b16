"""A whole Autopilot search run, and what retraining refuses without or before it."""

from __future__ import annotations

from tests.dags.conftest import Tiny, returned, states


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
    published = returned(run, "publish_template")
    assert run.state == "success"
    assert published["uri"].startswith("s3://tiny-models/tiny/template/")
