"""Numbers as people write them: with a currency, a percent sign or a unit, in groups of thousands, with a comma."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from include.cells.decision import NOTHING, Decision, counted

POINT, COMMA = ".", ","
_CURRENCIES = """
AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PEN
PHP PKR PLN RMB RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR FR KR RS SFR ZŁ KČ LEI FT EURO EUROS
"""
_CODES = frozenset(_CURRENCIES.split())
_TIMES = {"k": 1e3, "thousand": 1e3, "mio": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "mrd": 1e9, "billion": 1e9}
# M and B are short for millions and billions beside a currency; elsewhere they may be metres or a house number.
_TIMES_OF_MONEY = {"m": 1e6, "b": 1e9, "t": 1e3}
# The hyphen last: these stand between brackets. The others are a minus sign and a dash.
_MINUS = "\u2212\u2013-"
_APOSTROPHES = "'\u2019"
_BLANKS = " \u00a0\u202f"
_LETTERS = r"[^\W\d_]"
_AFFIX = "|".join(
    (
        rf"(?:{_LETTERS}{{1,3}}\.?)?[^\w\s.,()+{_APOSTROPHES}{_MINUS}]",
        rf"{_LETTERS}{{1,10}}\.?",
        rf"{_LETTERS}{{1,3}}/{_LETTERS}{{1,3}}",
        f"°{_LETTERS}",
    )
)
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+{_MINUS}])?\s*(?P<before>{_AFFIX})?\s*(?P<other>[+{_MINUS}])?\s*"
    rf"(?P<digits>[0-9](?:[0-9.,{_APOSTROPHES}{_BLANKS}]*[0-9])?|[.,][0-9]+)"
    rf"(?:\s*(?P<times>thousand|million|billion|mio|mrd|bn|mn|[kmbt])(?![^\W\d_]))?"
    rf"\s*(?P<after>{_AFFIX})?\s*(?P<trailing>[{_MINUS}])?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_GROUPS = {POINT: f",{_APOSTROPHES}{_BLANKS}", COMMA: f".{_APOSTROPHES}{_BLANKS}"}
_WHOLE = {
    mark: re.compile(
        # No group of thousands begins with a zero: 0,234 has a decimal comma. 0,000 is nothing, whatever its comma.
        rf"(?:[0-9]+|[1-9][0-9]{{0,2}}([{re.escape(groups)}])[0-9]{{3}}(?:\1[0-9]{{3}})*|0[{re.escape(groups)}]000"
        # India counts in lakh: 12,34,567.
        + (r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if mark == POINT else "")
        + rf")?(?:{re.escape(mark)}[0-9]+)?"
    )
    for mark, groups in _GROUPS.items()
}


@dataclass(frozen=True)
class Amount:
    """A text taken apart.

    :param unit: what it is an amount of, in one spelling; empty where the text does not say.
    :param factor: what the digits are to be multiplied by, negative for an amount below zero.
    """

    digits: str
    unit: str
    factor: float


def read_amount(text: str, decimal: str, unit: str) -> float | None:
    """Return the number that a text states, or None where it is no amount of this form.

    :param decimal: the decimal mark.
    :param unit: what it must be an amount of; where that is a currency, a bare number is one, too.
    """
    found = _taken_apart(text)
    if found is None or not (found.unit == unit or (not found.unit and _is_currency(unit))):
        return None
    return _value(found, decimal)


def decide_amounts(texts: Iterable[str]) -> Decision:
    """Decide what a column's amounts are of, and which sign is the decimal mark."""
    counts = counted(texts)
    apart = {text: _taken_apart(text) for text in counts}
    units: Counter[str] = Counter()
    for text, found in apart.items():
        if found is not None:
            units[found.unit] += counts[text]
    if not units:
        return NOTHING
    unit = next((name for name, _ in units.most_common() if _is_currency(name)), units.most_common(1)[0][0])
    fitting, differ = dict.fromkeys((POINT, COMMA), 0), False
    for text, count in counts.items():
        values = {mark: read_amount(text, mark, unit) for mark in fitting}
        for mark, value in values.items():
            fitting[mark] += count * (value is not None)
        differ |= None not in values.values() and values[POINT] != values[COMMA]
    decimal = COMMA if fitting[COMMA] > fitting[POINT] else POINT
    undecided = ""
    if differ and fitting[POINT] == fitting[COMMA]:
        undecided = "every value can be read with a decimal comma, too; a point is what plain numbers have"
    of = f"amounts of {unit}" if unit else "numbers"
    told = f"{of} with a decimal {'point' if decimal == POINT else 'comma'}"
    return Decision((decimal, unit), told, fitting[decimal] / counts.total(), undecided)


def _taken_apart(text: str) -> Amount | None:
    found = _AMOUNT.fullmatch(text)
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    before, after, times = (found[name] or "" for name in ("before", "after", "times"))
    # In front of a number letters are a currency or, like B7, a name.
    if before and (not _is_currency(_spelt(before)) or (after and _spelt(before) != _spelt(after))):
        return None
    unit = _spelt(before or after)
    factor, unit = _factor(times.lower(), unit)
    signs = [found[name] for name in ("sign", "other", "trailing") if found[name]]
    if len(signs) + bool(found["open"]) > 1:
        return None
    return Amount(found["digits"], unit, -factor if found["open"] or (signs and signs[0] in _MINUS) else factor)


def _factor(times: str, unit: str) -> tuple[float, str]:
    """Return what a word like million multiplies by, or the letter as a unit, and the unit."""
    if not times:
        return 1.0, unit
    if times in _TIMES:
        return _TIMES[times], unit
    if _is_currency(unit):
        return _TIMES_OF_MONEY[times], unit
    return 1.0, times + unit


def _spelt(affix: str) -> str:
    """Return a unit in one spelling: a currency in capitals; one year is years."""
    plain = affix.rstrip(".")
    if plain.upper() in _CODES or not plain[-1:].isalpha():
        return plain.upper()
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") else plain


def _is_currency(unit: str) -> bool:
    return unit in _CODES or any(unicodedata.category(sign) == "Sc" for sign in unit)


def _value(amount: Amount, decimal: str) -> float | None:
    if not _WHOLE[decimal].fullmatch(amount.digits):
        return None
    digits = re.sub(f"[{re.escape(_GROUPS[decimal])}]", "", amount.digits).replace(decimal, ".")
    value = float(digits) * amount.factor
    return value if abs(value) < float("inf") else None
