"""The hyperparameters of k-nearest neighbours, with the names and values that AWS documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.hyperparameters import Hyperparameter, choice, integer, read_all

CLASSIFIER, REGRESSOR = "classifier", "regressor"
TEST_METRICS = {CLASSIFIER: "accuracy", REGRESSOR: "mse"}
_REQUIRED = ("feature_dim", "k", "predictor_type", "sample_size")

HYPERPARAMETERS: Mapping[str, Hyperparameter] = {
    "feature_dim": integer(1),
    "k": integer(1),
    "predictor_type": choice(CLASSIFIER, REGRESSOR),
    "sample_size": integer(1),
    "index_metric": choice("L2", "COSINE", "INNER_PRODUCT"),
    "dimension_reduction_type": choice("sign", "fjlt"),
    "dimension_reduction_target": integer(1),
    # How AWS's search finds neighbours faster, and reads its data; the search here is exact.
    "index_type": choice("faiss.Flat", "faiss.IVFFlat", "faiss.IVFPQ"),
    "faiss_index_ivf_nlists": integer(1, None, "auto"),
    "faiss_index_pq_m": integer(1),
    "mini_batch_size": integer(1),
    "_tuning_objective_metric": choice(*(f"test:{name}" for name in TEST_METRICS.values())),
}
WITHOUT_EFFECT = ("index_type", "faiss_index_ivf_nlists", "faiss_index_pq_m", "mini_batch_size")
_NOT_DONE = {"dimension_reduction_type", "dimension_reduction_target"}


def validated(raw: Mapping[str, str]) -> dict[str, Any]:
    """Return the hyperparameters as values.

    :raises ClientError: missing, unknown, unreadable, out of range or not done here; names the hyperparameter.
    """
    missing = [name for name in _REQUIRED if name not in raw]
    if missing:
        raise ClientError(f"Missing required hyperparameter: {missing[0]}")
    values = read_all(raw, HYPERPARAMETERS)
    for name in _NOT_DONE & set(values):
        raise ClientError(f"Hyperparameter {name}: the dimension is not reduced here; leave it out")
    if values.get("index_metric") == "INNER_PRODUCT":
        raise ClientError("Hyperparameter index_metric: INNER_PRODUCT is not done here; use L2 or COSINE")
    wanted = values.get("_tuning_objective_metric")
    if wanted and wanted != f"test:{TEST_METRICS[values['predictor_type']]}":
        raise ClientError(f"_tuning_objective_metric: a {values['predictor_type']} has no metric {wanted}")
    return values
