"""The forms that record what an inspection published."""

from typing import Any

from tracker.findings.models import Finding
from tracker.findings.operations import CQC_SITE, REGULATION_LENGTH, TITLE_LENGTH
from tracker.ratings.models import RatedDomain, RatedService
from tracker.ratings.scale import DOMAIN_NAMES, OVERALL
from tracker.trusts.models import Site, Trust
from tracker.web.fields import DateField, RadiosField, SelectModelField, TextAreaField, TextField
from tracker.web.forms_base import Form
from tracker.web.refusals import FormAboutCare


class InspectionForm(FormAboutCare):
    """A published report of a trust."""

    watched = ("title", "report_url")

    title = TextField(
        label="Title of the report",
        missing="Enter the title of the report",
        max_length=TITLE_LENGTH,
        help_text="As CQC prints it, for example: Northborough Hospitals NHS Trust inspection report",
    )
    published_on = DateField(
        label="Date published",
        missing="Enter the date the report was published",
        help_text="As printed in the report. For example, 3 5 2026",
    )
    report_url = TextField(
        label="Address of the report",
        required=False,
        max_length=500,
        kind="url",
        help_text=f"It starts with {CQC_SITE}",
    )
    field_order = ["title", "published_on", "report_url", "nhs_number_checked"]


class FindingForm(FormAboutCare):
    """One must-do or should-do, in the report's own words."""

    kind = RadiosField(
        label="What the report says",
        missing="Select whether the report says must or should",
        choices=[
            (Finding.Kind.MUST, "The trust must do this"),
            (Finding.Kind.SHOULD, "The trust should do this"),
            *[
                (kind.value, kind.label)
                for kind in Finding.Kind
                if kind not in {Finding.Kind.MUST, Finding.Kind.SHOULD}
            ],
        ],
        hints={
            Finding.Kind.MUST: "Action the trust MUST take: a breach of a regulation",
            Finding.Kind.SHOULD: "Action the trust SHOULD take",
            Finding.Kind.BREACH: "Named in the words of an assessment that lists no actions",
        },
    )
    words = TextAreaField(
        label="The finding",
        missing="Enter the finding's words, as the report prints them",
        rows=6,
        max_length=5000,
        help_text="Copy the report's own words. Leave out anything about a single patient.",
    )
    service = SelectModelField(
        label="Service", queryset=RatedService.objects.none(), required=False, empty_label="The trust as a whole"
    )
    key_question = SelectModelField(
        label="Key question", queryset=RatedDomain.objects.none(), required=False, empty_label="No single key question"
    )
    site = SelectModelField(
        label="Hospital", queryset=Site.objects.none(), required=False, empty_label="No single hospital"
    )
    regulation = TextField(
        label="Regulation",
        required=False,
        max_length=REGULATION_LENGTH,
        help_text="As printed, for example: Regulation 12(2)(g)",
    )
    field_order = ["kind", "words", "nhs_number_checked"]

    def __init__(self, *args: Any, trust: Trust, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_places(self, trust)


def offer_places(form: Form, trust: Trust) -> None:
    """The services, key questions and hospitals a finding of the trust may be about."""
    offered = {
        "service": RatedService.objects.filter(superseded_by=None).exclude(key=OVERALL),  # that is the empty one
        "key_question": RatedDomain.objects.filter(key__in=DOMAIN_NAMES),
        "site": Site.objects.filter(trust=trust),
    }
    for name, rows in offered.items():
        field = form.fields[name]
        assert isinstance(field, SelectModelField)
        field.queryset = rows
