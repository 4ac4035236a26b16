"""What a search needs from the control plane, and how it fails."""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class SearchFailed(Exception):
    """The search ended without an answer; the message is the AutoML job's FailureReason."""


class Api(Protocol):
    """SageMaker, with the same checks and effects as over HTTP."""

    def call(self, operation: str, request: Json, computed: Json | None = None) -> Json:
        """Call an operation; `computed` are further Describe members of what it creates.

        :raises AwsError: as the operation does.
        """


class Progress(Protocol):
    """What a search tells about itself while it runs."""

    def secondary(self, status: str) -> None:
        """Set AutoMLJobSecondaryStatus."""

    def update(self, **describe_members: Any) -> None:
        """Set members of DescribeAutoMLJob."""

    def candidate(self, candidate: Json) -> None:
        """Add a candidate, or replace the one of its CandidateName."""

    def best(self, candidate_name: str) -> None:
        """Name the best candidate so far."""

    def stopping(self) -> bool:
        """Whether the user stopped the AutoML job."""
