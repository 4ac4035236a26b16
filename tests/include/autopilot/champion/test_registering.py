from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import RunError
from include.autopilot.champion import registering
from include.autopilot.champion.promotion import Approval
from include.autopilot.drift.baseline import write_baseline
from include.autopilot.drift.profile import Profile
from include.autopilot.report.page import write_report
from include.autopilot.template.validation import problems
from tests.support.judgedruns import AT, GATE, Judged


def register(run: Judged, **config: Any) -> dict[str, Any]:
    planned = {name: config.pop(name) for name in ("approval",) if name in config}
    settings, plan = replace(run.toy.config, **config), replace(run.plan, **planned)
    return registering.register_run(run.toy.s3, run.sagemaker, settings, plan, run.model, AT)


def packages(run: Judged) -> list[Any]:
    listed = run.sagemaker.list_model_packages(ModelPackageGroupName="toy", SortBy="CreationTime")
    return [
        run.sagemaker.describe_model_package(ModelPackageName=one["ModelPackageArn"])
        for one in listed["ModelPackageSummaryList"]
    ]


def test_a_retry_registers_no_second_version(second: Judged) -> None:
    second.judge(second.ask())
    once = register(second)
    assert register(second) == once
    assert [one["ModelPackageVersion"] for one in packages(second)] == [1, 2]


def test_a_model_that_was_trained_again_is_another_version(first: Judged, second: Judged) -> None:
    second.judge(second.ask())
    once = register(second)
    described = second.sagemaker.describe_model(ModelName=second.model)
    again = f"{second.model}-g1"
    second.sagemaker.create_model(
        ModelName=again, ExecutionRoleArn=described["ExecutionRoleArn"], Containers=described["Containers"]
    )
    assert register(replace(second, model=again))["version"] == once["version"] + 1


def test_metadata_metrics_and_containers_are_the_runs(second: Judged) -> None:
    second.judge(second.ask())
    register(second)
    found = packages(second)[-1]
    told = found["CustomerMetadataProperties"]
    plan = second.plan
    assert told["run"] == plan.run
    assert told["model"] == second.model
    assert told["cutoff"] == plan.cutoff.isoformat()
    assert told["synthetic"] == "false"
    assert found["ModelApprovalStatus"] == "PendingManualApproval"
    assert second.model in found["ModelPackageDescription"]
    model = second.sagemaker.describe_model(ModelName=second.model)
    packaged = found["InferenceSpecification"]["Containers"]
    assert [one["Environment"] for one in packaged] == [one["Environment"] for one in model["Containers"]]


def test_a_baseline_becomes_the_one_to_check_drift_against(second: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    second.judge(second.ask())
    plan = second.plan
    assert plan.baseline is not None
    write_baseline(second.toy.s3, plan.baseline.folder, Profile(0, 0, ()))
    sent: list[Any] = []
    create = second.sagemaker.create_model_package
    monkeypatch.setattr(
        second.sagemaker, "create_model_package", lambda **request: sent.append(request) or create(**request)
    )
    register(second)
    (request,) = sent
    assert problems("ModelPackage", request) == []
    assert request["DriftCheckBaselines"]["ModelDataQuality"] == request["ModelMetrics"]["ModelDataQuality"]
    assert request["DriftCheckBaselines"]["ModelDataQuality"]["Statistics"]["S3Uri"].endswith("/statistics.json")
    assert len(request["ClientToken"]) == 36


def test_the_ledger_is_written_before_anything_is_promoted_and_never_again(second: Judged) -> None:
    second.judge(second.ask())
    record = register(second)["record"]
    body = second.toy.get(record)
    assert json.loads(body)["verdict"]["reason"] == "better"
    assert registering.load_promotion(second.toy.s3, second.plan) is None
    second.finish()
    assert second.toy.get(record) == body


def test_a_person_is_asked_only_if_the_answer_can_change_something(second: Judged) -> None:
    second.judge(second.ask())
    assert register(second)["asks"] is False
    asked = register(second, approval="required")
    assert asked["asks"] is True
    assert asked["subject"] == "Promote version 2 of A toy?"
    assert "| of the champion | 1 |" in asked["body"]
    second.toy.config = replace(second.toy.config, gate=replace(GATE, mode="dry_run"))
    second.judge(second.ask())
    assert register(second, approval="required")["asks"] is False


@pytest.mark.parametrize(("answer", "kind"), [("approved", "promoted"), ("rejected", "kept"), ("timed_out", "kept")])
def test_the_answer_reaches_version_ledger_and_report(second: Judged, answer: Any, kind: str) -> None:
    second.judge(second.ask())
    arn = register(second)["arn"]
    approval = Approval(answer, None if answer == "timed_out" else "<ann>", AT, "")
    # As the run was planned, whatever the YAML says by now.
    arguments = second.toy.s3, second.sagemaker, second.toy.config, replace(second.plan, approval="required")
    event = registering.promote_run(*arguments, arn, approval, AT)
    assert event["kind"] == kind
    assert approval.sentence in event["sentence"]
    names = {key.rpartition("/")[2].split(".")[2] for key in second.toy.keys("ledger/") if ".v2." in key}
    assert f"{answer}-1" in names
    written = write_report(second.toy.s3, second.plan, [])
    page = second.toy.get(written["html"]).decode()
    assert kind in page
    assert "<ann>" not in page


def test_a_run_without_a_verdict_is_not_registered(second: Judged) -> None:
    with pytest.raises(RunError, match=r"was not judged. Clear its task judge"):
        register(second)
