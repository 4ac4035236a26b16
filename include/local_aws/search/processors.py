"""The data processors a search tries: ways to turn columns into an algorithm's features, as generated Python code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pprint import pformat

from include.local_aws.search.algorithms import LINEAR_LEARNER, MLP, XGBOOST, Algorithm
from include.local_aws.search.columns import Columns
from include.local_aws.search.objectives import BINARY, REGRESSION

# The kinds of columns that become features, as the data builder names them.
KINDS = ("numeric", "datetime", "boolean", "amount", "categorical", "text")

RECORDIO = "application/x-recordio-protobuf"
CSV = "text/csv"

_WIDTH = 110
_CLIP = 'FunctionTransformer(np.clip, kw_args={"a_min": -10.0, "a_max": 10.0})'
# A signed logarithm: one cell of 1e17 must not decide the scale of its column.
_SPREAD = '("spread", FunctionTransformer(np.arcsinh))'
_IMPUTE = '("fill", SimpleImputer(strategy="median", keep_empty_features=True))'
_MISSING = '("missing", MissingIndicator(features="missing-only", error_on_new=False))'
_VARYING = '("varying", VarianceThreshold())'
_SCALE = f'("scale", StandardScaler()), ("hold", {_CLIP})'
_QUANTILES = '("quantiles", QuantileTransformer(n_quantiles={quantiles}, subsample=50_000, random_state=0))'
_COMPONENTS = '("components", PCA(n_components=0.95, svd_solver="full")), ("scale", StandardScaler())'
# A missing value is the text "", a category like any other; one that was not there at the fit gets a code of its own.
_CODES = 'OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, min_frequency=0.005, max_categories=50)'
_ONE_HOT = 'OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.005, max_categories=50)'
# The same for columns that are read as numbers from other texts; of flags there is no middle but the more frequent one.
_MARK = '("fill", SimpleImputer(strategy="{strategy}", keep_empty_features=True, add_indicator=True))'
_ROBUST = f'("scale", RobustScaler()), ("hold", {_CLIP})'

_MODULE = '''"""Data processor dpp{number}: {title}."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from automl_containers.features import Amounts, Booleans, Categories, CategoryCounts, Dates, Texts
from sagemaker_sklearn_extension.externals import Header
from sagemaker_sklearn_extension.preprocessing import NALabelEncoder, RobustLabelEncoder

# The columns of the training data, in order.
HEADER = Header(
    column_names={column_names},
    target_column_name={target},
)


def names(places):
    """Return the features' names."""
    return [HEADER.feature_names[place] for place in places]


def build_feature_transform():
    """Return the unfitted transformer of the features. A branch named numeric... gets numbers, any other texts."""
{indices}
    columns = ColumnTransformer(
        [
{branches}
        ],
        sparse_threshold={sparse_threshold},
    )
    return {result}


def build_label_transform():
    """Return the encoder of the target."""
    return {labels}
