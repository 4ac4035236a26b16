"""What counts as drift and what to do about it. docs/adr/0009-drift.md says why the defaults are what they are.

No numeric library is imported here: the models' configuration is read whenever Airflow parses the DAGs.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Action = Literal["off", "warn", "block"]
Share = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))
class DriftConfig:
    """When a new drop differs from the baseline, and whether that is told (``warn``) or stops the run (``block``).

    A difference counts when it is beyond chance (its q-value is at most ``fdr``) *and* large enough to matter.

    :param fdr: the false discovery rate over all tests of one drop.
    :param psi: the smallest population stability index worth a word.
    :param missing: the smallest change of a column's share of missing cells worth a word.
    :param outside: the smallest share of values beyond the baseline's range worth a word.
    :param apart: the KS distance (numbers) or total variation distance (labels) from which on a target has nothing to
        do with the baseline's: another unit, another assay.
    :param widespread: the share of features that drifted from which on the rows are another kind of rows: a chemical
        series, another region.
    :param displaced: the share of features most of whose values the baseline never had, from which on the file itself
        is in doubt: columns in each other's places, other units or currencies.
    :param on_feature: the values of a feature are distributed differently.
    :param on_target: the target's values are distributed differently.
    :param on_missing: a column has more, or fewer, missing cells, or cells that are not written as its amounts are.
        Where most values, without ``n/a`` and its like, are not, they are other ones: the graver of this and
        ``on_feature`` holds.
    :param on_outside: values lie beyond the range seen before.
    :param on_emptied: a column that had values has none at all; of a column of amounts ``n/a`` is none.
    :param on_new_label: the target holds a class that the template does not know.
    :param on_apart: the target is ``apart``.
    :param on_widespread: drift is ``widespread``.
    :param on_displaced: features are ``displaced``.
    :param on_far_target: single targets lie far outside what the baseline leads to expect, see
        :mod:`include.autopilot.drift.fence`; ``on_far_feature``: numbers of a feature do.
    :param on_echo: a feature repeats the target, see :mod:`include.autopilot.drift.echo`.
    """

    fdr: Annotated[float, Field(gt=0, lt=1)] = 0.01
    psi: Annotated[float, Field(ge=0)] = 0.1
    missing: Share = 0.05
    outside: Share = 0.05
    apart: Share = 0.9
    widespread: Share = 0.5
    displaced: Share = 0.2
    on_feature: Action = "warn"
    on_target: Action = "warn"
    on_missing: Action = "warn"
    on_outside: Action = "warn"
    on_emptied: Action = "block"
    on_new_label: Action = "block"
    on_apart: Action = "block"
    on_widespread: Action = "warn"
    on_displaced: Action = "block"
    on_far_target: Action = "block"
    on_far_feature: Action = "warn"
    on_echo: Action = "warn"
