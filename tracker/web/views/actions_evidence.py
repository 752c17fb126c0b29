"""Evidence: the pieces of one action, one piece with its versions, and its file."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from tracker.people.roles import Can
from tracker.plans.closing_models import Evidence
from tracker.plans.evidence_files import IMAGES, TEXTS, path_of, text_of
from tracker.plans.evidencing import add_evidence as add
from tracker.plans.lifecycle import Scan
from tracker.plans.writing import may_work_on
from tracker.web.action_pages import find_action, sub_pages
from tracker.web.evidence_words import shown_evidence
from tracker.web.forms_evidence import EvidenceForm
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs, refuse_unless

FIRST_PAGE = 3000  # characters of a text file
SHOWN = 100


@needs(Can.SEE_PLANS)
def action_evidence(request: SignedInRequest, reference: str) -> HttpResponse:
    """The newest version of each piece, and the form that adds one."""
    found = find_action(request, reference)
    may_add = may_work_on(found, request.access)
    if request.method == "POST":
        refuse_unless(may_add)
    replaces = _asked(request, request.GET.get("replaces", ""))
    if replaces is not None and replaces.action_id != found.pk:
        raise Http404
    before = {"title": replaces.title, "kind": replaces.kind} if replaces else {}
    form = EvidenceForm(request.POST or None, request.FILES or None, initial=before)

    def save() -> HttpResponse:
        added = add(found, by=request.access, now=request.moment.now, replaces=replaces, **form.new_evidence)
        checked = "" if added.scan != Scan.PENDING else " It can be opened once it has been checked."
        messages.success(request, f"“{added.title}” added.{checked}")
        return redirect("action_evidence", found.reference)

    pieces = Evidence.objects.visible_to(request.access).filter(action=found).current().select_related("added_by")
    return carry_out(request, form, save) or render(
        request,
        "tracker/actions/evidence.jinja",
        {
            "action": found,
            "sub_pages": sub_pages(found, "action_evidence"),
            "pieces": [shown_evidence(one) for one in pieces[:SHOWN]],
            "form": form if may_add else None,
            "replaces": replaces,
        },
    )


@needs(Can.SEE_PLANS)
def evidence(request: SignedInRequest, evidence_id: UUID) -> HttpResponse:
    """One piece: what it is, how it was checked, its first page where that is safe to show, and its versions."""
    found = _evidence(request, evidence_id)
    versions = list(_versions(request, found))
    preview = {"image": "", "text": ""}
    if found.scan == Scan.CLEAN and found.media_type in IMAGES:
        preview["image"] = reverse("evidence_image", args=[found.public_id])
    if found.scan == Scan.CLEAN and found.media_type in TEXTS:
        preview["text"] = text_of(_bytes(found), found.media_type, most=FIRST_PAGE)
    return render(
        request,
        "tracker/actions/evidence_piece.jinja",
        {
            "action": found.action,
            "piece": shown_evidence(found),
            "preview": preview,
            "versions": [shown_evidence(one) for one in versions if one.pk != found.pk],
            "is_newest": not any(one.replaces_id == found.pk for one in versions),
            "may_add": may_work_on(found.action, request.access),
        },
    )


@needs(Can.SEE_PLANS)
def evidence_file(request: SignedInRequest, evidence_id: UUID) -> HttpResponse:
    """The file, to be kept and never opened in this site's name; only one that was found clean."""
    found = _clean(request, evidence_id)
    answer = _harmless(found)
    answer["Content-Disposition"] = content_disposition_header(True, found.file_name) or "attachment"
    return answer


@needs(Can.SEE_PLANS)
def evidence_image(request: SignedInRequest, evidence_id: UUID) -> HttpResponse:
    """A clean image, as its page shows it."""
    found = _clean(request, evidence_id)
    if found.media_type not in IMAGES:
        raise Http404
    return _harmless(found)


def _harmless(found: Evidence) -> HttpResponse:
    """The bytes, which no browser may take for anything but what they are, or let do anything."""
    answer = HttpResponse(_bytes(found), content_type=found.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _bytes(found: Evidence) -> bytes:
    try:
        return path_of(found.stored_name).read_bytes()
    except FileNotFoundError:
        raise Http404 from None


def _clean(request: SignedInRequest, evidence_id: UUID) -> Evidence:
    found = _evidence(request, evidence_id)
    if found.scan != Scan.CLEAN:
        raise Http404
    return found


def _evidence(request: SignedInRequest, evidence_id: UUID) -> Evidence:
    visible = Evidence.objects.visible_to(request.access).select_related("action", "added_by")
    found = visible.filter(public_id=evidence_id).first()
    if found is None:
        raise Http404
    return found


def _versions(request: SignedInRequest, found: Evidence) -> list[Evidence]:
    """Every version of the same piece, the newest first."""
    pieces = list(Evidence.objects.visible_to(request.access).filter(action=found.action_id).select_related("added_by"))
    same, grown = {found.pk}, True
    while grown:
        more = {one.pk for one in pieces if one.replaces_id in same} | {
            one.replaces_id for one in pieces if one.pk in same and one.replaces_id
        }
        grown = not more <= same
        same |= more
    return sorted((one for one in pieces if one.pk in same), key=lambda one: -one.number)


def _asked(request: SignedInRequest, text: str) -> Evidence | None:
    """The piece that the address says is replaced."""
    if not text:
        return None
    try:
        return _evidence(request, UUID(text))
    except ValueError:
        raise Http404 from None
