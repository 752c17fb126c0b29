"""Comments on an action, and watching it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from tracker.people.roles import Can
from tracker.plans.lifecycle import Asked
from tracker.plans.queries import people_of_the_plan
from tracker.plans.talking import comment_on_action, look_at_action, watch_action
from tracker.plans.working_models import Comment, Watching
from tracker.web.action_pages import find_action, sub_pages
from tracker.web.action_words import moment_words
from tracker.web.forms_closing import CommentForm
from tracker.web.paging import one_page
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs


@needs(Can.SEE_PLANS)
def action_comments(request: SignedInRequest, reference: str) -> HttpResponse:
    """What people say about the action; to open it is to have seen what mentions one."""
    found = find_action(request, reference)
    asked = found.extensions.filter(state=Asked.ASKED).first() if request.GET.get("about") == "extension" else None
    form = CommentForm(request.POST or None)

    def save() -> HttpResponse:
        made = comment_on_action(found, by=request.access, now=request.moment.now, extension=asked, **form.given)
        told = ", ".join(str(one.person) for one in made.mentions.select_related("person"))
        messages.success(request, f"Comment saved.{f' {told} will see it under Today.' if told else ''}")
        return redirect("action_comments", found.reference)

    if (answer := carry_out(request, form, save)) is not None:
        return answer
    if request.method == "GET":
        look_at_action(found, by=request.access, now=request.moment.now)
    said = Comment.objects.filter(action=found).select_related("by", "extension")
    shown, pages = one_page(said, request.GET)
    return render(
        request,
        "tracker/actions/comments.jinja",
        {
            "action": found,
            "sub_pages": sub_pages(found, "action_comments"),
            "form": form,
            "about_extension": asked,
            "people": [person.name for person in people_of_the_plan(found.trust_id, request.moment.today)[:30]],
            "comments": [
                {
                    "title": f"{one.by}, about a later date" if one.extension_id else str(one.by),
                    "date": moment_words(one.at),
                    "datetime": one.at.isoformat(),
                    "text": one.words,
                }
                for one in shown
            ],
            "pagination": pages.links(request.path, {}),
        },
    )


@needs(Can.SEE_PLANS)
def watch(request: SignedInRequest, reference: str) -> HttpResponse:
    """Posted from the action's page."""
    found = find_action(request, reference)
    if request.method != "POST":
        return redirect("action", found.reference)
    wanted = request.POST.get("watch") == "yes"
    watch_action(found, by=request.access, now=request.moment.now, watch=wanted)
    messages.success(request, f"You {'watch' if wanted else 'no longer watch'} {found.reference}.")
    return redirect("action", found.reference)


def watched(request: SignedInRequest, action_id: int) -> dict[str, object]:
    """Whether the person watches the action, and how many do."""
    people = set(Watching.objects.filter(action=action_id).values_list("person_id", flat=True))
    return {"mine": request.access.person_id in people, "count": len(people)}
