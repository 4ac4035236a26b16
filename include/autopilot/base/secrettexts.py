"""Secrets inside a text: tokens by their form, values beside a name that says so, key blocks, and what is in addresses.

Every pattern takes time that grows with the text and no faster, whatever the text is: it begins where a run of its own
characters begins (the lookbehind), and takes the run without ever giving back (``++``). No character is read more often
than there are patterns, twice at most.
"""

from __future__ import annotations

import base64
import binascii
import re

from include.autopilot.base.secretaddresses import MASK as MASK
from include.autopilot.base.secretaddresses import hide_addresses
from include.autopilot.base.secretnames import Secrecy, secrecy
from include.autopilot.base.secretsaid import hide_said

_FORMS = re.compile(
    "|".join(
        (
            r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![A-Z0-9])",  # AWS: ids of keys
            r"(?<![\w/+=-])(?:FwoGZXIvYXdz|IQoJb3JpZ2lu|FQoGZXIvYXdz|FQoDYXdz)[\w/+=%-]{20,}+",  # AWS: session tokens
            r"(?<!\w)gh[opsur]_\w{20,}+",  # GitHub
            r"(?<!\w)github_pat_\w{20,}+",
            r"(?<![\w-])gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-[\w.-]{16,}+",  # GitLab
            r"(?<![\w-])xox[a-z]-[\w-]{10,}+",  # Slack
            r"(?<![\w-])xapp-[\w-]{10,}+",
            r"(?<!\w)hf_[A-Za-z0-9]{20,}+",  # Hugging Face
            r"(?<!\w)api_org_[A-Za-z0-9]{20,}+",
            r"(?<![\w-])sk-(?:proj|ant|svcacct|admin|or)-[\w-]{16,}+",  # OpenAI, Anthropic and others
            r"(?<![\w-])sk-[A-Za-z0-9]{32,}+",
            r"(?<!\w)[srpw][kh]_(?:live|test)_\w{10,}+",  # Stripe
            r"(?<!\w)whsec_[\w/+=]{16,}+",
            r"(?<!\w)npm_[A-Za-z0-9]{20,}+",
            r"(?<![\w-])pypi-[\w-]{20,}+",
            r"(?<![\w.-])SG\.[\w-]{16,}+\.[\w-]{16,}+",  # SendGrid
            r"(?<![\w-])AIza[\w-]{30,}+",  # Google
            r"(?<![\w.-])ya29\.[\w-]{20,}+",
            r"(?<![\w-])GOCSPX-[\w-]{20,}+",
            r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+){0,3}",  # signed tokens (JWT)
            r"(?<!\w)(?:dop|doo|dor)_v1_\w{20,}+",  # DigitalOcean
            r"(?<!\w)dckr_pat_[\w-]{20,}+",  # Docker
            r"(?<!\w)dapi[0-9a-f]{32}(?!\w)",  # Databricks
            r"(?<![\w.-])hv[sb]\.[\w-]{20,}+",  # Vault
            r"(?<!\w)shp(?:at|ca|pa|ss)_\w{20,}+",  # Shopify
            r"(?<!\w)lin_api_\w{20,}+",
            r"(?<!\w)gsk_\w{20,}+",
            r"(?<!\w)r8_\w{20,}+",
            r"(?<![\w-])(?:nvapi|xai|pplx)-[\w-]{20,}+",
            r"(?<![\w-])key-[0-9a-f]{32}(?!\w)",  # Mailgun
            r"(?<!\w)(?:SK|AC)[0-9a-f]{32}(?!\w)",  # Twilio
            r"(?<![\w:-])(?:bot)?\d{8,10}:AA[\w-]{33}(?![\w-])",  # Telegram
            r"(?<!\w)(?:ATATT|ATCTT|ATBB)[\w=-]{20,}+",  # Atlassian
            r"(?<!\w)(?:glsa|sntry[su]|figd|lsv2_(?:pt|sk))_[\w+/=-]{20,}+",  # Grafana, Sentry, Figma, LangSmith
            r"(?<!\w)(?:glc|rubygems|sbp|tfp|cio|ntn|vercel|ddp|phx)_[A-Za-z0-9]{20,}+",
            r"(?<!\w)secret_[A-Za-z0-9]{40,}+",  # Notion
            r"(?<![\w-])(?:PMAK|NRAK|FLWSECK|sq0(?:atp|csp)|tskey-[a-z]{3,10}|fio-u)-[\w-]{20,}+",
            r"(?<![\w-])pul-[0-9a-f]{40}(?!\w)",  # Pulumi
            r"(?<!\w)EZ[AT]K\w{40,}+",  # EasyPost
            r"(?<![\w.-])(?:\w{10,40}\.)?atlasv1\.[\w-]{20,}+",  # Terraform
            r"(?<![\w.-])dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}+",  # Doppler
            r"(?<![\w.-])dt0[a-z]\d{2}\.[\w.-]{20,}+",  # Dynatrace
            r"(?<![\w/.-])1//0[\w-]{20,}+",  # Google: refresh tokens
            r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])",  # Azure: secrets of applications
            r"(?<![\w+/=])LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FUR)[\w+/=]{20,}+",  # any of the key blocks below, in base64
            r"(?<![\w-])AGE-SECRET-KEY-1\w{20,}+",
            # Addresses that anybody may write to who knows them, also without https:// before them.
            r"(?i:hooks\.slack\.com/|discord(?:app)?\.com/api/(?:v\d{1,3}/)?webhooks/|webhook\.office\.com/)[^\s\"'<>\\]{8,}+",
        )
    )
)
_KEY_ID = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Z0-9])")
# A secret access key has no form of its own: 40 characters, of which only the company tells what they are.
_ACCESS_KEY = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_HEADER = re.compile(r"(?<![\w-])((?i:bearer|basic)\s{1,3})([\w.~+/=-]{8,}+)")
# A name and what parts it from its value; quotes may stand around both, with backslashes in a text inside a text.
_NAMED = re.compile(
    r"(?<![\w.-])([A-Za-z_-][\w.-]*+)(?:\\{0,8}[\"'])?\]?"
    r"([ \t]{0,40}\s{0,3}(?:=>|:=|==|[=:]|%3[AaDd])[ \t]{0,40}\s{0,3})(?:[rbfuRBFU]{1,2}(?=[\"']))?(\\{0,8})([\"']?)"
)
_FLAG = re.compile(r"(?<![\w-])--?([A-Za-z][\w-]*+)(\s{1,3})(\\{0,8})([\"']?)(?=[^\s-])")
# A text of YAML on lines of its own.
_FOLDED = re.compile(r"[|>][+-]?[ \t]*\n(?:[ \t]++[^\n]*+\n?)++")
# Their values are lists of names and values, each of which may be one.
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_PART = r"[\w-]++=(?:\"[^\"\n]*+\"|[^\s;,\"']*+)"
_PARTS = re.compile(rf"{_PART}(?:[;,]\s{{0,3}}{_PART})*+")
_BARE = re.compile(r"[^\s\"'&;,]*+(?:,(?![\s]|[\w.-]++[\"']?[=:])[^\s\"'&;,]*+)*+")
_SCHEME = re.compile(r"(?i:bearer|basic|digest|token|apikey|negotiate|aws4-hmac-sha256)\s{1,3}")
_TRIVIAL = frozenset(
    {"", "true", "false", "none", "null", "yes", "no", "auto", "basic", "bearer", "iam", "sigv4", MASK}
)
# A longer value that is no secret is not searched for names: each of them would read the rest again.
_LONGEST_READ_AGAIN = 200
_LONG = 16
_TOKEN_LENGTH = 8


