"""A data processor in the shape that Autopilot generates, written for these tests: no real job's module is here."""

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
