"""The columns a data processor was generated for."""

from __future__ import annotations

from collections.abc import Sequence


class Header:
    """Column names of the training data in order, the target among them.

    Generated data processors write their columns as ``HEADER = Header(column_names=[...], target_column_name='...')``.

    :raises ValueError: a name occurs twice, or the target is not among them.
    """

    def __init__(self, column_names: Sequence[str], target_column_name: str) -> None:
        self.column_names = list(column_names)
        self.target_column_name = target_column_name
        twice = sorted({name for name in self.column_names if self.column_names.count(name) > 1})
        if twice:
            raise ValueError(f"HEADER names the column {twice[0]!r} twice")
        if target_column_name not in self.column_names:
            raise ValueError(f"HEADER's target {target_column_name!r} is not among its columns")
        self._features = {name: index for index, name in enumerate(self.feature_names)}

    @property
    def target_column_index(self) -> int:
        """The target's position among all columns."""
        return self.column_names.index(self.target_column_name)

    def has_target(self, width: int) -> bool:
        """Say whether rows of so many columns have the target; those without it have one column less.

        :raises ValueError: they have neither number of columns.
        """
        features = len(self.column_names) - 1
        if width not in (features, features + 1):
            raise ValueError(
                f"Received data of unknown size. Expected number of columns is {features}. "
                f"Number of columns in the received data is {width}."
            )
        return width == features + 1

    @property
    def feature_names(self) -> list[str]:
        """The columns without the target, in order."""
        return [name for name in self.column_names if name != self.target_column_name]

    def as_feature_indices(self, names: Sequence[str]) -> list[int]:
        """Return the positions of `names` among the features (the columns without the target).

        :raises ValueError: a name is the target or no column.
        """
        unknown = [name for name in names if name not in self._features]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a feature column of HEADER")
        return [self._features[name] for name in names]

    def as_column_indices(self, names: Sequence[str]) -> list[int]:
        """Return the positions of `names` among all columns.

        :raises ValueError: a name is no column.
        """
        unknown = [name for name in names if name not in self.column_names]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a column of HEADER")
        return [self.column_names.index(name) for name in names]
