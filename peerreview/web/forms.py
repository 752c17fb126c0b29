"""The forms of pairing rounds."""

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.inputs import Limits
from peerreview.pool.candidates import DEFAULT_ROOM
from tracker.trusts.models import Region
from tracker.web.fields import RadiosField, SelectField, SelectModelField, TextAreaField, TextField
from tracker.web.forms_base import FilterForm, Form

MOST_ROOM = 5
OUTCOMES = {"paired": "A helper is proposed", "unpaired": "Nobody is proposed"}


class NewRoundForm(Form):
    """What a person sets before a round is proposed; see `Limits`."""

    name = TextField(label="Name of the round", help_text="For example: Winter 2026", max_length=100, width=20)
    room = SelectField(
        label="How many trusts each helper may take",
        help_text=f"{DEFAULT_ROOM.places} is usual: judgement of {DEFAULT_ROOM.dated:%B %Y}",
        choices=[(str(places), str(places)) for places in range(1, MOST_ROOM + 1)],
        initial=str(DEFAULT_ROOM.places),
    )
    same_system = RadiosField(
        label="Helpers from the trust's own integrated care system",
        choices=[
            (SameSystem.ASK.value, "May be paired, and the page says so"),
            (SameSystem.AVOID.value, "Are not paired in this round"),
            (SameSystem.PREFER.value, "Are preferred: counted as within reach, however far"),
        ],
        initial=SameSystem.ASK.value,
    )

    def limits(self) -> Limits:
        """The limits a valid form asks for."""
        said = self.cleaned_data
        return Limits(room=int(said["room"]), same_system=SameSystem(said["same_system"]))


class ConfirmForm(Form):
    """A page that only asks for a yes: its button is the answer."""


class SetAsideForm(Form):
    why = TextAreaField(label="Why is the round set aside?", rows=3, missing="Say why the round is set aside")


class BoardFilter(FilterForm):
    """What of a round's board is shown."""

    region = SelectModelField(
        label="Region", queryset=Region.objects.all(), to_field_name="code", required=False, empty_label="All regions"
    )
    outcome = SelectField(label="Outcome", choices=[("", "All"), *OUTCOMES.items()], required=False)
