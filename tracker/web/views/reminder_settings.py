"""How a person hears, and who stands in for them.  A link in a message leads here: nothing changes until a button is
pressed, because programs that scan mail follow its links."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.people.roles import Can
from tracker.problems import Refused
from tracker.reminders.claiming import wishes_of
from tracker.reminders.models import Absence
from tracker.reminders.operations import end_absence as end
from tracker.reminders.operations import name_deputy as name
from tracker.reminders.operations import wish_for_reminders
from tracker.reminders.queries import absences_of, deputies_for
from tracker.reminders.schedule import Rhythm, Wish
from tracker.web.forms_reminders import RHYTHMS, WEEKDAYS, AbsenceForm, WishForm
from tracker.web.ratings_words import short_day
from tracker.web.refusals import carry_out
from tracker.web.reminder_words import reminder_pages
from tracker.web.requests import SignedInRequest, needs


@needs(Can.SEE_RATINGS)
def reminder_settings(request: SignedInRequest) -> HttpResponse:
    wish = wishes_of([request.user.pk])[request.user.pk]
    form = WishForm(
        request.POST or None,
        initial={"rhythm": wish.rhythm.value, "weekday": wish.weekday, "hour": wish.hour},
    )

    def save() -> HttpResponse:
        given = form.cleaned_data
        wished = Wish(Rhythm(given["rhythm"]), int(given["weekday"]), int(given["hour"]))
        wish_for_reminders(wished, by=request.access, now=request.moment.now)
        messages.success(request, f"Saved: {wish_words(wished)}.")
        return redirect("reminder_settings")

    today = request.moment.today
    return carry_out(request, form, save) or render(
        request,
        "tracker/reminders/settings.jinja",
        {
            "form": form,
            "pages_of": reminder_pages(request.access, request.path),
            "now": wish_words(wish),
            "email": request.user.email,
            "absences": [_shown(one) | {"open": one.back_on > today} for one in absences_of(request.access)[:20]],
        },
    )


@needs(Can.SEE_RATINGS)
def name_deputy(request: SignedInRequest) -> HttpResponse:
    people = deputies_for(request.access, request.moment.today)
    form = AbsenceForm(request.POST or None, people=people)

    def save() -> HttpResponse:
        away = name(by=request.access, now=request.moment.now, **form.cleaned_data)
        messages.success(request, f"{away.deputy} gets your reminders until you are back.")
        return redirect("reminder_settings")

    return carry_out(request, form, save) or render(
        request, "tracker/reminders/away.jinja", {"form": form, "anybody": people.exists()}
    )


@needs(Can.SEE_RATINGS)
def end_absence(request: SignedInRequest, absence_id: int) -> HttpResponse:
    """Asks with a button; pressing it ends the absence today."""
    away = absences_of(request.access).filter(pk=absence_id).first()
    if away is None:
        raise Http404
    if request.method == "POST":
        try:
            end(away, by=request.access, now=request.moment.now)
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, "Reminders come to you again.")
        return redirect("reminder_settings")
    return render(request, "tracker/reminders/end_absence.jinja", {"away": _shown(away)})


def wish_words(wish: Wish) -> str:
    """ "One message a week, on Mondays, from 08:00" """
    on = f", on {WEEKDAYS[wish.weekday]}s" if wish.rhythm is Rhythm.WEEKLY else ""
    return f"{RHYTHMS[wish.rhythm].lower()}{on}, from {wish.hour:02}:00"


def _shown(away: Absence) -> dict[str, object]:
    return {
        "deputy": str(away.deputy),
        "first": short_day(away.first_on),
        "back": short_day(away.back_on),
        "end_href": reverse("end_absence", args=[away.pk]),
        "ended": away.ended_at is not None,
    }
