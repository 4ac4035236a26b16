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

from include.local_aws.account import ACCOUNT, ROLE
from include.local_aws.durable_s3 import DurableS3, Environ
from include.local_aws.logbook import Logbook
from include.local_aws.refusals import json_refusal, xml_refusal

SERVICES = ("s3", "sts", "iam", "logs", "sqs", "sns")


class MotoServices:
    """A WSGI application that answers for :data:`SERVICES`; ``logs`` is where jobs write their log lines."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._loaded = threading.Event()
        self._failure: str | None = None
        self._dispatcher: Any = None
        self._s3: DurableS3 | None = None
        self.logs = Logbook(data / "logs", self._loaded)

    def load(self) -> None:
        """Import moto and give it back what the data folder keeps."""
        try:
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

            self._dispatcher = DomainDispatcherApplication(create_backend_app)
            self._s3 = DurableS3(self._data / "s3", self._dispatcher)
            self._s3.restore()
            _create_role()
            self.logs.restore()
        except Exception:
            self._failure = traceback.format_exc()
            raise
        finally:
            self._loaded.set()

    def __call__(self, service: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve one request of one of :data:`SERVICES`; what moto does not do is refused in the service's own form."""
        self._loaded.wait()
        if self._failure:
            return xml_refusal(start_response, "InternalError", f"moto could not start: {self._failure}", status=500)
        app = self._s3 if service == "s3" and self._s3 else self._dispatcher
        try:
            answer: Iterable[bytes] = app(environ, start_response)
            return answer
        except NotImplementedError as error:
            refuse = json_refusal if environ.get("HTTP_X_AMZ_TARGET") else xml_refusal
            message = f"{service}: {error or 'this operation'} is not done by the embedded AWS endpoint."
            return refuse(start_response, "NotImplemented", message, status=400 if service != "s3" else 501)
        except Exception:  # noqa: BLE001 - a defect of moto must not reach the client as a page of HTML
            traceback.print_exc(file=sys.stderr)
            message = f"{service}: the embedded AWS endpoint failed; its log has the traceback."
            return xml_refusal(start_response, "InternalError", message, status=500)


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
