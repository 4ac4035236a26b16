"""Expected values: what the library documents, and what its release 2.5.0 answered on scikit-learn 0.23.2."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from include.local_aws.runtimes.automl_extension.dates import DateTimeDefinition, DateTimeVectorizer

nan = np.nan
DATES = np.array([["Jan 3th, 2018, 1:34am"], ["Feb 11th, 2012, 11:34:59pm"], ["rubbish"], [""]], dtype=object)


def test_a_date_is_numbers_in_order() -> None:
    everything = DateTimeVectorizer(mode="ordinal", ignore_constant_columns=False).fit_transform(DATES)
    np.testing.assert_array_equal(
        everything, [[2, 2018, 1, 34, 0, 0, 0], [5, 2012, 23, 34, 59, 1, 5], [nan] * 7, [nan] * 7]
    )
    changing = DateTimeVectorizer(mode="ordinal").fit_transform(DATES)
    np.testing.assert_array_equal(changing, np.delete(everything, 3, axis=1))


def test_what_comes_round_again_lies_on_a_circle() -> None:
    vectorized = DateTimeVectorizer().fit_transform(DATES)[:2]
    expected = [
        [0.97493, -0.22252, 2018, 0.25882, 0.96593, 0, 1, 0, 1, 0, 1],
        [-0.97493, -0.22252, 2012, -0.25882, 0.96593, -0.10453, 0.99452, 0.5, 0.86603, 0.55865, 0.82941],
    ]
    np.testing.assert_allclose(vectorized, expected, atol=1e-5)


def test_a_property_stays_if_it_changes_in_some_column() -> None:
    second = np.array([["2018-01-03 05:06:07"]] * 2, dtype=object)
    vectorized = DateTimeVectorizer(mode="ordinal").fit_transform(np.hstack([DATES[:2], second]))
    assert vectorized.tolist() == [
        [2, 2018, 1, 0, 0, 0, 2, 2018, 5, 7, 0, 0],
        [5, 2012, 23, 59, 1, 5, 2, 2018, 5, 7, 0, 0],
    ]
    assert DateTimeVectorizer().fit_transform(DATES[:1]).shape == (1, 2)


def test_every_property_can_be_asked_for() -> None:
    asked = [definition.value for definition in DateTimeDefinition]
    vectorizer = DateTimeVectorizer(asked, "ordinal", ignore_constant_columns=False)
    assert vectorizer.fit_transform(DATES[:2]).tolist() == [
        [0, 2, 2018, 1, 0, 34, 0, 0, 2, 2],
        [5, 5, 2012, 23, 1, 34, 0, 59, 41, 10],
    ]


def test_what_a_text_does_not_say_never_comes_from_a_clock() -> None:
    may = np.array([["may"], ["10:00"]], dtype=object)
    bare = DateTimeVectorizer(mode="ordinal", ignore_constant_columns=False).fit_transform(may)
    assert bare.tolist() == [[4, 1970, 0, 0, 0, 4, 17], [3, 1970, 10, 0, 0, 0, 0]]
    told = DateTimeVectorizer(mode="ordinal", default_datetime=datetime(2000, 1, 1), ignore_constant_columns=False)  # noqa: DTZ001
    assert told.fit_transform(may)[0].tolist() == [0, 2000, 0, 0, 0, 4, 17]


def test_an_unknown_mode_is_told() -> None:
    with pytest.raises(ValueError, match="mode must be either cyclic or ordinal, not round"):
        DateTimeVectorizer(mode="round").fit(DATES)
