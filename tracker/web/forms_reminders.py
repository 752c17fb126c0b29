"""The forms of reminders: how one wants to hear, who stands in, what became of a doubtful one."""

from typing import Any, Final

from django.db.models import QuerySet

from tracker.accounts.models import User
from tracker.reminders.models import ReminderDecision
from tracker.reminders.schedule import HOURS, Rhythm
from tracker.web.fields import DateField, RadiosField, SelectField, SelectModelField, TextAreaField
from tracker.web.forms_base import Form

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RHYTHMS: Final = {
    Rhythm.DAILY: "One message a working day",
    Rhythm.WEEKLY: "One message a week",
    Rhythm.EACH: "A message for each reminder",
}


class WishForm(Form):
    """How often, on which day and at which hour."""

    rhythm = RadiosField(
        label="How often",
        missing="Select how often you want to hear",
        choices=[(one.value, words) for one, words in RHYTHMS.items()],
        hints={Rhythm.DAILY: "Only on days when there is something to say"},
    )
    weekday = SelectField(
        label="Day of the weekly message",
        choices=list(enumerate(WEEKDAYS)),
        help_text="A day that is no working day moves to the next one that is.",
    )
    hour = SelectField(
        label="At the earliest at", choices=[(hour, f"{hour:02}:00") for hour in HOURS], help_text="Time in England."
    )


class AbsenceForm(Form):
    """The days away, and who hears in one's place."""

    deputy = SelectModelField(
        label="Who stands in for you",
        missing="Select who stands in for you",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        help_text="They get your reminders on these days. What they may see and do does not change.",
    )
    first_on = DateField(
        label="First day away", missing="Enter the first day away", help_text="For example, 21 12 2026"
    )
    back_on = DateField(
        label="First day back", missing="Enter the first day you are back", help_text="For example, 4 1 2027"
    )

    def __init__(self, *args: Any, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        deputy = self.fields["deputy"]
        assert isinstance(deputy, SelectModelField)
        deputy.queryset = people


class DecideForm(Form):
    """What became of a reminder that failed, or of which nobody knows."""

    decided = RadiosField(
        label="What became of it",
        missing="Select what became of it",
        choices=ReminderDecision.Decided.choices,
        hints={ReminderDecision.Decided.AGAIN: "If it did arrive, the person gets it twice"},
    )
    why = TextAreaField(
        label="How you know, or why it should be sent again",
        missing="Say how you know, or why it should be sent again",
        rows=3,
        max_length=2000,
    )
