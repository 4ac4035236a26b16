"""Yes and no in many spellings."""

from __future__ import annotations

from collections.abc import Iterable

from include.cells.decision import NOTHING, Decision, counted

# Letters mean other things elsewhere, so a column is read in one language. Numbers alone are numbers, and come before.
_SPELLINGS = {
    "English": (
        "yes y true t on 1 1.0 ✓ ✔ ☑ checked enabled active",
        "no n false f off 0 0.0 ✗ ✘ ☐ unchecked disabled inactive",
    ),
    "German": ("ja j wahr w ein 1 an aktiv", "nein n falsch f aus 0 inaktiv"),
    "French": ("oui o vrai v 1 actif", "non n faux f 0 inactif"),
    "Spanish": ("sí si s verdadero v 1 activo", "no n falso f 0 inactivo"),
    "Italian": ("sì si s vero v 1 attivo", "no n falso f 0 inattivo"),
    "Portuguese": ("sim s verdadeiro v 1 ativo", "não nao n falso f 0 inativo"),
    "Dutch": ("ja j waar w aan 1 actief", "nee n onwaar o uit 0 inactief"),
}
_WORDS = {
    language: {**dict.fromkeys(yes.split(), True), **dict.fromkeys(no.split(), False)}
    for language, (yes, no) in _SPELLINGS.items()
}
LANGUAGES = tuple(_WORDS)


def read_boolean(text: str, language: str) -> bool | None:
    """Return what a text says in a language, or None."""
    return _WORDS[language].get(text.lower())


def decide_booleans(texts: Iterable[str]) -> Decision:
    """Decide in which language a column says yes and no; both must occur."""
    counts = counted(texts)
    best = NOTHING
    for language in LANGUAGES:
        said = {text: read_boolean(text, language) for text in counts}
        share = sum(counts[text] for text, value in said.items() if value is not None) / max(1, counts.total())
        if share > best.share and {True, False} <= set(said.values()):
            best = Decision((language,), f"yes and no in {language}", share)
    return best
