"""What the embedded SageMaker knows, in one SQLite file.

WAL mode and one transaction per change: a ``kill -9`` loses nothing that was answered. One connection behind one lock
serves all threads; every change of a resource goes through :meth:`Store.change`, so that a stop and a finish that meet
see each other.
"""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_NEVER = datetime.min.replace(tzinfo=UTC)  # a resource is stamped when it is stored
_SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    region TEXT NOT NULL, kind TEXT NOT NULL, identity TEXT NOT NULL, name TEXT NOT NULL, arn TEXT NOT NULL,
    status TEXT NOT NULL, created REAL NOT NULL, modified REAL NOT NULL, request TEXT NOT NULL, computed TEXT NOT NULL,
    PRIMARY KEY (region, kind, identity));
CREATE INDEX IF NOT EXISTS resource_by_age ON resource (region, kind, created, name);
CREATE TABLE IF NOT EXISTS tag (arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key));
CREATE TABLE IF NOT EXISTS candidate (
    job TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (job, name));
"""


class AlreadyThere(Exception):
    """The name is taken; carries the resource that has it."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(f"{resource.kind} {resource.name} exists")
        self.resource = resource


@dataclass(frozen=True)
class Resource:
    """One SageMaker resource: what was asked (``request``) and what became of it (``computed``).

    One that was read from the store can be hashed.
    """

    region: str
    kind: str
    name: str
    arn: str
    status: str
    request: Mapping[str, Any]
    computed: Mapping[str, Any] = field(default_factory=dict)
    created: datetime = _NEVER
    modified: datetime = _NEVER

    def with_(self, **computed: Any) -> Resource:
        """Return the same resource with more or other computed members; ``None`` removes one."""
        members = {key: value for key, value in {**self.computed, **computed}.items() if value is not None}
        return replace(self, computed=members)


@dataclass(frozen=True)
class Query:
    """Which resources a List call wants, after ``after`` = (sort value, name) of the page before.

    ``members`` are Describe members, of whatever kind, and the texts they must have. ``without`` are computed members
    that are left out: who lists hundreds does not want what only one description tells.
    """

    region: str
    kind: str
    sort: str = "created"  # created | name | status
    descending: bool = False
    name_contains: str | None = None
    status: str | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    created_after: datetime | None = None
    created_before: datetime | None = None
    modified_after: datetime | None = None
    modified_before: datetime | None = None
    after: tuple[Any, str] | None = None
    limit: int = 10
    without: tuple[str, ...] = ()


