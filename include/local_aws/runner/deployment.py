"""One model behind an endpoint: its process, from the download of its artifacts to its end, and requests to it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from include.local_aws.runner import models
from include.local_aws.runner.failures import JobFailed, JobStopped
from include.local_aws.runner.job import Job
from include.local_aws.runtimes.serving import CONTAINER, HOST, LOADING, SERVING

LOG_GROUP = "/aws/sagemaker/Endpoints"
SECONDS = 60  # that AWS gives a model to answer


class NotReached(Exception):
    """The request was not sent: nothing listens, or not yet."""


@dataclass(frozen=True)
class Reply:
    """What a container answered: the last of the chain, or with ``status`` 400 and above the one that failed.

    ``status`` 0 is no answer at all.
    """

    status: int
    body: bytes
    content_type: str = "text/plain"
    container: str = ""


class Deployment:
    """A model that is being deployed, or serves. ``wanted`` has the Variant and the Containers."""

    def __init__(self, job: Job, wanted: Mapping[str, Any], instance: str) -> None:
        self.wanted = wanted
        self.arn = job.resource.arn
        self._job = job
        self._stream = (f"{LOG_GROUP}/{job.resource.name}", f"{self.variant}/{instance}")
        self._loading = models.name_of(wanted["Containers"], 0)
        self._port: int | None = None
        self._in_flight = 0
        self._retired = False
        self._changed = threading.Condition()

    @property
    def variant(self) -> str:
        """The name of the production variant."""
        return str(self.wanted["Variant"]["VariantName"])

    def run(self, *, arrived: Callable[[], None], lost: Callable[[], None]) -> None:
        """Serve until stopped; ``arrived`` is called when the containers answer, ``lost`` when their process has ended.

        A process that ends by itself after it answered is started again. Raises :class:`JobFailed` with AWS's reason if
        it never answers, :class:`JobStopped` and :class:`EndpointStopping`.
        """
        self._job.folder.mkdir(parents=True, exist_ok=True)
        spec = self._job.folder / "endpoint.json"
        spec.write_text(json.dumps({"containers": self._place()}))
        while True:
            self._job.check()
            ended = self._job.execute(
                "serve_main", [str(spec)], {}, stream=self._stream, read_line=lambda line: self._read(line, arrived)
            )
            served = self._port is not None
            self._set_port(None)
            if ended.ended_by == "stop":
                raise JobStopped
            if not served:
                raise JobFailed(
                    f"{_spoken(self._loading)} for production variant {self.variant} did not pass the ping health "
                    "check. Please check CloudWatch logs for this endpoint."
                )
            lost()

    def stop(self) -> None:
        """End at once, or before it has begun."""
        self._job.stop_asked.set()

    def retire(self) -> None:
        """End when the requests that are under way are answered."""
        with self._changed:
            self._retired = True
            if self._in_flight == 0:
                self.stop()

    def enter(self) -> None:
        """Note a request, so that :meth:`retire` waits for it; :meth:`leave` must follow."""
        with self._changed:
            self._in_flight += 1

    def leave(self) -> None:
        """Note that a request is answered."""
        with self._changed:
            self._in_flight -= 1
            if self._retired and self._in_flight == 0:
                self.stop()

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> Reply:
        """Send a request to the containers, once they answer; raises :class:`NotReached` if they do not in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._port is not None, SECONDS)
            port = self._port
        if port is None:
            raise NotReached
        headers = {"Content-Type": content_type, **({"Accept": accept} if accept else {})}
        connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS)
        try:
            connection.connect()
        except OSError as error:
            raise NotReached from error
        try:
            connection.request("POST", "/invocations", body, headers)
            answer = connection.getresponse()
            media = answer.headers.get("Content-Type", "")
            return Reply(answer.status, answer.read(), media, answer.headers.get(CONTAINER, ""))
        except (OSError, http.client.HTTPException) as error:
            return Reply(0, self._no_answer(error).encode(), container=models.name_of(self.wanted["Containers"], 0))
        finally:
            connection.close()

    def _place(self) -> list[dict[str, Any]]:
        try:
            return models.place(self._job, self.wanted["Containers"], {}, self._job.folder)
        except models.ArtifactMissing as missing:
            raise JobFailed(
                f'Failed to download model data for container "{missing.container}" from URL: "{missing.url}". Please '
                "ensure that there is an object located at the URL and that the role passed to CreateModel has "
                "permissions to download the model."
            ) from missing

    def _read(self, line: str, arrived: Callable[[], None]) -> None:
        if line.startswith(LOADING):
            self._loading = line.removeprefix(LOADING)
        elif line.startswith(SERVING) and self._port is None:
            self._set_port(int(line.removeprefix(SERVING)))
            arrived()

    def _set_port(self, port: int | None) -> None:
        with self._changed:
            self._port = port
            self._changed.notify_all()

    def _no_answer(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return (
                "Your invocation timed out while waiting for a response from container "
                f"{models.name_of(self.wanted['Containers'], 0)}. Review the latency metrics for each container in "
                "Amazon CloudWatch, resolve the issue, and try again."
            )
        return f"Amazon SageMaker could not get a response from the {self._job.resource.name} endpoint."


def _spoken(container: str) -> str:
    return "The primary container" if container == "primary" else f"The {container}"
