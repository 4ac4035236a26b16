"""What a job read and made, as OpenLineage's datasets; its provider is imported only where it is there and asks.

A dataset's name is the address itself, so that what one job wrote is what the next one reads: of an object or folder in
S3 ``s3://bucket`` and the key without a closing slash; of a resource that has an ARN what stands before the resource
(``arn:aws:sagemaker:us-east-1:123456789012``) and the resource (``model/churn-1``), as OpenLineage names Glue's tables.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airflow_sagemaker_once.kinds import Description, JobKind

log = logging.getLogger(__name__)


def facets(inputs: Iterable[str] | Mapping[str, str | None], outputs: Iterable[str], about: str | None = None) -> Any:
    """Give the provider's ``OperatorLineage`` of addresses in S3 and ARNs, each told once.

    :param inputs: a mapping says of each address besides what there is to know of the data; None: nothing.
    :param about: what there is to know of the data of this run: told of its event, and of everything it made.
    :raises ImportError: the provider is not installed; only it calls what calls this.
    """
    from airflow.providers.openlineage.extractors import OperatorLineage

    read = inputs if isinstance(inputs, Mapping) else dict.fromkeys(inputs)
    made = dict.fromkeys(outputs, about)
    return OperatorLineage(inputs=_datasets(read), outputs=_datasets(made), run_facets=_run(about))


def _datasets(told: Mapping[str, str | None]) -> list[Any]:
    from airflow.providers.common.compat.openlineage.facet import Dataset, DocumentationDatasetFacet

    def documented(about: str | None) -> dict[str, Any]:
        return {"documentation": DocumentationDatasetFacet(description=about)} if about else {}

    places = {named(address): about for address, about in told.items()}
    return [Dataset(*place, facets=documented(about)) for place, about in places.items()]


def _run(about: str | None) -> dict[str, Any]:
    if about is None:
        return {}
    from openlineage.client.facet_v2 import tags_run

    return {"tags": tags_run.TagsRunFacet([tags_run.TagsRunFacetFields("data", about, "airflow_sagemaker_once")])}


def named(address: str) -> tuple[str, str]:
    """Give namespace and name of an ``s3://`` address or an ARN.

    >>> named("s3://bucket/folder/")
    ('s3://bucket', 'folder')
    """
    if address.startswith("s3://"):
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return f"s3://{bucket}", key.strip("/") or "/"
    namespace, _, resource = address.rpartition(":")
    return namespace, resource


def inputs_of(client: Any, described: Description) -> Iterator[str]:
    """Give what a job or a model was made of: data, artifacts, model packages; of a transform also its model.

    :param client: describes a transform's model.
    """
    definition = described.get("TrainingJobDefinition", {})
    channels = ("InputDataConfig", "AutoMLJobInputDataConfig")
    read = [channel for name in channels for one in (described, definition) for channel in one.get(name, [])]
    for source in (*read, described.get("TransformInput", {})):
        yield from _there(source.get("DataSource", {}).get("S3DataSource", {}).get("S3Uri"))
    for given in described.get("ProcessingInputs", []):
        yield from _there(given.get("S3Input", {}).get("S3Uri"))
    yield from _artifacts(described)
    if "TransformJobArn" in described:
        yield f"{described['TransformJobArn'].rpartition(':')[0]}:model/{described['ModelName']}"
        yield from _artifacts(_model(client, described["ModelName"]))


def outputs_of(kind: JobKind, described: Description) -> Iterator[str]:
    """Give what a job made; nothing of one that failed or goes on. A model is its own ARN."""
    if kind.status(described) != "Completed":
        return
    if kind.member == "Model":
        yield described[kind.arn_member]
    yield from _there(kind.result(described))
    for made in described.get("ProcessingOutputConfig", {}).get("Outputs", []):
        yield from _there(made.get("S3Output", {}).get("S3Uri"))
    if kind.member == "AutoMLJob":
        yield from _there(described.get("OutputDataConfig", {}).get("S3OutputPath"))
        best = described.get("BestCandidate", {}).get("InferenceContainers", [])
        yield from (one["ModelDataUrl"] for one in best if one.get("ModelDataUrl"))


def _artifacts(described: Description) -> Iterator[str]:
    primary = described.get("PrimaryContainer")
    for container in (*([primary] if primary else []), *described.get("Containers", [])):
        yield from _there(container.get("ModelDataUrl"))
        yield from _there(container.get("ModelDataSource", {}).get("S3DataSource", {}).get("S3Uri"))
        yield from _there(container.get("ModelPackageName"))


def _model(client: Any, name: str) -> Description:
    """Describe a transform's model; empty where that cannot be done, since lineage must not fail what is paid for."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return client.describe_model(ModelName=name)  # type: ignore[no-any-return]
    except (BotoCoreError, ClientError) as error:
        log.warning("lineage without the artifacts of the model %s, which cannot be described: %s", name, error)
        return {}


def _there(address: str | None) -> Iterator[str]:
    if address:
        yield address
