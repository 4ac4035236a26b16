"""The dashboard in Airflow's own server: who may see what, and that nothing but its own markup is markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from airflow.sdk import DAG, task

from include.autopilot.champion.removed import Removal, tell_removal, withdraw_removal
from include.autopilot.report.scripts import allowed
from include.autopilot.s3.changed import tell_change
from include.autopilot.settings.options import RunOptions
from tests.support.airflowdb import register
from tests.support.observed import HOSTILE, Observed, Site

KEY = "20240108T000000-00000000"


class _Elements(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def paths(observed: dict[str, Observed]) -> list[str]:
    key = observed["plain"].key(1)
    run = f"/models/plain/runs/{key}"
    start = "/models/plain/start/score"
    return [
        "/", "/flow.svg", "/models/plain", "/models/plain/rollback", run, f"{run}/report", start, f"{start}/check",
        f"{run}/predictions/sealed", f"/models/plain/scores/{key}", f"/models/plain/scores/{key}/predictions/1",
        "/airflow/d/r",
    ]  # fmt: skip


def test_every_route_asks_for_a_login(site: Site, observed: dict[str, Observed]) -> None:
    from airflow_autopilot.dashboard.app import make_app

    routes = {route.path for route in make_app().routes}  # type: ignore[attr-defined]
    assert len(routes) == len(paths(observed)), "a new route needs a line in paths()"
    for path in paths(observed):
        assert site.get(path, token=None).status_code == 401, path
        assert site.get(path, token="not.a.token").status_code in (401, 403), path
    assert "/auth/login" in site.get("/", token=None).text


def test_a_model_whose_file_is_not_here_is_told_to_whoever_may_read_its_dag(site: Site) -> None:
    assert "elsewhere" not in site.get("/").text
    with DAG("elsewhere_retrain", schedule=None, tags=["autopilot"]) as dag:
        task(lambda: None, task_id="prepare")()
    register(dag)
    assert "Of elsewhere no file is here." in _Elements(site.get("/").text).text


def test_the_cookie_of_airflows_ui_is_enough_and_so_is_a_bearer(site: Site) -> None:
    assert site.get("/").status_code == 200
    assert site.get("/", token=None, headers={"Authorization": f"Bearer {site.token}"}).status_code == 200


def test_who_may_not_read_a_dag_sees_nothing_of_its_model(
    site: Site, observed: dict[str, Observed], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    def may(self: Any, *, method: str, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        return details is not None and str(details.id).startswith("hostile")

    monkeypatch.setattr(SimpleAuthManager, "is_authorized_dag", may)
    listed = site.get("/").text
    assert "A plain model" not in listed
    assert "/models/plain" not in listed
    assert "/models/hostile" in listed
    for path in paths(observed):
        of_no_model = path in ("/", "/flow.svg")
        assert site.get(path).status_code == (200 if of_no_model else 403), path
    # Whether there is such a model is not told either.
    assert site.get("/models/nobody").status_code == 403
    assert site.get("/models/hostile").status_code == 200


def test_a_model_that_is_none_is_a_sentence(site: Site) -> None:
    answer = site.get("/models/nobody")
    assert answer.status_code == 404
    assert "There is no nobody.yaml" in answer.text


def test_all_models_at_a_glance(site: Site) -> None:
    text = _Elements(site.get("/").text).text
    assert "3 models that you may read" in text
    assert "version 4, MSE 1.2" in " ".join(text.split())
    assert re.search(r"\d+ days ago", text)
    assert "drop 2024-01-29, version 3: MSE 1.4 [1.3, 1.5] on 50 rows" in text


def test_one_model(site: Site, observed: dict[str, Observed]) -> None:
    page = site.get("/models/plain").text
    found = _Elements(page)
    assert sum(tag == "circle" for tag, _ in found.tags) == 4 + 3
    assert sum(attrs.get("class") == "dot filled" for _, attrs in found.tags) == 3 + 3
    for number in range(1, 5):
        assert f"/autopilot/models/plain/runs/{observed['plain'].key(number)}" in page
    forms = [attrs["href"] for tag, attrs in found.tags if tag == "a" and attrs.get("target") == "_top"]
    assert forms == [], "Airflow's own pages are asked for by the forms"
    links = [str(attrs["href"]) for tag, attrs in found.tags if tag == "a"]
    starts = [link.rpartition("/")[2] for link in links if "/start/" in link]
    assert starts == ["retrain", "score"], "what has no DAG has no button"


def test_one_models_drift_costs_and_jobs(site: Site) -> None:
    text = " ".join(_Elements(site.get("/models/plain").text).text.split())
    assert "No job of this model is in progress." in text
    assert "column1 ! 0.45 ! 0.45 column0 0.01 0.01 column2" in text
    assert "The model's YAML has no prices: without them a cost is unknown." in text
    months = "2024-069at least 12.50 USD 3.25 USD 1 job has no known price 2024-052unknown unknown 2 jobs have"
    assert months in text


def test_everything_is_read_again_when_one_asks(site: Site, observed: dict[str, Observed]) -> None:
    plain = observed["plain"]
    bucket, _, root = plain.config.root.removeprefix("s3://").partition("/")
    key = f"{root}/champion.json"
    champion = plain.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    for path in ("/", "/models/plain"):
        site.get(path)
        try:
            plain.s3.put_object(Bucket=bucket, Key=key, Body=b"{")
            assert "The champion of plain cannot be read" not in site.get(path).text, "nobody has told of it"
            assert "The champion of plain cannot be read" in site.get(f"{path}?again=true").text
        finally:
            plain.s3.put_object(Bucket=bucket, Key=key, Body=champion)


def test_what_a_person_may_start(site: Site) -> None:
    forms = [attrs for tag, attrs in _Elements(site.get("/models/plain").text).tags if tag == "form"]
    assert [(form["data-dag"], json.loads(str(form["data-conf"]))) for form in forms] == [
        ("plain_retrain", {}),
        ("plain_retrain", {"dry_run": True}),
    ], "there is no DAG of a backtest or an exam"
    looking = site.get("/models/plain", token=site.viewer).text
    assert "A plain model" in looking
    assert "<form" not in looking
    assert "rollback" not in looking


def test_every_button_fits_the_form_of_its_dag() -> None:
    from airflow_autopilot.dashboard.starts import BUTTONS
    from include.autopilot.settings.options import BacktestOptions, ExamOptions

    forms = {"retrain": RunOptions, "backtest": BacktestOptions, "exam": ExamOptions}
    assert [forms[one.kind].from_form(one.conf) for one in BUTTONS]
    # What the button of a backtest says of its costs.
    assert f"at most {BacktestOptions().max_jobs} models" in next(one.says for one in BUTTONS if one.kind == "backtest")


def test_the_versions_to_go_back_to(site: Site) -> None:
    found = _Elements(site.get("/models/plain/rollback").text)
    radios = [attrs["value"] for tag, attrs in found.tags if tag == "input" and attrs["type"] == "radio"]
    assert radios == ["3", "1"], "4 is the champion, 2 is not in the registry"
    text = " ".join(found.text.split())
    assert "promoted is the champion" in text
    assert "promoted is not in the Model Registry any more" in text
    assert "1 MSE 1.5 2024-01-08" in text
    looking = site.get("/models/plain/rollback", token=site.viewer).text
    assert "You may not start plain_rollback in Airflow" in looking
    assert "<input" not in looking


def test_the_form_of_a_retraining_is_that_of_its_dag_with_the_days_of_the_drops(
    site: Site, observed: dict[str, Observed]
) -> None:
    plain = observed["plain"]
    bucket, _, root = plain.config.root.removeprefix("s3://").partition("/")
    keys = [f"{root}/drops/{day}/rows.csv" for day in ("2024-02-01", "2024-03-01", "2024-03-01-2")]
    for key in keys:
        plain.s3.put_object(Bucket=bucket, Key=key, Body=b"id,y\n")
    try:
        found = _Elements(site.get("/models/plain/start/retrain").text)
    finally:
        for key in keys:
            plain.s3.delete_object(Bucket=bucket, Key=key)
    fields = [attrs["name"] for tag, attrs in found.tags if tag in ("input", "select")]
    assert sorted(map(str, fields)) == sorted(RunOptions.form(plain.config))
    days = [attrs["value"] for tag, attrs in found.tags if tag == "option" and "-" in str(attrs["value"])]
    assert days == ["2024-03-01", "2024-02-01"]
    assert "Days with a drop: 2024-03-01, 2024-02-01." in " ".join(found.text.split())
    assert sum(tag == "fieldset" for tag, _ in found.tags) == 3
    looking = site.get("/models/plain/start/retrain", token=site.viewer).text
    assert "You may not start plain_retrain in Airflow" in looking
    assert "<form" not in looking
    assert site.get("/models/plain/start/rollback").status_code == 422


def test_a_form_is_refused_in_a_sentence_before_a_run_is_started(site: Site, observed: dict[str, Observed]) -> None:
    def refusal(kind: str, **form: Any) -> Any:
        answer = site.get(f"/models/plain/start/{kind}/check?conf={quote(json.dumps(form))}")
        assert answer.status_code == 200
        return answer.json()["refusal"]

    root = observed["plain"].config.root
    assert refusal("score") == "input: say what to score: the S3 address of a CSV file or of a folder of them."
    assert refusal("score", input="rows.csv").startswith("input: 'rows.csv' is not an S3 address")
    assert "holds no file" in refusal("score", input=f"{root}/nothing") or "does not exist" in refusal(
        "score", input=f"{root}/nothing"
    )
    assert refusal("retrain", scope="last").startswith("scope last and last_drops go together")
    assert refusal("retrain", cutoff="what cannot be read").startswith("cutoff: 'what cannot be read' is not a date")
    assert refusal("retrain", cutoff="2024-02-01T00:00:00Z", scope=None, dry_run=True) is None
    assert refusal("score", input="s3://there-is-no-such-bucket/rows.csv").startswith("input: ")
    for conf in ("[]", "{", "1"):
        assert site.get(f"/models/plain/start/score/check?conf={quote(conf)}").status_code == 400
    assert site.get("/models/plain/start/score/check?conf=" + "x" * 20_001).status_code == 422


def test_airflow_refuses_a_scoring_without_input(site: Site) -> None:
    site.client.cookies.set("_token", site.token)

    def start(**conf: Any) -> Any:
        body = {"logical_date": None, "conf": conf}
        return site.client.post("/api/v2/dags/plain_score/dagRuns", json=body)

    for conf in ({}, {"input": ""}, {"input": None}, {"input": "rows.csv"}):
        answer = start(**conf)
        assert answer.status_code == 400, conf
        assert "input" in answer.json()["detail"]
    assert start(input="s3://b/rows.csv").status_code == 200


def test_airflow_checks_what_a_page_sends(site: Site) -> None:
    def start(conf: Any, token: str) -> Any:
        site.client.cookies.clear()
        site.client.cookies.set("_token", token)
        sent = {"logical_date": None, "conf": conf}
        return site.client.post("/api/v2/dags/plain_rollback/dagRuns", json=sent)

    assert start({"version": 3, "reason": "why"}, site.viewer).status_code == 403
    refused = start({"version": 3}, site.token)
    assert refused.status_code == 400
    assert "reason" in refused.json()["detail"]
    answer = start({"version": 3, "reason": "why"}, site.token)
    assert (answer.status_code, answer.json()["conf"]) == (200, {"version": 3, "reason": "why"})


def test_nothing_of_the_dashboards_own_can_be_asked_to_change_anything(
    site: Site, observed: dict[str, Observed]
) -> None:
    site.client.cookies.set("_token", site.token)
    for path in paths(observed):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert site.client.request(method, f"/autopilot{path}").status_code == 405, path


def test_one_run_with_its_report(site: Site, observed: dict[str, Observed]) -> None:
    path = f"/models/plain/runs/{observed['plain'].key(2)}"
    frame = next(attrs for tag, attrs in _Elements(site.get(path).text).tags if tag == "iframe")
    assert frame["src"] == f"/autopilot{path}/report"
    assert frame["sandbox"] == "allow-scripts", "no share in Airflow's origin"
    report = site.get(f"{path}/report")
    assert report.headers["content-type"] == "text/html; charset=utf-8"
    assert "The report of 2" in report.text
    policy = report.headers["content-security-policy"]
    assert policy.startswith(f"sandbox allow-scripts; default-src 'none'; script-src {allowed()}; ")
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]


@pytest.mark.parametrize("key", [KEY, "..%2F..%2Fx", "20240108T000000", "x" * 65])
def test_a_run_without_report_or_ledger_is_a_sentence(site: Site, key: str) -> None:
    shown = site.get(f"/models/plain/runs/{key}")
    report = site.get(f"/models/plain/runs/{key}/report")
    assert (shown.status_code, report.status_code) in [(200, 404), (404, 404), (422, 422)]
    assert shown.status_code == 200 or key != KEY


def test_what_cannot_be_read_is_a_sentence(site: Site, observed: dict[str, Observed]) -> None:
    plain = observed["plain"]
    bucket, _, root = plain.config.root.removeprefix("s3://").partition("/")
    ledger = f"{root}/ledger/{KEY}.v9.json"
    champion = plain.s3.get_object(Bucket=bucket, Key=f"{root}/champion.json")["Body"].read()
    report = f"{root}/runs/{plain.key(4)}/report.json"
    kept = plain.s3.get_object(Bucket=bucket, Key=report)["Body"].read()
    try:
        plain.s3.put_object(Bucket=bucket, Key=f"{root}/champion.json", Body=b"{")
        plain.s3.put_object(Bucket=bucket, Key=ledger, Body=json.dumps({"kind": "run"}).encode())
        plain.s3.put_object(Bucket=bucket, Key=report, Body=b"[]")
        tell_change(plain.s3, plain.locations)
        for path in ("/", "/models/plain", f"/models/plain/runs/{plain.key(4)}"):
            answer = site.get(path)
            assert answer.status_code == 200
            assert f"The report of run {plain.key(4)} cannot be read" in answer.text
        text = _Elements(site.get("/models/plain").text).text
        assert "The champion of plain cannot be read: it is not in the shape that this release writes" in text
        assert f"{KEY}.v9.json cannot be read" in text
    finally:
        plain.s3.put_object(Bucket=bucket, Key=f"{root}/champion.json", Body=champion)
        plain.s3.put_object(Bucket=bucket, Key=report, Body=kept)
        plain.s3.delete_object(Bucket=bucket, Key=ledger)
        tell_change(plain.s3, plain.locations)


def test_no_bucket_and_no_answer_are_sentences(
    site: Site, observed: dict[str, Observed], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from include.autopilot.settings import config

    gone = replace(observed["plain"].config, root="s3://there-is-no-such-bucket/x")
    monkeypatch.setattr(config, "find_model", lambda _: gone)
    assert "none yet" in site.get("/models/plain").text
    monkeypatch.setattr("airflow_autopilot.dashboard.app.s3_of", lambda _: _silent())
    answer = site.get("/models/plain")
    assert answer.status_code == 200
    assert "AWS does not answer" in answer.text


def _silent() -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url="http://127.0.0.1:9",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(connect_timeout=1, retries={"total_max_attempts": 1}),
    )


def test_hostile_texts_are_texts(site: Site, observed: dict[str, Observed]) -> None:
    hostile = observed["hostile"]
    for path in ("/", "/models/hostile", "/models/hostile/rollback", f"/models/hostile/runs/{hostile.key(2)}"):
        page = site.get(path).text
        found = _Elements(page)
        assert sum(tag == "script" for tag, _ in found.tags) == 1, "the page's own"
        assert not any(tag == "img" or any(name.startswith("on") for name in attrs) for tag, attrs in found.tags)
        assert "<script>alert('t')</script>" in found.text
    assert HOSTILE.strip() in found.text, "a run's page leaves nothing out"


def test_the_headers_let_a_browser_do_nothing_else(site: Site) -> None:
    import base64
    import hashlib

    answer = site.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert 'style="' not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_the_server_lists_the_views(site: Site) -> None:
    site.client.cookies.set("_token", site.token)
    plugins = site.client.get("/api/v2/plugins").json()["plugins"]
    (ours,) = [one for one in plugins if one["name"] == "airflow_autopilot"]
    assert {view["destination"]: view["href"] for view in ours["external_views"]} == {
        "nav": "/autopilot/",
        "dag_run": "/autopilot/airflow/{DAG_ID}/{RUN_ID}",
    }


def test_what_was_removed_is_said_on_the_models_page_and_on_the_runs(site: Site, observed: dict[str, Observed]) -> None:
    plain = observed["plain"]
    removal = Removal(2, plain.key(2), "2025-01-01T00:00:00+00:00", "never the champion")
    assert "removed" not in site.get("/models/plain").text
    tell_removal(plain.s3, plain.locations, removal)
    try:
        model, run = site.get("/models/plain").text, site.get(f"/models/plain/runs/{plain.key(2)}").text
    finally:
        withdraw_removal(plain.s3, plain.locations, 2)
    assert removal.sentence in _Elements(model).text
    assert "1 version was removed" in _Elements(model).text
    assert removal.sentence in _Elements(run).text
    assert "removed" not in site.get("/models/plain").text
