"""Months and days of the week in the languages that tables come in, in full and shortened."""

from __future__ import annotations

# English, German, French, Spanish, Italian, Portuguese, Dutch. No word means two months.
_MONTHS = (
    "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar feber février fevrier févr fevr febrero febbraio fevereiro fev februari",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
)
_WEEKDAYS = (
    "monday mon montag mo lundi lun lunes lunedì lunedi segunda maandag "
    "tuesday tue tues dienstag di mardi mar martes martedì martedi terça terca dinsdag "
    "wednesday wed mittwoch mi mercredi mer miércoles miercoles mié mercoledì mercoledi quarta woensdag "
    "thursday thu thur thurs donnerstag do jeudi jeu jueves jue giovedì giovedi gio quinta donderdag "
    "friday fri freitag fr vendredi ven viernes vie venerdì venerdi sexta vrijdag "
    "saturday sat samstag sonnabend sa samedi sam sábado sabado sáb sabato sab zaterdag "
    "sunday sun sonntag so dimanche dim domingo dom domenica zondag"
)

MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
WEEKDAYS = frozenset(_WEEKDAYS.split())
