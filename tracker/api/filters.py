"""Query parameters: read strictly, because a filter that is misread answers with ratings nobody asked for.

An unknown name, a name given twice, an empty value, a code that nothing has: each is an error that names the
parameter, never "everything".
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from rest_framework import serializers

MOST_ID = 2**63 - 1


class Filters(serializers.Serializer[Any]):
    """The parameters of one address; without fields, it takes none."""


def read_filters(filters: type[Filters], query: QueryDict, *, also: Collection[str] = ()) -> dict[str, Any]:
    """What the query string asks for; `also` are parameters that somebody else reads.  Raises ValidationError."""
    given = filters(data={name: query[name] for name in query if name not in also})
    for name in query:
        if name not in given.fields and name not in also:
            known = ", ".join(sorted({*given.fields, *also}))
            wanted = f"This address takes {known}." if known else "This address takes no parameters."
            raise serializers.ValidationError({name: f"There is no parameter “{name}” here. {wanted}"})
        if len(query.getlist(name)) > 1:
            raise serializers.ValidationError({name: f"Give “{name}” once."})
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


class CodeOf(serializers.CharField):
    """The code of something that exists; the value stays the code."""

    def __init__(self, noun: str, model: type[Model], key: str, **options: Any) -> None:
        self.noun, self.model, self.key = noun, model, key
        super().__init__(required=False, max_length=200, **options)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        self.run_validators(code)  # before the database sees it
        if not self.model._default_manager.filter(**{self.key: code}).exists():
            raise serializers.ValidationError(f"No {self.noun} has the code “{code}”.")
        return str(code)
