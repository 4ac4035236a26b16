"""Data processors in the shapes that Autopilot generates, written for these tests: no real job's module is here."""

from __future__ import annotations

import re

MODULE = """from datetime import datetime as dt
from numpy import nan
from sagemaker_sklearn_extension.decomposition import RobustPCA
from sagemaker_sklearn_extension.externals import Header
from sagemaker_sklearn_extension.feature_extraction.date_time import DateTimeVectorizer
from sagemaker_sklearn_extension.feature_extraction.text import MultiColumnTfidfVectorizer
from sagemaker_sklearn_extension.impute import RobustImputer
from sagemaker_sklearn_extension.impute import RobustMissingIndicator
from sagemaker_sklearn_extension.preprocessing import NALabelEncoder
from sagemaker_sklearn_extension.preprocessing import QuantileExtremeValuesTransformer
from sagemaker_sklearn_extension.preprocessing import RobustLabelEncoder
from sagemaker_sklearn_extension.preprocessing import RobustOrdinalEncoder
from sagemaker_sklearn_extension.preprocessing import RobustStandardScaler
from sagemaker_sklearn_extension.preprocessing import ThresholdOneHotEncoder
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion
from sklearn.pipeline import Pipeline

HEADER = Header(
    column_names=['y', 'age', 'income', 'job', 'about', 'since'], target_column_name='y'
)


def build_feature_transform():
    numeric = HEADER.as_feature_indices(['age', 'income'])
    categorical = HEADER.as_feature_indices(['job', 'age'])
    text = HEADER.as_feature_indices(['about'])
    datetime = HEADER.as_feature_indices(['since'])

    numeric_processors = Pipeline(
        steps=[
            (
                'featureunion',
                FeatureUnion(
                    [
                        ('robust_imputer', RobustImputer(strategy='constant', fill_values=nan)),
                        ('robust_missing_indicator', RobustMissingIndicator())
                    ]
                )
            ),
            ('robustimputer', RobustImputer(strategy='median')),
            ('quantileextremevaluestransformer', QuantileExtremeValuesTransformer())
        ]
    )
    categorical_processors = FeatureUnion(
        [
            ('thresholdonehotencoder', ThresholdOneHotEncoder(threshold=9)),
            ('robustordinalencoder', RobustOrdinalEncoder(threshold=3, max_categories=50))
        ]
    )
    text_processors = Pipeline(
        steps=[('tfidf', MultiColumnTfidfVectorizer(max_df=0.99, min_df=0.01, analyzer='char_wb', max_features=50))]
    )
    datetime_processors = Pipeline(
        steps=[
            (
                'datetimevectorizer',
                DateTimeVectorizer(mode='cyclic', default_datetime=dt(year=1970, month=1, day=1))
            ),
            ('robustimputer', RobustImputer())
        ]
    )
    column_transformer = ColumnTransformer(
        transformers=[
            ('numeric_processing', numeric_processors, numeric),
            ('categorical_processing', categorical_processors, categorical),
            ('text_processing', text_processors, text),
            ('datetime_processing', datetime_processors, datetime)
        ]
    )
    return Pipeline(
        steps=[
            ('column_transformer', column_transformer),
            ('robustpca', RobustPCA(n_components=30)),
            ('robuststandardscaler', RobustStandardScaler())
        ]
    )


def build_label_transform():
    return {labels}
"""

# Where the names that such modules use come from.
_FROM = {
    "LabelEncoder": "sklearn.preprocessing",
    "FeatureUnion": "sklearn.pipeline",
    "RobustPCA": "sagemaker_sklearn_extension.decomposition",
    "DateTimeVectorizer": "sagemaker_sklearn_extension.feature_extraction.date_time",
    "MultiColumnTfidfVectorizer": "sagemaker_sklearn_extension.feature_extraction.text",
    "RobustImputer": "sagemaker_sklearn_extension.impute",
    "RobustMissingIndicator": "sagemaker_sklearn_extension.impute",
    "dt": "datetime",
    "nan": "numpy",
} | dict.fromkeys(
    (
        "NALabelEncoder",
        "QuantileExtremeValuesTransformer",
        "RobustLabelEncoder",
        "RobustOrdinalEncoder",
        "RobustStandardScaler",
        "SimilarityEncoder",
        "ThresholdOneHotEncoder",
        "WOEEncoder",
    ),
    "sagemaker_sklearn_extension.preprocessing",
)


def module(
    columns: list[str], target: str, branches: dict[str, tuple[list[str], list[str]]], after: list[str], labels: str
) -> str:
    """A module of other parts.

    :param branches: kind of columns -> the columns, and the code of the estimators that they go through.
    :param after: the code of the estimators that follow.
    :param labels: the code of the label encoder.
    """
    code = " ".join([*(step for _, steps in branches.values() for step in steps), *after, labels])
    used = {name: place for name, place in _FROM.items() if re.search(rf"\b{name}\b", code)}
    imports = [f"from {place} import {'datetime as dt' if name == 'dt' else name}" for name, place in used.items()]
    kinds = [f"    {kind} = HEADER.as_feature_indices({names!r})" for kind, (names, _) in branches.items()]
    made = [f"            ('{kind}_processing', {_pipeline(steps)}, {kind})," for kind, (_, steps) in branches.items()]
    return "\n".join(
        [
            *imports,
            "from sagemaker_sklearn_extension.externals import Header",
            "from sklearn.compose import ColumnTransformer",
            "from sklearn.pipeline import Pipeline",
            "",
            f"HEADER = Header(column_names={columns!r}, target_column_name={target!r})",
            "",
            "",
            "def build_feature_transform():",
            *kinds,
            "    column_transformer = ColumnTransformer(",
            "        transformers=[",
            *made,
            "        ]",
            "    )",
            f"    return {_pipeline(['column_transformer', *after])}",
            "",
            "",
            "def build_label_transform():",
            f"    return {labels}",
            "",
        ]
    )


def _pipeline(steps: list[str]) -> str:
    named = (f"('{step.partition('(')[0].lower()}', {step})" for step in steps)
    return f"Pipeline(steps=[{', '.join(named)}])"


def supervised(labels: str) -> str:
    """What encodes with the target, and by how a text is written; for the table of tests.support.exported."""
    return module(
        ["y", "age", "income", "job", "about", "since"],
        "y",
        {
            "numeric": (["age", "income"], ["RobustImputer()", "WOEEncoder(binning='quantile', n_bins=4)"]),
            "categorical": (["job"], ["WOEEncoder(alpha=0.5, laplace=True)"]),
            "text": (["about"], ["SimilarityEncoder(target_dimension=4, seed=0)"]),
        },
        ["RobustStandardScaler()"],
        labels,
    )
