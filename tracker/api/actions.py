"""A trust's own actions, and the recording of progress on them.  Confidential: everybody else finds nothing."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.access import Door, Listing
from tracker.api.errors import ConflictSerializer, ProblemSerializer
from tracker.api.filters import CodeOf, Filters
from tracker.api.schema import refusals_and
from tracker.people.roles import Can
from tracker.plans.closing_models import EvidenceKind
from tracker.plans.editing import replace_texts
from tracker.plans.evidencing import NewEvidence
from tracker.plans.lifecycle import Scan, Status
from tracker.plans.models import Action
from tracker.plans.operations import record_progress
from tracker.plans.queries import timeline
from tracker.trusts.models import Trust

CHANGED_SINCE = 0  # a version no action has: older than anything


class VersionNeeded(APIException):
    status_code = 428
    default_detail = "Send If-Match with the ETag of the action as you last read it, so that nobody's words are lost."
    default_code = "version_needed"


def etag_of(action: Action) -> str:
    """Names the action as it stands; any other version has another."""
    return f'"{action.reference}.{action.version}"'


class ActionFindingSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    words = serializers.CharField()


class ActionSerializer(serializers.Serializer[Any]):
    """What a trust does about its findings.  The reference and the original due date never change."""

    reference = serializers.CharField()
    trust = serializers.CharField(source="trust.code")
    title = serializers.CharField()
    detail = serializers.CharField()
    status = serializers.CharField(help_text=", ".join(Status.values))
    owner = serializers.CharField(source="owner.name")
    executive = serializers.CharField(source="executive.name")
    original_due_on = serializers.DateField()
    due_on = serializers.DateField()
    times_moved = serializers.IntegerField()
    done_on = serializers.DateField(allow_null=True)
    delivered_on = serializers.DateField(allow_null=True)
    verified_on = serializers.DateField(allow_null=True)
    verified_by = serializers.CharField(source="verified_by.name", default=None, allow_null=True)
    sustained_on = serializers.DateField(allow_null=True)
    interim_control = serializers.CharField()
    risk = serializers.CharField()
    own_reference = serializers.CharField()
    service = serializers.CharField(source="service.key", default=None, allow_null=True)
    domain = serializers.CharField(source="key_question.key", default=None, allow_null=True)
    site = serializers.CharField(source="site.cqc_id", default=None, allow_null=True)
    findings = ActionFindingSerializer(many=True)
    made_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class EntrySerializer(serializers.Serializer[Any]):
    """One thing that happened; `by` is null where the service acted by itself."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    words = serializers.CharField()
    by = serializers.CharField(source="by.name", default=None, allow_null=True)
    on_behalf_of = serializers.CharField(source="on_behalf_of.name", default=None, allow_null=True)
    status_before = serializers.CharField()
    status_after = serializers.CharField()
    rating_change = serializers.IntegerField(source="rating_change_id", allow_null=True)
    changes = serializers.DictField(help_text="What changed: before and after, by field.")


class EvidenceSerializer(serializers.Serializer[Any]):
    """A piece of evidence, the newest version; its file is downloaded from its page."""

    id = serializers.UUIDField(source="public_id")
    title = serializers.CharField()
    kind = serializers.ChoiceField(EvidenceKind.choices)
    dated_on = serializers.DateField()
    version = serializers.IntegerField(source="number")
    link = serializers.CharField()
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    scan = serializers.ChoiceField(Scan.choices)


class ActionWithHistorySerializer(ActionSerializer):
    """The action and everything that happened to it, the newest first."""

    history = EntrySerializer(many=True)
    evidence = EvidenceSerializer(source="pieces", many=True)


class LinkedEvidenceSerializer(serializers.Serializer[Any]):
    """Evidence that lies elsewhere; files are added on the pages."""

    title = serializers.CharField(max_length=300)
    kind = serializers.ChoiceField(EvidenceKind.choices)
    dated_on = serializers.DateField()
    link = serializers.URLField(max_length=1000)


class TextsSerializer(serializers.Serializer[Any]):
    """The texts of an action; what is not sent stays."""

    title = serializers.CharField(max_length=300, required=False)
    detail = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    interim_control = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    risk = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    own_reference = serializers.CharField(max_length=60, required=False, allow_blank=True)
    nhs_number_checked = serializers.BooleanField(default=False)


class ProgressSerializer(serializers.Serializer[Any]):
    """What was done, and how the action now stands."""

    words = serializers.CharField(max_length=20_000)
    status = serializers.ChoiceField(Status.choices)
    delivered_on = serializers.DateField(required=False, help_text="Where it is done; today when not sent.")
    evidence = LinkedEvidenceSerializer(required=False, help_text="Added with the update.")
    nhs_number_checked = serializers.BooleanField(
        default=False, help_text="Somebody has made sure that the ten digits in the words are no NHS number."
    )


class RecordedSerializer(serializers.Serializer[Any]):
    """The update as recorded, and the action's version after it."""

    reference = serializers.CharField(source="action.reference")
    version = serializers.IntegerField(source="action.version")
    at = serializers.DateTimeField()
    words = serializers.CharField()
    status_before = serializers.CharField()
    status_after = serializers.CharField()


