"""Who the embedded AWS is: one account, its ARNs and its words for places."""

from __future__ import annotations

# moto's account, so that both halves of the endpoint name the same owner.
ACCOUNT = "123456789012"
# The one role that exists from the start.
ROLE = "AutopilotRetrain"


def arn(region: str, kind: str, name: str) -> str:
    """Return the ARN of a SageMaker resource, e.g. ``arn(region, "training-job", name)``."""
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:{kind}/{name}"
