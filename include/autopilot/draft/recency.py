"""Whether the newest rows can judge a drafted model: they are kept out of the search of its first drop."""

from __future__ import annotations

from include.autopilot.base.metrics import REGRESSION
from include.autopilot.base.numbers import is_blank
from include.autopilot.draft.blank import Draft
from include.autopilot.draft.cut import Cut
from include.autopilot.draft.table import Table
from include.autopilot.draft.typednames import listed
from include.autopilot.drops.recent import recent_keys
from include.autopilot.requests.searchrequest import FEWEST_ROWS


def why_sealed(table: Table, cut: Cut | None, draft: Draft) -> str | None:
    """Return why the holdout must judge a model, not the newest rows of its first drop; None where these can.

    :param cut: which rows are sealed; None: the drop has all of them.
    """
    sealed = cut.sealed if cut else [False] * len(table.rows)
    columns = zip(table.column(draft.key).cells, table.column(draft.target).cells, sealed, strict=True)
    drop = {name.strip(): told.strip() for name, told, out in columns if not (out or is_blank(told))}
    ((*judging,),) = recent_keys([list(drop)], draft.recent.share, draft.recent.rows)
    left = {name: told for name, told in drop.items() if name not in set(judging)}
    if len(left) < FEWEST_ROWS:
        return (
            f"the newest rows would judge and leave {len(left):,} of the first drop's {len(drop):,} to the search, and "
            f"Autopilot takes {FEWEST_ROWS} or more"
        )
    missing = sorted(set(drop.values()) - set(left.values())) if draft.problem_type != REGRESSION else []
    if missing:
        return f"the newest rows would judge, and without them the first drop has no row of {listed(missing)} to learn"
    return None
