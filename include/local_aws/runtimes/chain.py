"""The containers of a model, one after the other: what batch transforms and endpoints send requests through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from include.local_aws.runtimes import Servant, container_for


@dataclass(frozen=True)
class Step:
    """One inference container: its image, unpacked artifact and environment, and what to call it."""

    image: str
    model_dir: Path
    environment: Mapping[str, str]
    name: str = ""

    def load(self, more: Mapping[str, str]) -> Link:
        """Load the container with ``more`` variables set."""
        servant = container_for(self.image).load(self.model_dir, {**self.environment, **more})
        return Link(self.name, servant, self.environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"))


@dataclass(frozen=True)
class Link:
    """One loaded container and the type it answers in unless the caller wants another."""

    name: str
    servant: Servant
    accept: str | None


@dataclass(frozen=True)
class Chain:
    """The model's containers, each fed with what the one before answered."""

    links: tuple[Link, ...]

    @classmethod
    def load(cls, steps: Sequence[Step], more: Mapping[str, str]) -> Chain:
        """Load every container with its environment and ``more``."""
        return cls(tuple(step.load(more) for step in steps))

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Send a request through the chain; return the last container's answer and the type of that."""
        for link, wanted in self.wanted(accept):
            body, content_type = link.servant.invoke(body, content_type, wanted)
        return body, content_type

    def wanted(self, accept: str | None) -> Iterator[tuple[Link, str | None]]:
        """Every container with the type to ask of it: the caller's own wish goes to the last one."""
        for link in self.links:
            yield link, (accept or link.accept) if link is self.links[-1] else link.accept
