"""The endpoints' processes: which model serves each endpoint, which is to take its place, and requests to them."""

from __future__ import annotations

import secrets
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from include.local_aws.folders import inside
from include.local_aws.logbook import Logbook
from include.local_aws.runner import processes
from include.local_aws.runner.deployment import SECONDS, Deployment, NotReached, Reply
from include.local_aws.runner.failures import EndpointStopping, JobFailed, JobStopped
from include.local_aws.runner.job import Job
from include.local_aws.runner.s3 import S3Access
from include.local_aws.store import Resource, Store, now

KIND = "Endpoint"
# Members in which an endpoint keeps what serves and what is being deployed; Describe does not tell them.
SERVING, COMING = "_Serving", "_Coming"
_PAUSE_SECONDS = 0.1
_INTERNAL = "Request to service failed. If failure persists after retry, contact customer support."


class NothingServes(Exception):
    """No model of an endpoint answers."""


class Endpoints:
    """Runs the endpoints of a store. ``folder`` holds one folder per deployment, deleted when it ends."""

    def __init__(self, store: Store, s3: S3Access, logbook: Logbook, folder: Path) -> None:
        self._store = store
        self._s3 = s3
        self._logbook = logbook
        self._folder = folder
        self._shutdown = threading.Event()
        self._lock = threading.Lock()
        self._live: dict[str, Deployment] = {}
        self._coming: dict[str, Deployment] = {}
        self._threads: list[threading.Thread] = []
        shutil.rmtree(folder, ignore_errors=True)  # what a killed process left behind

    def recover(self) -> None:
        """Tell what served when the last process on this store ended as under maintenance, until it serves again."""
        for endpoint in self._store.of_kind(KIND):
            if endpoint.status == "InService":
                self._store.change(endpoint.region, KIND, endpoint.name, lambda found: _with(found, "SystemUpdating"))

    def resume(self) -> None:
        """Start again what served and what was being deployed when the last process ended."""
        for endpoint in self._store.of_kind(KIND):
            if SERVING in endpoint.computed:
                self._start(endpoint, endpoint.computed[SERVING], self._live)
            if COMING in endpoint.computed:
                self.deploy(endpoint)

    def deploy(self, endpoint: Resource) -> None:
        """Start what an endpoint is to serve; when it answers, it takes the place of what serves until then."""
        self._start(endpoint, endpoint.computed[COMING], self._coming)

    def remove(self, arn: str) -> None:
        """End the processes of an endpoint that is deleted."""
        with self._lock:
            ended = [found for found in (self._live.pop(arn, None), self._coming.pop(arn, None)) if found]
        for deployment in ended:
            deployment.stop()

    def variant(self, arn: str) -> str:
        """Return the production variant that serves; raises :class:`NothingServes`."""
        with self._lock:
            if arn not in self._live:
                raise NothingServes
            return self._live[arn].variant

    def invoke(self, arn: str, body: bytes, content_type: str, accept: str | None) -> tuple[Reply, str]:
        """Send a request to an endpoint; answers the reply and the variant. Raises :class:`NothingServes`."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                deployment = self._live.get(arn)
                if deployment is None:
                    raise NothingServes
                deployment.enter()
            try:
                return deployment.invoke(body, content_type, accept), deployment.variant
            except NotReached:
                time.sleep(_PAUSE_SECONDS)  # its process has just ended, which is noticed as often
            finally:
                deployment.leave()
        raise NothingServes

    def shutdown(self) -> None:
        """End all processes; the endpoints serve again after the next start."""
        self._shutdown.set()
        for thread in self._threads:
            thread.join(processes.GRACE_SECONDS)

    def _start(self, endpoint: Resource, wanted: Mapping[str, Any], place: dict[str, Deployment]) -> None:
        instance = f"i-{secrets.token_hex(9)[:17]}"
        folder = inside(self._folder, f"{endpoint.region}/{endpoint.name}/{instance}")
        job = Job(self._store, endpoint, lambda: folder, self._s3, self._logbook, self._shutdown)
        deployment = Deployment(job, wanted, instance)
        thread = threading.Thread(target=self._run, args=(deployment, folder), name=endpoint.name, daemon=True)
        with self._lock:
            place[endpoint.arn] = deployment
            self._threads = [other for other in self._threads if other.is_alive()]
            self._threads.append(thread)
        thread.start()

    def _run(self, deployment: Deployment, folder: Path) -> None:
        try:
            deployment.run(arrived=lambda: self._arrived(deployment), lost=lambda: self._lost(deployment))
        except (JobStopped, EndpointStopping):
            pass
        except JobFailed as failure:
            self._failed(deployment, str(failure))
        except Exception:  # noqa: BLE001 - a defect must be seen, not leave the endpoint Creating for ever
            if not self._shutdown.is_set():
                traceback.print_exc(file=sys.stderr)
                self._failed(deployment, _INTERNAL)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                folder.parent.rmdir()

    def _arrived(self, deployment: Deployment) -> None:
        with self._lock:
            if self._coming.get(deployment.arn) is deployment:
                before = self._live.get(deployment.arn)
                self._live[deployment.arn] = self._coming.pop(deployment.arn)
                self._change(deployment, lambda found: _serving(found, deployment.wanted))
            else:
                before = None
                self._change(deployment, lambda found: _with(found, "InService", only="SystemUpdating"))
        if before:
            before.retire()

    def _lost(self, deployment: Deployment) -> None:
        with self._lock:
            self._change(deployment, lambda found: _with(found, "SystemUpdating", only="InService"))

    def _failed(self, deployment: Deployment, reason: str) -> None:
        with self._lock:
            last = self._coming.get(deployment.arn) in {None, deployment}
            if last:  # else what is being deployed may still save the endpoint
                members = {"FailureReason": reason, COMING: None}
                self._change(deployment, lambda found: _with(found.with_(**members), "Failed"))
            for place in (self._live, self._coming):
                if place.get(deployment.arn) is deployment:
                    del place[deployment.arn]

    def _change(self, deployment: Deployment, step: Any) -> None:
        """Change the endpoint of a deployment, unless that was deleted; the lock is held."""
        if deployment in (self._live.get(deployment.arn), self._coming.get(deployment.arn)):
            _, _, _, region, _, name = deployment.arn.split(":", 5)
            self._store.change(region, KIND, name.partition("/")[2], step)


def _with(endpoint: Resource, status: str, *, only: str | None = None) -> Resource | None:
    return None if only and endpoint.status != only else replace(endpoint, status=status)


def _serving(endpoint: Resource, wanted: Mapping[str, Any]) -> Resource:
    variant = wanted["Variant"]
    images = [
        {"SpecifiedImage": item["Image"], "ResolvedImage": item["Image"], "ResolutionTime": now()}
        for item in wanted["Containers"]
    ]
    summary = {
        "VariantName": variant["VariantName"],
        "DeployedImages": images,
        "CurrentWeight": variant["InitialVariantWeight"],
        "DesiredWeight": variant["InitialVariantWeight"],
        "CurrentInstanceCount": variant["InitialInstanceCount"],
        "DesiredInstanceCount": variant["InitialInstanceCount"],
    }
    told = endpoint.with_(
        EndpointConfigName=wanted["EndpointConfigName"],
        ProductionVariants=[summary],
        **{SERVING: wanted, COMING: None},
    )
    return replace(told, status="InService")
