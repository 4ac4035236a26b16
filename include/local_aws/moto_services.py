"""The half of the endpoint that is moto: S3 (made durable), STS, IAM, CloudWatch Logs, SQS and SNS.

moto is imported and the data folder read back by :meth:`MotoServices.load`, in the background, so that the port answers
at once; a request that comes earlier waits for it.
"""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from include.local_aws import log_filters
from include.local_aws.account import ACCOUNT, ROLE
from include.local_aws.durable_s3 import DurableS3, Environ, WsgiApp
from include.local_aws.errors import AwsError, ValidationError, ValidationException
from include.local_aws.json_body import read_object
from include.local_aws.logbook import Logbook
from include.local_aws.moto_answers import MalformedXML, refusal_of, without_pages
from include.local_aws.operations import body_of
from include.local_aws.refusals import form_of, json_refusal

SERVICES = ("s3", "sts", "iam", "logs", "sqs", "sns")


class MotoServices:
    """A WSGI application that answers for :data:`SERVICES`; ``logs`` is where jobs write their log lines."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._loaded = threading.Event()
        self._failure: str | None = None
        self._apps = _Apps()
        self._s3: DurableS3 | None = None
        self.logs = Logbook(data / "logs", self._loaded)

    def load(self) -> None:
        """Import moto and give it back what the data folder keeps."""
        try:
            self._s3 = DurableS3(self._data / "s3", self._apps.of("s3"))
            self._s3.restore()
            _create_role()
            self.logs.restore()
        except Exception:
            self._failure = traceback.format_exc()
            raise
        finally:
            self._loaded.set()

    def __call__(self, service: str, region: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve one request of one of :data:`SERVICES`; what moto does not do is refused in the service's own form."""
        self._loaded.wait()
        if self._failure:
            return form_of(service, environ)(
                start_response, "InternalError", f"moto could not start: {self._failure}", status=500
            )
        if "json" in environ.get("CONTENT_TYPE", "") and service != "s3":
            try:
                request = read_object(body_of(environ))  # moto would fail on what is no JSON
                if service == "logs":
                    log_filters.complete(environ, region, request)
            except AwsError as error:
                return json_refusal(start_response, error.code, error.message)
        refuse = form_of(service, environ)
        app = self._s3 if service == "s3" and self._s3 else self._apps.of(service)
        try:
            return _answered(app, environ, start_response)
        except AwsError as error:
            return refuse(start_response, error.code, error.message, error.status)
        except NotImplementedError as error:
            message = f"{service}: {error or 'this operation'} is not done by the embedded AWS endpoint."
            return refuse(start_response, "NotImplemented", message, status=400 if service != "s3" else 501)
        except Exception:  # noqa: BLE001 - a defect of moto must not reach the client as a page of HTML
            traceback.print_exc(file=sys.stderr)
            message = f"{service}: the embedded AWS endpoint failed; its log has the traceback."
            return refuse(start_response, "InternalError", message, status=500)


def _answered(app: WsgiApp, environ: Environ, start_response: Any) -> Iterable[bytes]:
    """Let moto answer; raises :class:`~include.local_aws.errors.AwsError` where it is the request that is broken."""
    told: list[Any] = []
    unreadable = _unreadable(app, environ)
    try:
        answer = without_pages(app(environ, lambda *given: told.extend(given)), told[0], environ)
    except AwsError:
        raise
    except Exception as error:
        refusal = refusal_of(error, unreadable)
        if refusal is None:
            raise
        traceback.print_exc(file=sys.stderr)
        raise refusal from error
    start_response(*told)
    return answer


def _unreadable(app: WsgiApp, environ: Environ) -> type[AwsError] | None:
    """Return what a request is refused with that moto fails to read."""
    if isinstance(app, DurableS3):
        return MalformedXML if app.reads_document(environ) else None
    return ValidationException if environ.get("HTTP_X_AMZ_TARGET") else ValidationError


class _Apps:
    """moto's web application of each service, made when it is first asked for.

    moto's own dispatcher is not used: it also leads to its admin pages, its instance metadata and every other service,
    by a request's path and body.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, WsgiApp] = {}

    def of(self, service: str) -> WsgiApp:
        """Return the application of a service."""
        from moto.moto_server.werkzeug_app import create_backend_app

        with self._lock:
            if service not in self._made:
                self._made[service] = create_backend_app(service)
            return self._made[service]


def _create_role() -> None:
    """Create the role that jobs run under here: who asks IAM for it before a run must find it, also after a restart."""
    from moto.iam import iam_backends

    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam_backends[ACCOUNT]["aws"].create_role(
        role_name=ROLE,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        path="/",
        permissions_boundary=None,
        description="What SageMaker jobs run under on the embedded AWS",
        tags=[],
        max_session_duration=None,
    )
