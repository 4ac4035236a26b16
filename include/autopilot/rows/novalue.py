"""What tools and people write where there is no value, in keys and among numbers."""

from __future__ import annotations

from include.autopilot.rows.identity import normal

# As they are after all rules of spelling, in small letters.
NO_VALUE = frozenset(
    {
        *("null", "(null)", "[null]", "<null>", "#null!", "nil", "none", "(none)", "[none]", "<none>", "\\n"),
        *("nan", "-nan", "nat", "<nat>", "pd.na", "na_character_", "na", "<na>", "n/a", "#n/a", "#n/a n/a", "#na"),
        *("1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "-nan(ind)", "n.a.", "n.a", "n / a", "n.d.", "nd"),
        *("k.a.", "n.v.", "n.k.", "n/k", "tbd", "tba", "tbc", "todo"),
        *("missing", "unknown", "<unk>", "undefined", "unspecified", "unassigned", "void"),
        *("empty", "(empty)", "<empty>", "blank", "(blank)", "dummy", "placeholder"),
        *("no id", "no key", "no value", "no name", "no data", "none given", "unnamed", "untitled"),
        *("not available", "not applicable", "not assigned", "not known", "not set", "not given", "not recorded"),
        *("#ref!", "#value!", "#name?", "#div/0!", "#num!", "#spill!", "#calc!", "#error!", "#error", "error"),
        # Excel in German.
        *("#nv", "#wert!", "#bezug!"),
        # The UUID that says that there is none.
        normal("0" * 8 + "-0000-0000-0000-" + "0" * 12),
    }
)
