"""The forms by which a version of a plan moves."""

from tracker.web.fields import DateField, TextAreaField
from tracker.web.refusals import FormAboutCare


class PlanStepForm(FormAboutCare):
    """A step with its reason."""

    watched = ("why",)
    why = TextAreaField(label="Why", rows=3, max_length=2000)

    def ask(self, label: str) -> None:
        """Name the reason as the step asks for it."""
        field = self.fields["why"]
        field.label = label
        field.error_messages["required"] = f"Enter {label[:1].lower()}{label[1:]}"


class DatedPlanStepForm(PlanStepForm):
    """A step that happened on a day."""

    on = DateField(label="Date", missing="Enter the date", help_text="For example, 30 11 2026")
    field_order = ["on", "why", "nhs_number_checked"]