def hide(text: str) -> str:
    """Return the text with ``***`` for every secret in it."""
    text = _hide_blocks(text)
    text = hide_addresses(text)
    text = _hide_named(_NAMED, text)
    text = _hide_named(_FLAG, text)
    text = _HEADER.sub(_header, hide_said(text))
    beside_a_key_id = _KEY_ID.search(text) is not None
    text = _FORMS.sub(MASK, text)
    return _ACCESS_KEY.sub(_access_key, text) if beside_a_key_id else text


def is_hidden(value: str, kind: Secrecy, in_text: bool = False) -> bool:
    """Whether a value is a secret because its name is of that kind; addresses in AWS and S3 are not.

    :param in_text: the name stands in running text, where ``token`` is often just a word.
    """
    value = value.strip()
    if value.lower() in _TRIVIAL or value.startswith(("arn:aws", "s3://", "alias/")):
        return False
    if kind == "long":
        return len(value) >= _LONG
    if kind == "word":
        digits = any(letter.isdigit() for letter in value)
        return not in_text or len(value) >= _LONG or (digits and len(value) >= _TOKEN_LENGTH)
    return True


def _hide_blocks(text: str) -> str:
    kept, place = [], 0
    while begin := _BLOCK.search(text, place):
        kept += [text[place : begin.start()], MASK]
        end = text.find("-----END", begin.end())
        close = text.find("-----", end + len("-----END")) if end >= 0 else -1
        place = close + len("-----") if close >= 0 else len(text)
    return "".join([*kept, text[place:]]) if kept else text


def _header(found: re.Match[str]) -> str:
    value = found[2]
    if found[1].strip().lower() == "basic":
        try:
            secret = b":" in base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            secret = False
    else:
        secret = len(value) > _LONG or any(letter.isdigit() for letter in value)
    return f"{found[1]}{MASK}" if secret else found[0]


def _access_key(found: re.Match[str]) -> str:
    mixed = (str.isupper, str.islower, str.isdigit)
    return MASK if all(any(map(test, found[0])) for test in mixed) else found[0]


def _hide_named(pattern: re.Pattern[str], text: str) -> str:
    kept, place = [], 0
    for found in pattern.finditer(text):
        kind = secrecy(found[1])
        if kind is None or found.start() < place or _is_part_of_arn(text, found):
            continue
        begin, end = found.end(), _end(text, found)
        # An argument or a variable is meant as such also in running text.
        meant = found[1].startswith("-") or found[1].isupper()
        if is_hidden(text[begin:end], kind, in_text=not meant):
            kept += [text[place:begin], MASK]
            place = end
        elif end - begin > _LONGEST_READ_AGAIN:
            kept.append(text[place:end])
            place = end
    return "".join([*kept, text[place:]]) if kept else text


def _is_part_of_arn(text: str, found: re.Match[str]) -> bool:
    """Whether the name has a colon on both sides, as in ``arn:aws:secretsmanager:us-east-1:1:secret:x``."""
    return found[2] == ":" and text[found.start() - 1 : found.start()] == ":"


def _end(text: str, found: re.Match[str]) -> int:
    """Return where the value ends that begins behind a name: at its closing quote, or where a bare word ends."""
    escape, quote = found[3], found[4]
    begin = found.end()
    if quote:
        end = text.find(escape + quote, begin)
        while not escape and end > begin and text[end - 1] == "\\":
            end = text.find(quote, end + 1)
        if end >= 0:
            return end
    scheme = _SCHEME.match(text, begin)
    begin = scheme.end() if scheme else begin
    patterns = (_FOLDED, _PARTS, _BARE) if found[1].lower() in _HEADERS else (_FOLDED, _BARE)
    return next((bare.end() for pattern in patterns if (bare := pattern.match(text, begin))), begin)
