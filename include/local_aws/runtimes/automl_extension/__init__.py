"""The estimators that Autopilot's generated modules import from `sagemaker_sklearn_extension`.

Written anew from what that library documents, since it does not run beside the scikit-learn of the lock
(docs/adr/0033-generated-modules.md). They have the library's names, parameters and answers; what they learn is
their own, so an artifact made here is not one of AWS's. Whatever is not here is refused by its name.
"""

from __future__ import annotations

from include.local_aws.runtimes.automl_extension.categories import RobustOrdinalEncoder, ThresholdOneHotEncoder
from include.local_aws.runtimes.automl_extension.dates import (
    DateTimeDefinition,
    DateTimeProperty,
    DateTimeVectorizer,
)
from include.local_aws.runtimes.automl_extension.evidence import WOEEncoder
from include.local_aws.runtimes.automl_extension.extremes import (
    BaseExtremeValueTransformer,
    LogExtremeValuesTransformer,
    QuantileExtremeValuesTransformer,
    log_transform,
    quantile_transform_nonrandom,
)
from include.local_aws.runtimes.automl_extension.missing import (
    RobustImputer,
    RobustMissingIndicator,
    is_finite_numeric,
)
from include.local_aws.runtimes.automl_extension.reduction import RobustPCA
from include.local_aws.runtimes.automl_extension.scaling import (
    QuadraticFeatures,
    RemoveConstantColumnsTransformer,
    RobustStandardScaler,
)
from include.local_aws.runtimes.automl_extension.sequences import TSFlattener
from include.local_aws.runtimes.automl_extension.similarity import SimilarityEncoder
from include.local_aws.runtimes.automl_extension.texts import MultiColumnTfidfVectorizer

__all__ = ["MEMBERS", "PACKAGE"]

PACKAGE = "sagemaker_sklearn_extension"
# Module below PACKAGE -> its members.
MEMBERS = {
    "decomposition": (RobustPCA,),
    "feature_extraction.date_time": (DateTimeDefinition, DateTimeProperty, DateTimeVectorizer),
    "feature_extraction.sequences": (TSFlattener,),
    "feature_extraction.text": (MultiColumnTfidfVectorizer,),
    "impute": (RobustImputer, RobustMissingIndicator, is_finite_numeric),
    "preprocessing": (
        BaseExtremeValueTransformer,
        LogExtremeValuesTransformer,
        QuadraticFeatures,
        QuantileExtremeValuesTransformer,
        RemoveConstantColumnsTransformer,
        RobustOrdinalEncoder,
        RobustStandardScaler,
        SimilarityEncoder,
        ThresholdOneHotEncoder,
        WOEEncoder,
        log_transform,
        quantile_transform_nonrandom,
    ),
}
