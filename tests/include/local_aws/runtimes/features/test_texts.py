from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.features import Texts


def column(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object).reshape(-1, 1)


def test_texts_about_the_same_are_alike() -> None:
    texts = column(
        "the parcel came late", "late parcel again", "cannot log in", "log in fails", "parcel lost", "in a parcel"
    )
    found = Texts(["note"]).fit(texts).transform(texts).toarray()
    same = found @ found.T
    assert same[0, 1] > same[0, 2]
    assert same[2, 3] > same[1, 3]


def test_words_that_were_not_there_and_missing_texts_have_no_weight() -> None:
    texts = Texts(["note"]).fit(column("one two", "two three", "three four five"))
    unknown, missing = texts.transform(column("nine nine", "n/a")).toarray()
    np.testing.assert_allclose(unknown[:2], np.log1p([9, 2]))
    assert not unknown[2:].any()
    assert not missing.any()


def test_names_that_resemble_each_other() -> None:
    names = column("Northford", "Northwick", "Westham", "Eastham", "Oldham")
    found = Texts(["city"], letters=True).fit(names).transform(names).toarray()[:, 2:]
    same = found @ found.T
    assert same[0, 1] > same[0, 2]
    assert same[2, 3] > same[1, 3]


@pytest.mark.parametrize("texts", [("", ""), ("same words", "same words"), ("-", "!")])
@pytest.mark.parametrize("letters", [False, True])
def test_a_column_that_says_nothing_gives_finite_features(texts: tuple[str, ...], letters: bool) -> None:
    found = Texts(["note"], letters=letters).fit(column(*texts)).transform(column(*texts))
    assert np.isfinite(found.toarray()).all()
