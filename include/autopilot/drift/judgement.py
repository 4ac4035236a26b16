"""What is done about the drift of a column, and of a whole file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from include.autopilot.base.shortened import shortened
from include.autopilot.drift.columns import ColumnDrift, Outcome, Test
from include.autopilot.settings.drift import Action, DriftConfig

# Fewer drifted columns than this say nothing about a whole file, however small their number makes the file.
_FEWEST = 3
# The share of a column's values, of those that the baseline never had, above which it looks like another column.
_MOST = 0.5
_SHOWN = 3
_LONGEST = 40


def judge(column: ColumnDrift, rules: DriftConfig) -> ColumnDrift:
    """Return the column with its action, the gravest of its reasons', and the reasons.

    :param column: one whose q-values are known.
    """
    column = replace(column, moves_on=column.moves_on and column.role == "feature" and _shifted(column, rules))
    found = [(action, reason) for action, reason in _findings(column, rules) if action != "off"]
    actions = {action for action, _ in found}
    outcome: Outcome = "block" if "block" in actions else "warn" if "warn" in actions else "none"
    return replace(column, action=outcome, reasons=tuple(reason for _, reason in found))


def judge_file(columns: Sequence[ColumnDrift], rules: DriftConfig) -> list[tuple[Action, str]]:
    """Return what concerns the whole file: an action and a sentence each.

    Rows that resemble each other more than the baseline's do, such as one chemical series, shift many features and stay
    in the ranges seen before. Values that the baseline never had, in feature after feature, are another matter.
    """
    features = [column for column in columns if column.role == "feature" and not column.moves_on]
    displaced = [column for column in features if _never_had(column, rules) > _MOST]
    names = {column.name for column in displaced}
    tested = [column for column in features if "values" in column.p or column.name in names]
    drifted = [column for column in tested if _shifted(column, rules) or column.name in names]
    found: list[tuple[Action, str]] = []
    if rules.on_displaced != "off" and _many(displaced, tested, rules.displaced):
        text = (
            f"{len(displaced)} of {len(tested)} features that vary hold mostly values that the baseline never had, "
            f"among them {', '.join(_displaced(column, rules) for column in displaced[:_SHOWN])}. See whether the "
            "columns are in their places and in their units; if the data really is another, search for a new template."
        )
        found.append((rules.on_displaced, text))
    # What is displaced is widespread, too, and need not be told twice.
    wanted = rules.on_widespread == "block" or (rules.on_widespread == "warn" and not found)
    if wanted and _many(drifted, tested, rules.widespread):
        text = (
            f"{len(drifted)} of {len(tested)} features that vary are distributed differently. Rows that resemble each "
            "other, such as one chemical series, look like this, and then nothing needs to be done. If they do not, "
            "see whether the columns are in their places and in their units."
        )
        found.append((rules.on_widespread, text))
    return found


def _never_had(column: ColumnDrift, rules: DriftConfig) -> float:
    """Return the share of a feature's values that the baseline never had, or never had in this form."""
    foreign = max(0.0, _foreign(column, rules))
    return foreign + (1 - foreign) * ((column.outside or 0) if _shifted(column, rules) else 0)


def _displaced(column: ColumnDrift, rules: DriftConfig) -> str:
    why = f" (not {column.form}{_instead(column)})" if _foreign(column, rules) > _MOST else ""
    return f"{column.name!r}{why}"


def _many(found: Sequence[ColumnDrift], tested: Sequence[ColumnDrift], share: float) -> bool:
    return len(found) >= max(_FEWEST, share * len(tested))


def _findings(column: ColumnDrift, rules: DriftConfig) -> Iterator[tuple[Action, str]]:
    target = column.role == "target"
    if _counts(column, "missing", rules):
        if column.emptied:
            yield rules.on_emptied, f"it has no value at all; {column.missing_before:.0%} were missing before"
        elif abs(column.missing_now - column.missing_before) >= rules.missing:
            yield rules.on_missing, f"{column.missing_now:.1%} are missing; {column.missing_before:.1%} were before"
    if abs(unread := _unread(column, rules)) >= rules.missing:
        now, before = f"{column.unread_now:.1%}", f"{column.unread_before:.1%}"
        # Most of the values in another form are other values, too; n/a in every row is as good as nothing.
        others = rules.on_feature if _foreign(column, rules) > _MOST else "off"
        emptied = rules.on_emptied if column.emptied else "off"
        action = max((rules.on_missing, others, emptied), key=("off", "warn", "block").index)
        instead = _instead(column) if unread > 0 else ""
        yield action, f"{now} of its values are not {column.form}{instead}; {before} were not before"
    if target and column.kind == "categorical" and column.unseen:
        fix = "search for a template that knows it, or take these rows out"
        yield rules.on_new_label, f"the baseline does not have the class {_named(column.unseen)}; {fix}"
    if not column.moves_on:
        yield from _moved(column, rules)


def _moved(column: ColumnDrift, rules: DriftConfig) -> Iterator[tuple[Action, str]]:
    target = column.role == "target"
    if _shifted(column, rules):
        yield (rules.on_target if target else rules.on_feature), _shift(column)
    if target and _counts(column, "values", rules) and (column.distance or 0) >= rules.apart:
        yield rules.on_apart, "its values have hardly anything in common with the baseline's; see to its unit"
    if _counts(column, "outside", rules) and (column.outside or 0) >= rules.outside and column.range_before:
        low, high = column.range_before
        yield rules.on_outside, f"{column.outside:.0%} of its values lie outside {low:g} to {high:g}"


def _unread(column: ColumnDrift, rules: DriftConfig) -> float:
    """Return how many more of its filled cells are not written as the baseline's amounts are, as a share.

    0 where that may be chance.
    """
    return (column.unread_now or 0) - (column.unread_before or 0) if _counts(column, "unread", rules) else 0.0


def _foreign(column: ColumnDrift, rules: DriftConfig) -> float:
    """Return how many more of its cells that state something do so in another form, as a share.

    0 where that may be chance.
    """
    return (column.foreign_now or 0) - (column.foreign_before or 0) if _counts(column, "foreign", rules) else 0.0


def _instead(column: ColumnDrift) -> str:
    return "" if column.unread_like is None else f", but cells like {_named([column.unread_like])}"


def _counts(column: ColumnDrift, test: Test, rules: DriftConfig) -> bool:
    """Whether a test's result is beyond chance."""
    return column.q.get(test, 1.0) <= rules.fdr


def _shifted(column: ColumnDrift, rules: DriftConfig) -> bool:
    return _counts(column, "values", rules) and (column.psi or 0) >= rules.psi


def _shift(column: ColumnDrift) -> str:
    distance = "total variation" if column.ks is None else "KS"
    figures = f"PSI {column.psi:.2f}, {distance} {column.distance:.2f}, q {column.q['values']:.1g}"
    unseen = f", new: {_named(column.unseen)}" if column.unseen else ""
    return f"its values shifted ({figures}{unseen})"


def _named(values: Sequence[str]) -> str:
    shown = ", ".join(repr(shortened(value, _LONGEST)) for value in values[:_SHOWN])
    return shown + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")
