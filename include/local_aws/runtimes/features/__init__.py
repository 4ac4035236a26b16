"""Transformers that turn columns of texts into features; generated data processors import them from their image.

What an artifact keeps of them is plain values under the names below, never a path of this repository.
"""

from __future__ import annotations

from include.local_aws.runtimes.features.categories import Categories, CategoryCounts
from include.local_aws.runtimes.features.dates import Dates
from include.local_aws.runtimes.features.reading import MODULE
from include.local_aws.runtimes.features.texts import Texts
from include.local_aws.runtimes.features.values import Amounts, Booleans
from include.local_aws.runtimes.imports import provide

__all__ = ["Amounts", "Booleans", "Categories", "CategoryCounts", "Dates", "Texts"]

provide(
    MODULE,
    Amounts=Amounts,
    Booleans=Booleans,
    Categories=Categories,
    CategoryCounts=CategoryCounts,
    Dates=Dates,
    Texts=Texts,
)