class Store:
    """The resources, tags and candidates of every region."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # Python 3.13 warns of one that nobody has closed.
        weakref.finalize(self, self._db.close)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA cache_size=-500")  # kB; the system keeps what was read as well
        self._db.executescript(_SCHEMA)
        self._heal()

    def close(self) -> None:
        """Close the file; every later call fails."""
        with self._lock:
            self._db.close()

    def _heal(self) -> None:
        """Take out the metrics that an earlier release stored as NaN or infinite: no query can look past them."""
        rows = self._db.execute("SELECT rowid, computed FROM resource WHERE NOT json_valid(computed)").fetchall()
        for row in rows:
            text = json.dumps(_without_infinite(json.loads(row["computed"])), allow_nan=False)
            self._db.execute("UPDATE resource SET computed=? WHERE rowid=?", (text, row["rowid"]))

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """Make everything in the ``with`` block one change: no other thread sees a part of it, no crash leaves one."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def insert(self, resource: Resource, tags: Iterable[Mapping[str, str]] = ()) -> Resource:
        """Store a new resource, stamped now; raises :class:`AlreadyThere` if its name is taken."""
        moment = now()
        stamped = replace(resource, created=moment, modified=moment)
        with self.atomically():
            taken = self.get(resource.region, resource.kind, resource.name)
            if taken:
                raise AlreadyThere(taken)
            self._write(stamped)
            self.add_tags(resource.arn, tags)
        return stamped

    def get(self, region: str, kind: str, name: str) -> Resource | None:
        """Return the resource of this name, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT * FROM resource WHERE region=? AND kind=? AND identity=?",
                (region, kind, _identity(kind, name)),
            ).fetchone()
        return _resource(row) if row else None

    def status(self, region: str, kind: str, name: str) -> str | None:
        """Return the status of the resource of this name, or None: :meth:`get` for those who ask often."""
        with self._lock:
            row = self._db.execute(
                "SELECT status FROM resource WHERE region=? AND kind=? AND identity=?",
                (region, kind, _identity(kind, name)),
            ).fetchone()
        return str(row["status"]) if row else None

    def change(self, region: str, kind: str, name: str, step: Callable[[Resource], Resource | None]) -> Resource | None:
        """Replace a resource by what ``step`` makes of it, atomically.

        ``step`` returns None to leave it alone; then, and if there is no such resource, None is returned.
        """
        with self._lock:
            found = self.get(region, kind, name)
            changed = step(found) if found else None
            if changed is None:
                return None
            stamped = replace(changed, modified=now())
            self._write(stamped)
            return stamped

    def delete(self, resource: Resource) -> None:
        """Forget a resource and its tags."""
        with self.atomically():
            self._db.execute(
                "DELETE FROM resource WHERE region=? AND kind=? AND identity=?",
                (resource.region, resource.kind, _identity(resource.kind, resource.name)),
            )
            self._db.execute("DELETE FROM tag WHERE arn=?", (resource.arn,))

    def find(self, query: Query) -> list[Resource]:
        """Up to ``query.limit`` resources in the order asked for."""
        sql, values = _select(query)
        with self._lock:
            return [_resource(row) for row in self._db.execute(sql, values).fetchall()]

    def unfinished(self) -> list[Resource]:
        """Every resource, of any region, that was running when it was last written."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM resource WHERE status IN ('InProgress', 'Stopping')").fetchall()
        return [_resource(row) for row in rows]

    def of_kind(self, kind: str, region: str | None = None) -> list[Resource]:
        """Every resource of a kind, of one region or of any."""
        sql = "SELECT * FROM resource WHERE kind=? AND region=coalesce(?, region) ORDER BY created"
        with self._lock:
            rows = self._db.execute(sql, (kind, region)).fetchall()
        return [_resource(row) for row in rows]

    def by_arn(self, arn: str) -> Resource | None:
        """Return the resource with this ARN, or None."""
        with self._lock:
            row = self._db.execute("SELECT * FROM resource WHERE arn=?", (arn,)).fetchone()
        return _resource(row) if row else None

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a resource by key, in key order."""
        with self._lock:
            rows = self._db.execute("SELECT key, value FROM tag WHERE arn=? ORDER BY key", (arn,)).fetchall()
        return {row["key"]: row["value"] for row in rows}

    def add_tags(self, arn: str, tags: Iterable[Mapping[str, str]]) -> None:
        """Add or overwrite tags, given as AWS gives them: ``{"Key": ..., "Value": ...}``."""
        with self._lock:
            self._db.executemany(
                "INSERT OR REPLACE INTO tag VALUES (?, ?, ?)", [(arn, tag["Key"], tag["Value"]) for tag in tags]
            )

    def remove_tags(self, arn: str, keys: Iterable[str]) -> None:
        """Remove tags; keys that are not there are passed over, as AWS does."""
        with self._lock:
            self._db.executemany("DELETE FROM tag WHERE arn=? AND key=?", [(arn, key) for key in keys])

    def put_candidate(self, job_arn: str, candidate: Mapping[str, Any]) -> None:
        """Add a candidate of an AutoML job, or replace the one of the same CandidateName."""
        with self._lock:
            self._db.execute(
                "INSERT INTO candidate VALUES (?, ?, ?) ON CONFLICT (job, name) DO UPDATE SET body=excluded.body",
                (job_arn, candidate["CandidateName"], _encode(candidate)),
            )

    def candidates(self, job_arn: str) -> list[dict[str, Any]]:
        """Return the candidates of an AutoML job in the order they were first put."""
        with self._lock:
            rows = self._db.execute("SELECT body FROM candidate WHERE job=? ORDER BY rowid", (job_arn,)).fetchall()
        return [_decode(row["body"]) for row in rows]

    def _write(self, resource: Resource) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                resource.region,
                resource.kind,
                _identity(resource.kind, resource.name),
                resource.name,
                resource.arn,
                resource.status,
                resource.created.timestamp(),
                resource.modified.timestamp(),
                _encode(resource.request),
                _encode(resource.computed),
            ),
        )


def now() -> datetime:
    """Return the time in whole milliseconds: what a client reads back is exactly what a filter compares with."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _identity(kind: str, name: str) -> str:
    """Return what makes a name unique: AutoML job names differ in more than case (CreateAutoMLJob's documentation)."""
    return name.lower() if kind == "AutoMLJob" else name


