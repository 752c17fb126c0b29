"""The changes of one import as one list, those of organisations first: counted, filtered, paged and put in words."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Value, Window
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, RowNumber

from tracker.ratings.models import (
    OrganisationStatement,
    ProposedChange,
    ProposedOrganisation,
    RatingChange,
    RatingImport,
)
from tracker.ratings.organisation_words import say_organisation, trusts_named
from tracker.ratings.proposing import of_trusts
from tracker.reports.tables import LICENCE, SOURCE, Columns
from tracker.trusts.models import Trust
from tracker.web.action_words import moment_words
from tracker.web.import_words import kind_words, say, state_tag

Shown = dict[str, Any]

CHANGES: Final = Columns[Shown](
    title="Changes of an import",
    stem="changes-of-import",
    values={
        "Trust": lambda shown: shown["trust"],
        "Organisation": lambda shown: shown["name"],
        "CQC id": lambda shown: shown["cqc_id"],
        "Kind of change": lambda shown: shown["kind"],
        "Service": lambda shown: shown["change"].service.name if shown["field"] == "change" else "",
        "Key question": lambda shown: shown["change"].domain.name if shown["field"] == "change" else "",
        "Before": lambda shown: shown["change"].before_word if shown["field"] == "change" else "",
        "After": lambda shown: shown["change"].word if shown["field"] == "change" else "",
        "Published": lambda shown: shown["change"].published_on if shown["field"] == "change" else None,
        "In words": lambda shown: shown["text"],
    },
    source=SOURCE,
    licence=LICENCE,
)
IMPORTS: Final = Columns[Any](
    title="Imports of ratings",
    stem="imports",
    values={
        "File": lambda record: record.file_name,
        "As at": lambda record: record.as_at,
        "State": lambda record: state_tag(record.state)["text"],
        "Kept": lambda record: record.get_keep_display(),
        "Source": lambda record: record.source.name,
        "Loaded by": lambda record: str(record.requested_by or ""),
        "Received": lambda record: moment_words(record.requested_at),
        "Changes of ratings": lambda record: sum(record.counts.get("changes", {}).values()),
        "Changes of organisations": lambda record: sum(record.counts.get("organisations", {}).values()),
        "Rows waiting": lambda record: record.waiting,
    },
)


class ChangesOfImport:
    """What an import would change, or (`applied`) what it and its undoing did change."""

    def __init__(self, record: RatingImport, *, applied: bool = False) -> None:
        self._organisations: QuerySet[Any] = (
            OrganisationStatement.objects.filter(event__rating_import=record, rating_import=record)
            if applied
            else ProposedOrganisation.objects.filter(rating_import=record, silent=False)
        )
        self._ratings: QuerySet[Any] = (
            RatingChange.objects.filter(event__rating_import=record)
            if applied
            else ProposedChange.objects.filter(rating_import=record)
        )
        if applied:  # what was known already is kept as history, and is no change
            self._organisations = self._organisations.filter(~Q(kind="joined", before__joined=True))

        self._counted: dict[tuple[bool, str], int] | None = None
        self._kind = ""

    def _counts(self) -> dict[tuple[bool, str], int]:
        """(whether of organisations, kind) -> how many; asked once of both, and again for one trust only."""
        if self._counted is None:
            both = (
                changes.order_by().values_list(Value(of_organisations), "kind").annotate(Count("pk"))
                for changes, of_organisations in ((self._organisations, True), (self._ratings, False))
            )
            organisations, ratings = both
            self._counted = {(of, kind): count for of, kind, count in organisations.union(ratings, all=True)}
        return {key: count for key, count in self._counted.items() if self._kind in {"", key[1]}}

    def kinds(self) -> dict[str, int]:
        """How many, by kind."""
        return {kind: count for (_, kind), count in self._counts().items()}

    def trusts(self) -> list[tuple[str, str]]:
        """Code and name of the trusts whose ratings or organisations change, by name."""
        new = self._organisations.annotate(to=Cast(KT("said__trust_id"), BigIntegerField()))
        places = [self._ratings.order_by().values("organisation__trust_id"), new.order_by().values("to")]
        for place in ("organisation", "predecessor", "successor"):
            places.append(self._organisations.order_by().values(f"{place}__trust_id"))
        named = reduce(or_, (Q(pk__in=ids) for ids in places))
        return list(Trust.objects.filter(named).order_by("name").values_list("code", "name"))

    def narrowed(self, *, kind: str = "", trust: str = "") -> "ChangesOfImport":
        """Those of one kind and of one trust, where they are given."""
        if kind:
            self._kind = kind
            self._organisations, self._ratings = (
                changes.filter(kind=kind) for changes in (self._organisations, self._ratings)
            )
        if trust:
            self._counted = None
            ids = list(Trust.objects.filter(code=trust).values_list("pk", flat=True))
            self._organisations = self._organisations.filter(of_trusts(ids))
            self._ratings = self._ratings.filter(organisation__trust__in=ids)
        return self

    def none(self) -> "ChangesOfImport":
        self._organisations, self._ratings = self._organisations.none(), self._ratings.none()
        self._counted = {}
        return self

    def count(self) -> int:
        return sum(self._counts().values())

    def __iter__(self) -> Iterator[Shown]:
        return iter(self[0:])

    def __getitem__(self, wanted: slice) -> list[Shown]:
        first = sum(count for (of_organisations, _), count in self._counts().items() if of_organisations)
        start, stop = wanted.start or 0, wanted.stop
        organisations = self._with_names(self._organisations)[start:stop] if start < first else []
        rest = slice(max(0, start - first), None if stop is None else max(0, stop - first))
        ratings = self._with_cells(self._ratings)[rest] if rest.stop is None or rest.stop > 0 else []
        return [*_shown_organisations(list(organisations)), *(_shown_rating(change) for change in ratings)]

    @staticmethod
    def _with_names(changes: QuerySet[Any]) -> QuerySet[Any]:
        named = changes.select_related("organisation__trust", "predecessor__trust", "successor")
        return named.order_by("organisation__trust__name", "predecessor__trust__name", "kind", "pk")

    @staticmethod
    def _with_cells(changes: QuerySet[Any]) -> QuerySet[Any]:
        named = changes.select_related("organisation", "organisation__trust", "organisation__site__trust")
        return named.select_related("service", "domain").order_by(
            "organisation__trust__name", "organisation__name", "pk"
        )


def counts_by_kind(record: RatingImport) -> dict[str, int]:
    """How many changes are proposed, by kind."""
    return ChangesOfImport(record).kinds()


def organisations_of(said: QuerySet[Any]) -> int:
    """How many organisations, or joins of two, are spoken of."""
    return int(said.order_by().values("organisation", "predecessor", "successor").distinct().count())


def samples(record: RatingImport, most: int) -> dict[str, list[str]]:
    """The first proposed changes of each kind, in words."""
    found: dict[str, list[str]] = {}
    ratings = _first_of_each(ProposedChange.objects.filter(rating_import=record), most)
    for change in ratings.select_related("organisation", "service", "domain"):
        found.setdefault(change.kind, []).append(say(change))
    said = _first_of_each(ProposedOrganisation.objects.filter(rating_import=record, silent=False), most)
    organisations = list(said.select_related("organisation", "predecessor", "successor"))
    trusts = trusts_named(organisations)
    for one in organisations:
        found.setdefault(one.kind, []).append(say_organisation(one, trusts))
    return found


def _first_of_each(proposed: QuerySet[Any], most: int) -> QuerySet[Any]:
    numbered: QuerySet[Any] = proposed.annotate(number=Window(RowNumber(), partition_by=F("kind"), order_by="pk"))
    return numbered.filter(number__lte=most).order_by("pk")


def _shown_organisations(changes: Sequence[Any]) -> list[Shown]:
    trusts = trusts_named(changes)
    return [
        _shown(change, change.organisation or change.predecessor, "restated", say_organisation(change, trusts))
        for change in changes
    ]


def _shown_rating(change: Any) -> Shown:
    return _shown(change, change.organisation, "change", say(change))


def _shown(change: Any, place: Any, field: str, text: str) -> Shown:
    """`field` is what a tick of it is called."""
    return {
        "id": change.pk,
        "change": change,
        "field": field,
        "heading": str(place.trust or "Other organisations"),
        "trust": str(place.trust or ""),
        "name": place.name,
        "cqc_id": place.cqc_id,
        "text": text,
        "kind": kind_words(change.kind),
    }
