"""The embedded AWS endpoint: one threaded WSGI server on one loopback port, behind a door that keeps web pages out.

A request's service is read from the scope of its SigV4 signature (header or presigned query); signatures are not
verified. SageMaker and its runtime are this package; :data:`~include.local_aws.moto_services.SERVICES` are moto;
anything else is refused in the form an AWS client reads.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs

from werkzeug.serving import BaseWSGIServer, make_server

from include.local_aws import wire
from include.local_aws.bodies import read_whole
from include.local_aws.connections import Handler
from include.local_aws.control.plane import ControlPlane
from include.local_aws.control.unsupported import instead_of_service
from include.local_aws.door import Door
from include.local_aws.durable_s3 import Environ
from include.local_aws.errors import AwsError, InternalFailure, UnknownOperation
from include.local_aws.faults import admin, requests
from include.local_aws.faults.book import RuleBook
from include.local_aws.hosts import Hosts
from include.local_aws.invocations import invoke
from include.local_aws.moto_services import SERVICES, MotoServices
from include.local_aws.operations import RUNTIME, body_of, calls_runtime
from include.local_aws.refusals import form_of, json_refusal
from include.local_aws.runner.endpoints import Endpoints
from include.local_aws.runner.runner import Runner
from include.local_aws.runner.s3 import S3Access
from include.local_aws.store import Store

LOOPBACK = "127.0.0.1"
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # it names folders
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - known, so that its address is not told as this


class DataFolderInUse(Exception):
    """Another process serves the same data folder."""


class LocalAwsServer:
    """The running endpoint. ``port`` 0 takes a free one; :attr:`url` says which. ``faults`` lets tests disturb it.

    ``listen`` is the address to bind; ``hosts`` are further names under which it is called (:class:`Hosts`).
    """

    def __init__(
        self, data: Path, port: int = 0, *, faults: bool = False, listen: str = LOOPBACK, hosts: Iterable[str] = ()
    ) -> None:
        own = LOOPBACK if listen == _EVERYWHERE else listen
        door = Door(self, Hosts([own, *hosts]))
        data.mkdir(parents=True, exist_ok=True)
        self._guard = _lock_folder(data)
        self._server: BaseWSGIServer = make_server(listen, port, door, threaded=True, request_handler=Handler)
        self.url = f"http://{own}:{self._server.server_port}"
        self._store = Store(data / "sagemaker.sqlite")
        self._moto = MotoServices(data)
        self._book = RuleBook()
        self._admin_book = self._book if faults else None
        self._s3 = S3Access(os.environ.get("AWS_ENDPOINT_URL_S3"), self.url)
        self._runner = Runner(self._store, self._s3, self._moto.logs, data / "jobs", self._book)
        self._endpoints = Endpoints(self._store, self._s3, self._moto.logs, data / "endpoints")
        self._plane = ControlPlane(self._store, self._s3, self._runner, self._endpoints)
        self._plane.recover()
        self._endpoints.recover()

    def serve(self) -> None:
        """Answer requests in background threads until :meth:`stop`."""
        threading.Thread(target=self._server.serve_forever, name="http", daemon=True).start()
        threading.Thread(target=self._moto.load, name="moto", daemon=True).start()
        threading.Thread(target=self._runner.warm_up, name="warm-up", daemon=True).start()
        self._endpoints.resume()

    def stop(self) -> None:
        """Stop the jobs, which the next start tells as failed, and the endpoints, which it starts; then the server."""
        self._plane.shutdown()
        self._server.closing = True  # type: ignore[attr-defined]
        self._server.shutdown()
        self._server.server_close()
        self._store.close()
        self._guard.close()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve one request that the door has let in, or lose its reply on purpose (a ConnectionError)."""
        service, region = _scope(environ)
        try:
            read_whole(environ)
        except AwsError as error:
            return form_of(service, environ)(start_response, error.code, error.message, error.status)
        if admin.addressed(environ):
            return admin.serve(self._admin_book, environ, start_response)
        if not _REGION.fullmatch(region):
            message = f"Credential should be scoped to a valid region, not {region!r}."
            return form_of(service, environ)(start_response, "SignatureDoesNotMatch", message, status=403)
        if self._s3.signed(environ.get("HTTP_AUTHORIZATION", "")):
            return self._answer(service, region, environ, start_response)
        return requests.serve(
            self._book, service, environ, start_response, lambda: self._answer(service, region, environ, start_response)
        )

    def _answer(self, service: str, region: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if service == "sagemaker":
            return _refusing(start_response, lambda: self._sagemaker(region, environ, start_response))
        if service == RUNTIME:
            return _refusing(start_response, lambda: invoke(self._endpoints, region, environ, start_response))
        if service in SERVICES:
            return self._moto(service, region, environ, start_response)
        message = f"The embedded AWS endpoint has no {service}; it has sagemaker, {', '.join(SERVICES)}."
        told = f"{message} {instead_of_service(service)}".rstrip()
        return form_of(service, environ)(start_response, "UnknownService", told)

    def _sagemaker(self, region: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
        operation = _operation(environ)
        request = wire.parse(operation, body_of(environ))
        answer = self._plane.answer(region, operation, request)
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(answer)))]
        start_response("200 OK", headers)
        return [answer]


def _refusing(start_response: Any, answer: Callable[[], Iterable[bytes]]) -> Iterable[bytes]:
    """Answer a request of SageMaker's, or say in its form why not."""
    try:
        return answer()
    except AwsError as error:
        return json_refusal(start_response, error.code, error.message, error.status, **error.members)
    except Exception:  # noqa: BLE001 - a defect must reach the caller as AWS's 500 and the log as a traceback
        traceback.print_exc(file=sys.stderr)
        failure = InternalFailure("The embedded AWS endpoint failed; its log has the traceback.")
        return json_refusal(start_response, failure.code, failure.message, failure.status)


def _operation(environ: Environ) -> str:
    target: str = environ.get("HTTP_X_AMZ_TARGET", "")
    if not target.startswith(wire.TARGET_PREFIX):
        raise UnknownOperation(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} is no SageMaker operation.")
    return target.removeprefix(wire.TARGET_PREFIX)


def _scope(environ: Environ) -> tuple[str, str]:
    """(service, region) of a request; an unsigned one is S3's unless its form says otherwise."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    _, _, credential = authorization.partition("Credential=")
    if not credential:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        credential = query.get("X-Amz-Credential", [""])[0]
    parts = credential.split(",")[0].split("/")
    if len(parts) == 5:
        service = parts[3].lower()
        return (RUNTIME if service == "sagemaker" and calls_runtime(environ) else service), parts[2]
    return _unsigned_service(environ), "us-east-1"


def _unsigned_service(environ: Environ) -> str:
    target: str = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.partition(".")[0].lower()
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    # Of the query services here STS alone has calls without credentials, those that give some; S3 takes no such form.
    return "sts" if form and environ["REQUEST_METHOD"] == "POST" and environ.get("PATH_INFO") == "/" else "s3"


def _lock_folder(data: Path) -> IO[str]:
    guard = (data / "lock").open("w")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        guard.close()
        raise DataFolderInUse(
            f"{data} is served by another local AWS; stop it or give --data another folder"
        ) from error
    return guard
