"""Walks CQC's API, record by record, so that it can be killed at any moment and taken up again.

A walk reads a list page by page (all providers or locations, or those that changed) and fetches each record
on it.  Where it stands is a `Cursor`, handed to the caller to keep after every record that was dealt with; a
walk that starts from a kept cursor repeats at most the one record that was in hand.

The lists are live: an organisation may vanish between list and record, and totals change while pages are read.
That is tolerated and told (`Cursor.notes`).  A page that comes back a second time is not: it would go on for
ever.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self, TypeVar

import httpx
import msgspec

from tracker.ratings.cqc_http import CqcHttp, CqcMisbehaved, Patience

PACE: Final = 5.0
"""Requests a second."""
PER_PAGE: Final = 500
LARGEST_ANSWER: Final = 8 * 1024**2
"""Bytes."""
MOST_PAGES: Final = 2_000

Kind = Literal["provider", "location"]
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,29}")


class Cursor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a walk stands.  Made by `Cursor.everything` or `Cursor.changed`, kept as `as_json` gives it."""

    kind: Kind
    since: str = ""
    until: str = ""
    per_page: int = PER_PAGE
    page: int = 1
    position: int = 0
    digest: str = ""
    """Of the page that `position` counts in: if the page has moved on meanwhile, it is begun again."""
    pages_done: tuple[str, ...] = ()
    totals: tuple[int, ...] = ()
    fetched: int = 0
    gone: tuple[str, ...] = ()
    finished: bool = False

    @classmethod
    def everything(cls, kind: Kind, *, per_page: int = PER_PAGE) -> "Cursor":
        return cls(kind=kind, per_page=per_page)

    @classmethod
    def changed(cls, kind: Kind, since: str, until: str, *, per_page: int = PER_PAGE) -> "Cursor":
        """What changed between two moments, written `2026-08-31T00:00:00Z`."""
        return cls(kind=kind, since=since, until=until, per_page=per_page)

    def as_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = msgspec.to_builtins(self)
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Cursor":
        """A kept cursor.  Raises `ValueError` where it is not one of ours."""
        try:
            return msgspec.convert(kept, type=cls)
        except msgspec.ValidationError as error:
            raise ValueError(f"This is not a cursor of a walk through CQC's API: {error}") from error

    def notes(self) -> tuple[str, ...]:
        """What a person should know of the walk so far, in words."""
        notes = []
        if self.gone:
            notes.append(f"Listed but no longer there: {', '.join(self.gone)}.")
        if len(self.totals) > 1:
            course = ", then ".join(map(str, self.totals))
            notes.append(f"The list changed while it was read ({course} in all): read the changes since.")
        if self.finished and self.totals and self.fetched + len(self.gone) < self.totals[-1]:
            notes.append(f"{self.fetched + len(self.gone)} of {self.totals[-1]} were listed.")
        return tuple(notes)


class Fetched(NamedTuple):
    """One record as CQC sent it, whole: JSON for `read_location` or `read_provider`."""

    record_id: str
    content: bytes


class _Listed(msgspec.Struct, rename="camel"):
    location_id: str = ""
    provider_id: str = ""


class _Page(msgspec.Struct, rename="camel"):
    total: int
    total_pages: int
    page: int
    locations: list[_Listed] | None = None
    providers: list[_Listed] | None = None
    changes: list[str] | None = None


Shape = TypeVar("Shape")


