"""The web app: it asks who may see what, reads, and renders. It changes nothing: buttons ask Airflow's own REST API."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep, get_user, requires_access_dag
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from airflow_autopilot.dashboard import access, attention, downloads, fields, starts
from airflow_autopilot.dashboard.aws import MODELS_AT_ONCE, asked, s3_of, sagemaker
from airflow_autopilot.dashboard.rendering import drawing, page, report
from include.autopilot.base.locations import Locations
from include.autopilot.overview import driftmap, glance, metriccharts, offers, onerun, rollbackchoices, underway

log = logging.getLogger(__name__)
Kind = Literal["retrain", "score", "search"]


def make_app() -> FastAPI:
    """Return the app; every route asks for a login, and those about a model for its DAG."""
    from botocore.exceptions import BotoCoreError

    app = FastAPI(title="Autopilot", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(get_user)])
    routes: dict[str, Callable[..., Any]] = {
        "/": show_models,
        "/flow.svg": show_flow,
        "/models/{model}": show_model,
        "/models/{model}/rollback": show_rollback,
        "/models/{model}/start/{kind}": show_start,
        "/models/{model}/start/{kind}/check": check_start,
        "/models/{model}/runs/{key}": show_run,
        "/models/{model}/runs/{key}/report": show_report,
        "/models/{model}/runs/{key}/predictions/{holdout}": downloads.send_holdout,
        "/models/{model}/scores/{key}": downloads.show_scoring,
        "/models/{model}/scores/{key}/predictions/{number}": downloads.send_scoring,
        "/airflow/{dag_id}/{run_id:path}": find_run,
    }
    for path, route in routes.items():
        app.get(path, include_in_schema=False)(route)
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(BotoCoreError, _unreachable)
    return app


# The routes are plain functions: Airflow's server runs these in threads, since they wait for S3 and the database.


def show_models(
    request: Request, user: GetUserDep, permitted: access.PermittedDags, session: SessionDep, again: bool = False
) -> Response:
    """Show all models that the user may see, those that need a person first."""
    models, now = access.readable_models(user, permitted), datetime.now(UTC)
    with ThreadPoolExecutor(MODELS_AT_ONCE) as pool:
        glances = list(pool.map(lambda model: glance.glance(s3_of(model), model, now, again), models))
    wanted = _wanted(session, user, [model.name for model in models], permitted)
    glances.sort(key=lambda one: (not (one.wants or wanted[one.name]), one.title))
    broken, unseen = access.unusable_files(user), access.unseen_models(session, permitted)
    return page(request, "models.html.j2", models=glances, wanted=wanted, broken=broken, unseen=unseen, now=now)


def show_flow() -> Response:
    """Show the picture of the flow, for the documentation of the DAGs."""
    return drawing("flow.svg")


def show_model(
    request: Request,
    model: access.ReadableModel,
    user: GetUserDep,
    permitted: access.PermittedDags,
    session: SessionDep,
    again: bool = False,
) -> Response:
    """Show one model."""
    s3, now = s3_of(model), datetime.now(UTC)
    waiting = attention.keys_underway(session, access.retrain_dag(model.name))
    with ThreadPoolExecutor(1) as pool:
        jobs = pool.submit(underway.underway, s3, asked(), model, waiting, now)
        seen = glance.closer(s3, model, now, again)
        drift = driftmap.drift_map(s3, Locations(model.root), seen.report.run) if seen.report else None
    return page(
        request,
        "model.html.j2",
        model=seen,
        now=now,
        course=metriccharts.course_of(seen.history.runs),
        exam_course=metriccharts.exams_drawn(seen.exams),
        drift=drift,
        jobs=jobs.result(),
        priced=model.prices is not None,
        wanted=_wanted(session, user, [model.name], permitted)[model.name],
        starts=starts.startable(session, user, model.name, permitted),
    )


def show_rollback(
    request: Request,
    model: access.ReadableModel,
    user: GetUserDep,
    permitted: access.PermittedDags,
    session: SessionDep,
) -> Response:
    """Show the versions that can be put in place, and the form that does so."""
    choices, problems = rollbackchoices.choices_of(s3_of(model), sagemaker(), model)
    may = starts.startable(session, user, model.name, permitted)
    return page(
        request,
        "rollback.html.j2",
        model=model,
        choices=choices,
        problems=problems,
        dag_id=may.dags.get("rollback"),
        paused="rollback" in may.paused,
    )


def show_start(
    request: Request,
    model: access.ReadableModel,
    kind: Kind,
    user: GetUserDep,
    permitted: access.PermittedDags,
    session: SessionDep,
) -> Response:
    """Show the form of a retraining, a scoring or a search, with what is there to choose."""
    may, days = starts.startable(session, user, model.name, permitted), offers.cutoffs_of(s3_of(model), model)
    offered = {"cutoff": days.content or []}
    return page(
        request,
        "start.html.j2",
        model=model,
        kind=kind,
        label=starts.FORMS[kind],
        says=starts.SAYS[kind],
        groups=fields.groups_of(kind, offers.FORMS[kind].form(model), offered),
        problems=[days.problem] if days.problem else [],
        dag_id=may.dags.get(kind),
        paused=kind in may.paused,
    )


def check_start(model: access.ReadableModel, kind: Kind, conf: Annotated[str, Query(max_length=20_000)]) -> Response:
    """Say why a run with this form would end at once, as ``refusal``; null where nothing speaks against it."""
    try:
        form = json.loads(conf)
    except ValueError:
        form = None
    if not isinstance(form, dict):
        raise HTTPException(400, "conf is no JSON object.")
    return JSONResponse({"refusal": offers.refusal_of(s3_of(model), kind, form)})


def show_run(request: Request, model: access.ReadableModel, key: access.RunKey) -> Response:
    """Show one run."""
    found = onerun.run_told(s3_of(model), model, key)
    return page(request, "run.html.j2", model=model, run=found)


def show_report(request: Request, model: access.ReadableModel, key: access.RunKey) -> Response:
    """Show the stored report of a run, as it was written."""
    found = onerun.report_page(s3_of(model), model, key)
    if found.content is None:
        return page(request, "said.html.j2", 404, title="No report", sentence=found.problem, login=None)
    return report(found.content)


def find_run(request: Request, dag_id: str, run_id: str, user: GetUserDep, session: SessionDep) -> Response:
    """Lead from a run in Airflow to its page."""
    requires_access_dag("GET", DagAccessEntity.XCOM, param_dag_id=dag_id)(request, user)
    found = attention.key_of_run(session, dag_id, run_id)
    if found is None:
        sentence = (
            f"Run {run_id} of {dag_id} has no page here: it neither retrains a model nor scores, or its first task "
            "has not ended yet."
        )
        return page(request, "said.html.j2", 404, title="No page for this run", sentence=sentence, login=None)
    return RedirectResponse(f"{request.scope['root_path'].rstrip('/')}/models/{'/'.join(found)}", 307)


def _wanted(session: Any, user: Any, models: list[str], permitted: set[str]) -> dict[str, list[attention.Wanted]]:
    """Return what Airflow knows that a person should see to, by model."""
    dags = {f"{model}_{kind}": model for model in models for kind in starts.KINDS if f"{model}_{kind}" in permitted}
    asking = [dag_id for dag_id in dags if access.may(user, dag_id, DagAccessEntity.HITL_DETAIL)]
    running = [dag_id for dag_id in dags if access.may(user, dag_id, DagAccessEntity.RUN)]
    found: dict[str, list[attention.Wanted]] = {model: [] for model in models}
    for one in (*attention.questions(session, asking), *attention.failures(session, running)):
        found[dags[one.dag_id]].append(one)
    return found


def _refused(request: Request, error: Any) -> Response:
    """Say why there is no page, and where to log in."""
    says = {401: "You are not logged in, or your login is over.", 403: "You may not read this in Airflow."}
    sentence = says.get(error.status_code, str(error.detail))
    login = get_auth_manager().get_url_login(next_url=str(request.url)) if error.status_code == 401 else None
    return page(request, "said.html.j2", error.status_code, title="No page", sentence=sentence, login=login)


def _unreachable(request: Request, error: Any) -> Response:
    log.exception("AWS cannot be asked", exc_info=error)
    sentence = f"AWS cannot be asked by the connection aws_default: {error}"
    return page(request, "said.html.j2", 502, title="No page", sentence=sentence, login=None)