'''


@dataclass(frozen=True)
class Steps:
    """What follows when a column was read as numbers, as code: of amounts, of the parts of dates, of yes and no.

    :param cycles: whether the parts of a date that come round are given as sine and cosine, too.
    """

    amount: tuple[str, ...]
    datetime: tuple[str, ...] = ()
    boolean: tuple[str, ...] = ()
    cycles: bool = False


@dataclass(frozen=True)
class Processor:
    """One data processor.

    :param number: the N of dppN.
    :param algorithm: the one its features are for.
    :param title: what it does, for people.
    :param accept: the encoding of its features for training.
    """

    number: int
    algorithm: Algorithm
    title: str
    accept: str
    _numeric: Callable[[Columns], list[str]]
    _steps: Callable[[Columns], Steps]
    _result: str = "columns"
    _dense: bool = False
    _categorical: str = _ONE_HOT

    @property
    def encoding(self) -> str:
        """The encoding as it stands in names and places: `rpb` or `csv`."""
        return "rpb" if self.accept == RECORDIO else "csv"

    @property
    def pipeline(self) -> str:
        """The name of its candidates' pipeline."""
        return f"dpp{self.number}-{self.algorithm.suffix}"

    @property
    def module(self) -> str:
        """The generated module's name."""
        return f"candidate_data_processors.dpp{self.number}"

    def code(self, columns: Columns) -> str:
        """Write the module for these columns."""
        return _MODULE.format(
            number=self.number,
            title=self.title,
            column_names=_literal(list(columns.names), 4),
            target=repr(columns.target),
            indices=_indices(columns),
            branches="\n".join(f"            {branch}," for branch in self._branches(columns)),
            sparse_threshold="0.0" if self._dense else "0.3",
            result=self._result,
            labels=_labels(columns),
        )

    def _branches(self, columns: Columns) -> list[str]:
        branches = self._numeric(columns) if columns.numbers_vary else []
        if columns.of_kind("categorical"):
            # Codes come first: mlp is told how many of its first features they are (num_categorical_features).
            place = 0 if self._categorical == _CODES else len(branches)
            read = f'Pipeline([("read", Categories(names(categorical))), ("encode", {self._categorical})])'
            branches.insert(place, f'("categorical", {read}, categorical)')
        branches += self._read(columns)
        many = columns.of_many_categories()
        if many:
            branches.append('("many", CategoryCounts(names(many)), many)')
        for place in range(len(many)):
            branches.append(f'("letters_{place}", Texts(names([many[{place}]]), letters=True), [many[{place}]])')
        for place in range(len(columns.of_kind("text"))):
            branches.append(f'("text_{place}", Texts(names([text[{place}]])), [text[{place}]])')
        return branches

    def _read(self, columns: Columns) -> list[str]:
        steps = self._steps(columns)
        readers = {
            "datetime": (f"Dates(names(datetime), cycles={steps.cycles})", steps.datetime),
            "boolean": ("Booleans(names(boolean))", steps.boolean),
            "amount": ("Amounts(names(amount))", steps.amount),
        }
        return [
            f'("{kind}", Pipeline([{_joined(reader, after)}]), {kind})'
            for kind, (reader, after) in readers.items()
            if columns.of_kind(kind)
        ]


def _joined(reader: str, after: tuple[str, ...]) -> str:
    return ", ".join((f'("read", {reader})', *after))


def _scaled(_: Columns) -> list[str]:
    return [f'("numeric", Pipeline([{_VARYING}, {_SPREAD}, {_SCALE}]), numeric)']


def _quantiles(columns: Columns) -> list[str]:
    return [_marked(f"{_VARYING}, {_QUANTILES.format(quantiles=min(200, columns.rows['train']))}")]


def _filled_and_marked(_: Columns) -> list[str]:
    return [_marked(f"{_IMPUTE}, {_VARYING}, {_SPREAD}, {_SCALE}")]


def _marked(steps: str) -> str:
    """Write a branch of numbers and, of the columns that had gaps at the fit, where these are.

    They are one branch: where nothing was missing the indicator has no column, and a ColumnTransformer refuses to
    stack a branch without columns beside sparse ones.
    """
    return f'("numeric", FeatureUnion([("values", Pipeline([{steps}])), {_MISSING}]), numeric)'


def _filled(_: Columns) -> list[str]:
    return [f'("numeric", Pipeline([{_IMPUTE}, {_VARYING}, {_SPREAD}, {_SCALE}]), numeric)']


def _filled_quantiles(columns: Columns) -> list[str]:
    quantiles = _QUANTILES.format(quantiles=min(200, columns.rows["train"]))
    return [f'("numeric", Pipeline([{_IMPUTE}, {_VARYING}, {quantiles}]), numeric)']


def _for_trees(_: Columns) -> Steps:
    return Steps(amount=(_SPREAD, _SCALE))


def _quantiles_for_trees(columns: Columns) -> Steps:
    return Steps(amount=(_QUANTILES.format(quantiles=min(200, columns.rows["train"])),))


def _without_gaps(_: Columns) -> Steps:
    median, flag = _MARK.format(strategy="median"), _MARK.format(strategy="most_frequent")
    return Steps((median, _SPREAD, _SCALE), (median, _ROBUST), (flag,), cycles=True)


def _quantiles_without_gaps(columns: Columns) -> Steps:
    median, flag = _MARK.format(strategy="median"), _MARK.format(strategy="most_frequent")
    quantiles = _QUANTILES.format(quantiles=min(200, columns.rows["train"]))
    return Steps((median, quantiles), (median, quantiles), (flag,), cycles=True)


PROCESSORS = (
    Processor(0, XGBOOST, "numbers on a common scale, extreme values held in", RECORDIO, _scaled, _for_trees),
    Processor(
        1,
        XGBOOST,
        "numbers as quantiles, with indicators of missing values",
        RECORDIO,
        _quantiles,
        _quantiles_for_trees,
    ),
    Processor(
        2,
        XGBOOST,
        "principal components of the scaled numbers",
        CSV,
        _filled,
        _without_gaps,
        f'Pipeline([("columns", columns), {_COMPONENTS}])',
        _dense=True,
    ),
    Processor(
        3,
        LINEAR_LEARNER,
        "numbers on a common scale, missing values filled and indicated",
        RECORDIO,
        _filled_and_marked,
        _without_gaps,
    ),
    Processor(
        4,
        LINEAR_LEARNER,
        "numbers as quantiles, missing values filled",
        RECORDIO,
        _filled_quantiles,
        _quantiles_without_gaps,
    ),
    Processor(
        5,
        MLP,
        "codes of categories, then numbers on a common scale, missing values filled",
        CSV,
        _filled,
        _without_gaps,
        _dense=True,
        _categorical=_CODES,
    ),
)


def processors_for(algorithms: Iterable[str]) -> tuple[Processor, ...]:
    """Return the data processors of these algorithms, by the names of AlgorithmsConfig."""
    names = set(algorithms)
    return tuple(one for one in PROCESSORS if one.algorithm.name in names)


def _indices(columns: Columns) -> str:
    """Write the places of the columns of each kind under its name."""
    named = {kind: columns.of_kind(kind) for kind in KINDS} | {"many": columns.of_many_categories()}
    return "\n".join(
        f"    {kind} = HEADER.as_feature_indices({_literal(names, 4)})" for kind, names in named.items() if names
    )


def _labels(columns: Columns) -> str:
    """Write the label encoder as Autopilot does: the classes are literals and a new fit does not learn others."""
    if columns.problem_type == REGRESSION:
        return "NALabelEncoder()"
    labels = [label for label, _ in columns.labels]
    if columns.problem_type == BINARY:
        majority, minority = labels
        return f"RobustLabelEncoder(labels={[majority]!r}, fill_label_value={minority!r}, include_unseen_class=True)"
    return f"RobustLabelEncoder(labels={labels!r})"


def _literal(names: list[str], indent: int) -> str:
    text = pformat(names, width=_WIDTH, compact=True)
    return text.replace("\n", "\n" + " " * indent)
