"""Which names say that what they name is a secret: ``DB_PWD`` and ``apiKey`` do; ``max_tokens``, ``passthrough`` not.

A name is read word by word (``_``, ``-``, capitals and digits part them), so that a secret word inside another one,
such as ``pass`` in ``compass``, means nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal

# always: whatever the value is. texts: unless the value is a number. word: the same, and in running text often just a
# word. long: only a value as long as a signature, since ``sig`` is a level of significance elsewhere.
Secrecy = Literal["always", "texts", "word", "long"]

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_LONGEST_NAME = 200

# Also as parts of a word: names are often written without any gap.
_ALWAYS = re.compile(
    r"secret|passw(?:or)?d|passphrase|passcode|credential|webhook|connectionstring"
    r"|(?:api|access|private|account|shared|signing|storage|subscription|master)key"
    r"|^(?:db|user|pg|my|sql|smtp|ftp|ssh|admin|root|mail|redis|ldap|proxy|http|key|cert|store|sa)?(?:pass|pwd|pw)$"
)
_TOKEN = re.compile(r"^(?:api|access|auth|session|refresh|id|bearer|bot|hf|github|gitlab|slack)?token$")
_TEXTS = frozenset({"authorization", "bearer", "cookie", "jwt", "sas"})
# Last in a name: what one is let in with.
_AUTH = frozenset({"auth", "authtoken"})
_LONG = frozenset({"sig", "signature"})
_KEYS_OF = frozenset(
    {"api", "access", "private", "secret", "account", "shared", "signing", "storage", "subscription", "master", "ssh"}
    | {"encryption", "decryption", "cipher", "fernet", "aes", "hmac", "jwt", "auth", "client", "consumer", "license"}
    | {"openai", "anthropic", "mistral", "cohere", "groq", "gemini", "wandb", "comet", "neptune", "stripe", "sendgrid"}
    | {
        "mailgun",
        "twilio",
        "datadog",
        "fireworks",
        "pinecone",
        "tavily",
        "serpapi",
        "huggingface",
        "azure",
        "gcp",
        "ai",
    }
)
_PAIRS = frozenset({("connection", "string"), ("conn", "str"), ("basic", "auth"), ("http", "auth"), ("proxy", "auth")})
# Last in a name: it is about a secret, and holds none.
_ABOUT = frozenset({"column", "columns", "field", "fields", "name", "names", "length"})
# Beside these a token is a piece of text, and a pass a round.
_LANGUAGE = re.compile(
    r"^(?:pad|eos|bos|unk|cls|sep|mask|max|min|num|n|count|limit|length|len|type|size|per|classification|embeddings?"
    r"|vocab|special|budget|window|level|stop|start|end|image|ids|dropout|new|norm"
    r"|dims?|next|request|continuation|page|pagination|idempotency)$"
)
_ROUNDS = re.compile(
    r"^(?:through|thru|rate|count|fail|band|filter|low|high|all|single|multi|one|two|first|second|forward|backward"
    r"|full|sub|max|min|num|n)$"
)


@lru_cache(maxsize=4096)
def secrecy(name: str) -> Secrecy | None:
    """Return what a name says of its value, None for nothing."""
    words = [word.lower() for word in _WORD.findall(name[:_LONGEST_NAME])]
    pairs = set(pairwise(words))
    if _ABOUT & set(words[-1:]):
        return None
    if any(_is_always(word, words) for word in words) or words[-1:] == ["private"]:
        return "always"
    if any(last in ("key", "keys") and first in _KEYS_OF for first, last in pairs) or pairs & _PAIRS:
        return "always"
    if _TEXTS & set(words) or _AUTH & set(words[-1:]) or any(_is_token(word, words) for word in words):
        return "word" if len(words) == 1 else "texts"
    if ("tokens" in words) and any(last == "tokens" and first in _KEYS_OF | {"auth"} for first, last in pairs):
        return "texts"
    return "long" if _LONG & set(words) else None


def _is_always(word: str, words: list[str]) -> bool:
    return bool(_ALWAYS.search(word)) and not (word == "pass" and any(map(_ROUNDS.match, words)))


def _is_token(word: str, words: list[str]) -> bool:
    return bool(_TOKEN.match(word)) and not any(map(_LANGUAGE.match, words))