class CqcClient:
    """CQC's API at `base_url` (which ends in `/public/v1`).  Used as a context manager, or closed by hand.

    `pace` is requests a second; `clock` and `sleep` keep it.  Every method may raise `CqcUnavailable`,
    `CqcRefused` and `CqcMisbehaved` (all `CqcError`), after which a walk can be taken up from its cursor.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        pace: float = PACE,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = CqcHttp(
            base_url,
            key,
            pace=pace,
            patience=patience or Patience(),
            largest=LARGEST_ANSWER,
            transport=transport,
            clock=clock,
            sleep=sleep,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def record(self, kind: Kind, record_id: str) -> bytes | None:
        """One provider or location, or None when CQC has none of that id."""
        if not _ID.fullmatch(record_id):
            raise ValueError(f"{record_id[:40]!r} is not one of CQC's ids")
        path = f"/{kind}s/{record_id}"
        content = self._http.get(path)
        if content is None:
            return None
        found = _decode(content, _Listed, path)
        if _id_of(found, kind) != record_id:
            raise CqcMisbehaved(f"{path}: is the record of another organisation")
        return content

    def walk(self, cursor: Cursor, *, save: Callable[[Cursor], None]) -> Iterator[Fetched]:
        """Every record from `cursor` on.

        When the next one is asked for, the last counts as dealt with and `save` is called with the cursor
        behind it: keep it in the transaction that keeps the record, and nothing is lost or done in halves.
        """
        while not cursor.finished:
            page = self._page(cursor)
            ids = _ids(cursor, page)
            cursor = _arrived(cursor, page, ids)
            for record_id in ids[cursor.position :]:
                content = self.record(cursor.kind, record_id)
                if content is None:
                    gone = (*cursor.gone, record_id)
                    cursor = msgspec.structs.replace(cursor, gone=gone, position=cursor.position + 1)
                else:
                    yield Fetched(record_id, content)
                    cursor = msgspec.structs.replace(cursor, fetched=cursor.fetched + 1, position=cursor.position + 1)
                save(cursor)
            cursor = msgspec.structs.replace(
                cursor,
                page=cursor.page + 1,
                position=0,
                digest="",
                pages_done=(*cursor.pages_done, cursor.digest),
                finished=not ids or cursor.page >= page.total_pages,
            )
            save(cursor)

    def _page(self, cursor: Cursor) -> _Page:
        params: dict[str, str | int] = {"page": cursor.page, "perPage": cursor.per_page}
        path = f"/{cursor.kind}s"
        if cursor.since or cursor.until:
            path = f"/changes/{cursor.kind}"
            params |= {"startTimestamp": cursor.since, "endTimestamp": cursor.until}
        content = self._http.get(path, params)
        where = f"{path}, page {cursor.page}"
        if content is None:
            raise CqcMisbehaved(f"{where}: is not there")
        page = _decode(content, _Page, where)
        if page.page != cursor.page:
            raise CqcMisbehaved(f"{where}: came back as page {page.page}")
        if page.total_pages > MOST_PAGES:
            raise CqcMisbehaved(f"{where}: claims {page.total_pages} pages, more than {MOST_PAGES}")
        return page


def _id_of(listed: _Listed, kind: Kind) -> str:
    return listed.location_id if kind == "location" else listed.provider_id


def _ids(cursor: Cursor, page: _Page) -> tuple[str, ...]:
    where = f"{cursor.kind}s, page {cursor.page}"
    if cursor.since or cursor.until:
        ids = page.changes
    else:
        listed = page.locations if cursor.kind == "location" else page.providers
        ids = None if listed is None else [_id_of(one, cursor.kind) for one in listed]
    if ids is None:
        raise CqcMisbehaved(f"{where}: holds no list of ids")
    for record_id in ids:
        if not _ID.fullmatch(record_id):
            raise CqcMisbehaved(f"{where}: {record_id[:40]!r} is not one of CQC's ids")
    return tuple(ids)


def _arrived(cursor: Cursor, page: _Page, ids: tuple[str, ...]) -> Cursor:
    """The cursor on a page just read: at its beginning, or where it stood if the page is still the same."""
    digest = hashlib.sha256(",".join(ids).encode()).hexdigest()[:16] if ids else ""
    if digest and digest in cursor.pages_done:
        seen = cursor.pages_done.index(digest) + 1
        raise CqcMisbehaved(f"{cursor.kind}s, page {cursor.page}: repeats page {seen}")
    totals = cursor.totals
    if not totals or totals[-1] != page.total:
        totals = (*totals, page.total)
    return msgspec.structs.replace(
        cursor,
        totals=totals,
        digest=digest,
        position=cursor.position if digest == cursor.digest else 0,
    )


def _decode(content: bytes, shape: type[Shape], where: str) -> Shape:
    try:
        return msgspec.json.decode(content, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CqcMisbehaved(f"{where}: {error}") from error
    except RecursionError as error:
        raise CqcMisbehaved(f"{where}: is nested too deeply") from error
