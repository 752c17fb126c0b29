"""Pairing rounds and pairs: before publication for those who run them, afterwards each trust its own."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from peerreview.pairing.models import PairingRound, ProposedPair
from tracker.api.access import Listing
from tracker.api.filters import MOST_ID, CodeOf, Filters
from tracker.models import Trust
from tracker.people.access import Access
from tracker.people.roles import Can

OF_ALL_TRUSTS = ("need_total", "need_met")  # speak of the whole round: for those who run it


class RoundSerializer(serializers.Serializer[Any]):
    """One exact matching of trusts in need with helpers."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(PairingRound.State.values))
    as_at = serializers.DateField(help_text="The ratings it read.")
    proposed_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    need_total = serializers.IntegerField(required=False, help_text="Only for those who run rounds.")
    need_met = serializers.IntegerField(required=False, help_text="Only for those who run rounds.")

    def to_representation(self, instance: PairingRound) -> dict[str, Any]:
        shown = super().to_representation(instance)
        access: Access = self.context["view"].access
        return {name: value for name, value in shown.items() if name not in OF_ALL_TRUSTS or access.may(Can.SEE_ROUNDS)}


class PairSerializer(serializers.Serializer[Any]):
    """A trust in need and the helper proposed for it, or nobody, with the reasons as they were shown."""

    id = serializers.IntegerField()
    round = serializers.IntegerField(source="pairing_round_id")
    trust = serializers.CharField(source="trust.code")
    helper = serializers.CharField(source="helper.code", default=None, allow_null=True)
    need = serializers.IntegerField(help_text="0 to 1,000")
    fit = serializers.IntegerField(allow_null=True, help_text="0 to 1,000")
    need_met = serializers.IntegerField()
    choice = serializers.IntegerField(allow_null=True, help_text="This helper is choice k of the lawful ones.")
    lawful_helpers = serializers.IntegerField()
    explanation = serializers.JSONField()


class RoundFilters(Filters):
    state = serializers.ChoiceField(PairingRound.State.choices, required=False)


class PairFilters(Filters):
    round = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ID)
    trust = CodeOf("trust", Trust, "code", help_text="The trust in need.")
    helper = CodeOf("trust", Trust, "code")


LOOKUPS = {"round": "pairing_round_id", "trust": "trust__code", "helper": "helper__code"}


class Rounds(Listing):
    """The rounds you may see: all for those who run them; the published ones that pair your trust."""

    queryset = PairingRound.objects.none()
    serializer_class = RoundSerializer
    filters = RoundFilters
    confidential = True

    def get_queryset(self) -> QuerySet[PairingRound]:
        return PairingRound.objects.visible_to(self.access)

    def narrowed(self, queryset: QuerySet[PairingRound]) -> QuerySet[PairingRound]:
        return queryset.filter(**self.chosen)


class Pairs(Listing):
    """The pairs you may see: all for those who run rounds; the published ones your trust is in."""

    queryset = ProposedPair.objects.none()
    serializer_class = PairSerializer
    filters = PairFilters
    confidential = True

    def get_queryset(self) -> QuerySet[ProposedPair]:
        return ProposedPair.objects.visible_to(self.access).select_related("trust", "helper")

    def narrowed(self, queryset: QuerySet[ProposedPair]) -> QuerySet[ProposedPair]:
        return queryset.filter(**{LOOKUPS[name]: value for name, value in self.chosen.items()})
