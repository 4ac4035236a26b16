"""Many small objects that are written once: each is read once per process, at first by way of their bundle.

A listing says which objects there are and with which ETags, so what is remembered is never out of date.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from include.autopilot.base.errors import AutopilotError
from include.autopilot.base.locations import Locations
from include.autopilot.overview.legible import Legible, legible
from include.autopilot.s3.bundle import Bundle

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)
Summary = TypeVar("Summary")
# A summary takes about a kilobyte.
_MOST = 100_000
_AT_ONCE = 8
_known: dict[tuple[str, str], Legible[Any]] = {}


def summaries(
    s3: S3Client, locations: Locations, folder: str, summary: Callable[[Any], Summary]
) -> tuple[list[Summary], tuple[str, ...]]:
    """Return what is worth remembering of a folder's JSON objects, in key order, and a sentence per unreadable one.

    What had to be read one by one is left in the folder's bundle for others, where that may be written.

    :param summary: makes it of an object's content; always the same function for a folder.
    :raises MissingObjectError: there is no such bucket.
    """
    bundle = Bundle(s3, locations, folder)
    places = {uri: (uri, bundle.etag(uri)) for uri in bundle.uris if uri.endswith(".json")}
    found: dict[str, Legible[Summary]] = {uri: _known[place] for uri, place in places.items() if place in _known}
    new = [uri for uri in places if uri not in found]
    if len(_known) + len(new) > _MOST:
        _known.clear()
    for uri, body in zip(new, _read(bundle, new), strict=True):
        if body.content is None:
            found[uri] = Legible(None, body.problem)
        else:
            found[uri] = _known[places[uri]] = legible(uri, partial(_summarised, summary, body.content))
    _keep(bundle)
    told = [found[uri] for uri in places]
    return [one.content for one in told if one.content is not None], tuple(one.problem for one in told if one.problem)


def _summarised(summary: Callable[[Any], Summary], body: bytes) -> Summary:
    return summary(json.loads(body))


def _read(bundle: Bundle, uris: list[str]) -> list[Legible[bytes]]:
    def one(uri: str) -> Legible[bytes]:
        return legible(uri, lambda: bundle.read(uri))

    # The first one loads the bundle; what is not in it is worth asking for at once.
    first = [one(uri) for uri in uris[:1]]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [*first, *pool.map(one, uris[1:])]


def _keep(bundle: Bundle) -> None:
    try:
        bundle.keep()
    except (AutopilotError, ClientError) as error:
        # Who may only read reads the objects themselves, once per process.
        log.info("the bundle is not written: %s", error)
