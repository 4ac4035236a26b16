"""Serving k-nearest neighbours: rows in, their predicted labels out, with the neighbours if they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.answers import encode, with_keys
from include.local_aws.runtimes.invocation import check_size, execution_parameters
from include.local_aws.runtimes.knn.model import Neighbours
from include.local_aws.runtimes.request_rows import JSON, LINES, request_rows

_ACCEPTED = (JSON, LINES)


@dataclass(frozen=True)
class NeighboursServant:
    """A loaded model."""

    model: Neighbours
    environment: Mapping[str, str]

    def execution_parameters(self) -> dict[str, object]:
        """Answer batch transform."""
        return execution_parameters(self.environment)

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        """Predict for rows without a label in CSV, JSON, JSON lines or RecordIO-protobuf.

        Answers JSON, or JSON lines; with the parameter `verbose=true` also the distances and labels of the neighbours.

        :raises ClientError: the request is too large, empty, unreadable, of the wrong width or of an unsupported type.
        """
        check_size(body, self.environment)
        wanted = accept if accept not in (None, "", "*/*") else JSON
        media, _, parameter = str(wanted).replace(" ", "").lower().partition(";")
        if media not in _ACCEPTED:
            raise ClientError(f"{accept} is not an accepted Accept type: ask for {' or '.join(_ACCEPTED)}")
        distances, labels = self.model.search(request_rows(body, content_type))
        keys = ("predicted_label", "distances", "labels") if parameter == "verbose=true" else ("predicted_label",)
        told = zip(self.model.predict(labels).tolist(), distances.tolist(), labels.tolist(), strict=True)
        contents = [dict(zip(("predicted_label", "distances", "labels"), row, strict=True)) for row in told]
        return encode(with_keys(contents, keys), media, lines=True)