def _select(query: Query) -> tuple[str, list[Any]]:
    where = ["region=?", "kind=?"]
    values: list[Any] = [query.region, query.kind]
    filters: tuple[tuple[str, Any], ...] = (
        # The version of a model package follows its group's name after a slash, and is no part of the name.
        ("instr(substr(name, 1, instr(name || '/', '/') - 1), ?) > 0", query.name_contains),
        ("status = ?", query.status),
        ("created > ?", query.created_after),
        ("created < ?", query.created_before),
        ("modified > ?", query.modified_after),
        ("modified < ?", query.modified_before),
    )
    for clause, value in filters:
        if value is not None:
            where.append(clause)
            values.append(value.timestamp() if isinstance(value, datetime) else value)
    for member, text in query.members.items():
        where.append("coalesce(json_extract(computed, ?), json_extract(request, ?)) = ?")
        values += [f"$.{member}", f"$.{member}", text]
    if query.after is not None:
        where.append(f"({query.sort}, name) {'<' if query.descending else '>'} (?, ?)")
        values += query.after
    direction = "DESC" if query.descending else "ASC"
    order = f"{query.sort} {direction}, name {direction}"
    # Column names come from Query's own three words, never from a caller's text.
    computed = f"json_remove(computed{', ?' * len(query.without)})" if query.without else "computed"
    columns = f"region, kind, name, arn, status, created, modified, request, {computed} AS computed"
    sql = f"SELECT {columns} FROM resource WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?"  # noqa: S608
    return sql, [*(f"$.{member}" for member in query.without), *values, query.limit]


def _resource(row: sqlite3.Row) -> Resource:
    return Resource(
        region=row["region"],
        kind=row["kind"],
        name=row["name"],
        arn=row["arn"],
        status=row["status"],
        request=_Stored(row["request"]),
        computed=_Stored(row["computed"]),
        created=datetime.fromtimestamp(row["created"], UTC),
        modified=datetime.fromtimestamp(row["modified"], UTC),
    )


class _Stored(Mapping[str, Any]):
    """A text as it was stored: lists and changes of status hardly ever look into a request, the longest of them."""

    __slots__ = ("_decoded", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._decoded: dict[str, Any] | None = None

    def _read(self) -> dict[str, Any]:
        if self._decoded is None:
            self._decoded = _decode(self.text)
        return self._decoded

    def __getitem__(self, key: str) -> Any:
        return self._read()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, _Stored) else self._read() == other

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return repr(self._read())


def _encode(value: Mapping[str, Any]) -> str:
    # NaN is no JSON: SQLite would refuse every query that looks into the text, and no answer could hold it.
    return value.text if isinstance(value, _Stored) else json.dumps(value, default=_encode_time, allow_nan=False)


def _without_infinite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_infinite(one) for key, one in value.items() if not _is_infinite(one)}
    if isinstance(value, list):
        return [_without_infinite(one) for one in value if not _is_infinite(one)]
    return value


def _is_infinite(value: Any) -> bool:
    """Whether it is no finite number, or a metric whose value is none."""
    told = value.get("Value") if isinstance(value, dict) else value
    return isinstance(told, float) and not math.isfinite(told)


def _encode_time(value: Any) -> dict[str, float]:
    if isinstance(value, datetime):
        return {"$time": value.timestamp()}
    raise TypeError(f"cannot store {value!r}")


def _decode(text: str) -> dict[str, Any]:
    # Most texts hold no time, and to be asked of each object is what takes longest.
    decoded: dict[str, Any] = json.loads(text, object_hook=_decode_time if '"$time"' in text else None)
    return decoded


def _decode_time(value: dict[str, Any]) -> Any:
    return datetime.fromtimestamp(value["$time"], UTC) if _is_time(value) else value


def _is_time(value: Mapping[str, Any]) -> bool:
    # A caller may call a hyperparameter "$time", too, whose value is then a text.
    return len(value) == 1 and isinstance(value.get("$time"), float)