class ActionFilters(Filters):
    trust = CodeOf("trust", Trust, "code")
    status = serializers.ChoiceField(Status.choices, required=False)
    due_before = serializers.DateField(required=False, help_text="Due on that day or earlier.")
    due_after = serializers.DateField(required=False, help_text="Due on that day or later.")


LOOKUPS = {"trust": "trust__code", "status": "status", "due_before": "due_on__lte", "due_after": "due_on__gte"}
RELATED = ("trust", "owner", "executive", "verified_by", "service", "key_question", "site")


class OwnActions(GenericAPIView[Action]):
    """The first wall: actions of the trusts whose plans the person may see."""

    queryset = Action.objects.none()
    filter_backends = ()
    lookup_field = "reference"
    needs: ClassVar[Can | None] = Can.SEE_PLANS
    confidential = True

    def get_queryset(self) -> QuerySet[Action]:
        return Action.objects.visible_to(self.access).select_related(*RELATED).prefetch_related("findings")  # type: ignore[attr-defined]


class Actions(OwnActions, Listing):
    """The actions of the trusts whose plans you may see."""

    serializer_class = ActionSerializer
    filters = ActionFilters

    def narrowed(self, queryset: QuerySet[Action]) -> QuerySet[Action]:
        return queryset.filter(**{LOOKUPS[name]: value for name, value in self.chosen.items()})


class OneAction(OwnActions, Door, RetrieveAPIView[Action]):
    """One action with its history.  The answer's ETag is what recording progress asks for."""

    serializer_class = ActionWithHistorySerializer

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        action = self.get_object()
        return self._answer(action)

    @extend_schema(
        request=TextsSerializer,
        parameters=[
            OpenApiParameter(
                "If-Match", OpenApiTypes.STR, "header", required=True, description="The ETag of the action as read."
            )
        ],
        responses=refusals_and(
            {
                200: ActionWithHistorySerializer,
                403: OpenApiResponse(ProblemSerializer, "You may read this action and not change it."),
                412: OpenApiResponse(ConflictSerializer, "Somebody saved first: both texts."),
                413: ProblemSerializer,
                415: ProblemSerializer,
                422: OpenApiResponse(ProblemSerializer, "Refused, and why."),
                428: OpenApiResponse(ProblemSerializer, "If-Match is missing."),
            }
        ),
    )
    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the action's texts.  Only the version that stands is changed: a program is not asked to merge."""
        action = self.get_object()
        sent = TextsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        checked = given.pop("nhs_number_checked")
        version = _version_in(request.headers.get("If-Match", ""), action)
        changed = replace_texts(
            action, by=self.access, now=self.moment.now, texts=given, version=version, nhs_number_checked=checked
        )
        return self._answer(changed)

    def _answer(self, action: Action) -> Response:
        action.history = timeline(action, self.access)  # type: ignore[attr-defined]
        action.pieces = list(action.evidence.current())  # type: ignore[attr-defined]
        return Response(ActionWithHistorySerializer(action).data, headers={"ETag": etag_of(action)})


class Progress(OwnActions, Door):
    """Recording progress on an action."""

    serializer_class = ProgressSerializer

    @extend_schema(
        request=ProgressSerializer,
        parameters=[
            OpenApiParameter(
                "If-Match", OpenApiTypes.STR, "header", required=True, description="The ETag of the action as read."
            ),
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.UUID,
                "header",
                description="Made by you; the same request sent twice with it records one update.",
            ),
        ],
        responses=refusals_and(
            {
                201: RecordedSerializer,
                403: OpenApiResponse(ProblemSerializer, "You may read this action and not update it."),
                412: OpenApiResponse(ConflictSerializer, "Somebody saved first: both texts."),
                413: ProblemSerializer,
                415: ProblemSerializer,
                422: OpenApiResponse(ProblemSerializer, "Refused, and why."),
                428: OpenApiResponse(ProblemSerializer, "If-Match is missing."),
            }
        ),
    )
    def post(self, request: Request, reference: str) -> Response:
        """Record what was done and how the action stands.  Raises what `record_progress` does, as an answer."""
        action = self.get_object()
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        update = record_progress(
            action,
            by=self.access,
            now=self.moment.now,
            words=sent.validated_data["words"],
            status=sent.validated_data["status"],
            delivered_on=sent.validated_data.get("delivered_on"),
            evidence=NewEvidence(**offered) if (offered := sent.validated_data.get("evidence")) else None,
            nhs_number_checked=sent.validated_data["nhs_number_checked"],
            version=_version_in(request.headers.get("If-Match", ""), action),
            form_key=_form_key_in(request.headers.get("Idempotency-Key")),
        )
        return Response(RecordedSerializer(update).data, status=201, headers={"ETag": etag_of(update.action)})


def _version_in(if_match: str, action: Action) -> int:
    """The version the person saw.  Raises VersionNeeded without one: "*" would overwrite words never read."""
    if if_match.strip() in {"", "*"}:
        raise VersionNeeded
    return action.version if if_match.strip() == etag_of(action) else CHANGED_SINCE


def _form_key_in(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text is not None else None
    except ValueError:
        raise serializers.ValidationError({"Idempotency-Key": "Send a UUID."}) from None
