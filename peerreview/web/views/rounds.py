"""Pairing rounds: the list, a new one, its board, one pair, publishing and setting aside."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from peerreview.pairing.inputs import WEIGHTS
from peerreview.pairing.lifecycle import State, next_states
from peerreview.pairing.models import PairingRound, ProposedPair, RoundEvent
from peerreview.pairing.operations import NO_RATINGS, propose_round, publish_round, set_aside_round
from peerreview.pairing.queries import AlteredRound, Prices, limits_of, prices
from peerreview.pairing.telling import NO_LAWFUL_HELPER
from peerreview.pool.queries import ratings_as_at, read_pool
from peerreview.web import presenters
from peerreview.web.files import OWN_PAIRS, ROUNDS, pairs_of_round
from peerreview.web.forms import OUTCOMES, BoardFilter, ConfirmForm, NewRoundForm, SetAsideForm
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.problems import Refused
from tracker.web.exports import download_links, list_file
from tracker.web.refusals import carry_out
from tracker.web.requests import SignedInRequest, needs

PAGE_SIZE = 50


@needs(Can.SEE_RATINGS)
def rounds(request: SignedInRequest) -> HttpResponse:
    """Every round for those who run them; for a trust, its own published pairs."""
    if not request.access.may(Can.SEE_ROUNDS):
        own = (
            ProposedPair.objects.visible_to(request.access)
            .select_related("pairing_round", "trust", "helper")
            .order_by("-pairing_round_id", "trust__name")
        )
        if file := list_file(request, OWN_PAIRS, own, as_at=request.moment.today):
            return file
        rows = [
            [
                {"text": pair.pairing_round.name, "href": presenters.pair_href(pair), "about": f"for {pair.trust}"},
                pair.trust.name,
                presenters.helper_words(pair),
                presenters.met_words(pair),
            ]
            for pair in own
        ]
        own_context = {"rows": rows, "downloads": download_links(request)}
        return render(request, "peerreview/rounds/own_pairs.jinja", own_context)
    listed = (
        PairingRound.objects.visible_to(request.access)
        .select_related("proposed_by")
        .annotate(trusts=Count("pairs"), paired=Count("pairs__helper"))
        .order_by("-pk")
    )
    if file := list_file(request, ROUNDS, listed, as_at=request.moment.today):
        return file
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    may_propose = request.access.may(Can.PROPOSE_ROUNDS)
    context = {
        "rounds": [
            (each, presenters.round_tag(each), presenters.share(each.need_met, each.need_total)) for each in page
        ],
        "pagination": presenters.page_links(page, request.GET),
        "may_propose": may_propose,
        "downloads": download_links(request),
    }
    return render(request, "peerreview/rounds/rounds.jinja", context)


@needs(Can.PROPOSE_ROUNDS)
def new_round(request: SignedInRequest) -> HttpResponse:
    """What a round would read, before one is proposed."""
    form = NewRoundForm(request.POST or None)

    def save() -> HttpResponse:
        made = propose_round(
            name=form.cleaned_data["name"],
            by=request.access,
            now=request.moment.now,
            today=request.moment.today,
            limits=form.limits(),
        )
        messages.success(request, f"{made.name} is proposed. No trust sees it until you publish it.")
        return redirect("round", made.pk)

    if (answer := carry_out(request, form, save)) is not None:
        return answer
    pool = read_pool(request.moment.today, only_who=True)
    context = {
        "form": form,
        "pool": pool,
        "cannot": NO_RATINGS if pool is None else pool.why_empty,
        "weights": presenters.weights_rows(WEIGHTS),
        "weights_dated": WEIGHTS.dated,
    }
    return render(request, "peerreview/rounds/new_round.jinja", context)


@needs(Can.SEE_RATINGS)
def board(request: SignedInRequest, number: int) -> HttpResponse:
    """One round, a trust a row; a trust sees its own rows only."""
    pairing_round = _round(request, number)
    every = ProposedPair.objects.visible_to(request.access).filter(pairing_round=pairing_round)
    runs_it = request.access.may(Can.SEE_ROUNDS)
    form = BoardFilter(request.GET or None)
    asked, chips = _asked(form, request)
    shown = every.filter(asked).select_related("trust__region", "helper")
    limits = limits_of(pairing_round, request.access)
    chosen = ", ".join([pairing_round.name, *(chip["text"] for chip in chips)])
    columns = pairs_of_round(pairing_round, limits)
    if file := list_file(request, columns, shown, as_at=pairing_round.as_at, chosen=chosen):
        return file
    totals = every.aggregate(
        trusts=Count("pk"),
        paired=Count("helper"),
        no_lawful_helper=Count("pk", filter=Q(explanation__what=NO_LAWFUL_HELPER)),
        helpers=Count("helper", distinct=True),
        found=Count("pk", filter=asked),
    )
    paginator = Paginator(shown, PAGE_SIZE)
    paginator.count = totals["found"]  # counted with the rest
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "round": pairing_round,
        "state": presenters.round_tag(pairing_round),
        "share": presenters.share(pairing_round.need_met, pairing_round.need_total),
        "totals": totals,
        "rows": [presenters.board_row(pair, limits) for pair in page],
        "found": totals["found"],
        "pagination": presenters.page_links(page, request.GET),
        "form": form,
        "chips": chips,
        "runs_it": runs_it,
        "moves": _moves(request, pairing_round),
        "downloads": download_links(request),
        "events": RoundEvent.objects.visible_to(request.access)
        .filter(pairing_round=pairing_round)
        .select_related("by"),
    }
    return render(request, "peerreview/rounds/board.jinja", context)


@needs(Can.SEE_RATINGS)
def pair(request: SignedInRequest, number: int, code: str) -> HttpResponse:
    """One trust of a round: why this helper, and for those who run the round, why no other."""
    found = get_object_or_404(
        ProposedPair.objects.visible_to(request.access).select_related("pairing_round", "trust", "helper"),
        pairing_round=number,
        trust__code=code,
    )
    runs_it = request.access.may(Can.SEE_ROUNDS)
    limits = limits_of(found.pairing_round, request.access)
    priced, cannot_price = _prices(found, request.access) if runs_it else (None, "")
    context = {
        "round": found.pairing_round,
        "pair": found,
        "said": found.explanation,
        "helper": presenters.helper_words(found),
        "met": presenters.met_words(found),
        "parts": presenters.part_rows(found.explanation.get("parts", [])),
        "every_fact": presenters.fact_lists(found.explanation.get("parts", [])),
        "weak": presenters.weak_rows(found.explanation["weak"]),
        "limits": limits.get(code, []),
        "runs_it": runs_it,
        "prices": priced,
        "cannot_price": cannot_price,
        "weights_dated": date.fromisoformat(found.explanation.get("weights_dated", WEIGHTS.dated.isoformat())),
    }
    return render(request, "peerreview/rounds/pair.jinja", context)


@needs(Can.PUBLISH_ROUNDS)
def publish(request: SignedInRequest, number: int) -> HttpResponse:
    """A page that says who will see what, and the publishing itself."""
    pairing_round = _round(request, number)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST":
        try:
            publish_round(pairing_round, by=request.access, now=request.moment.now)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"{pairing_round.name} is published. Each trust sees its own pair.")
        return redirect("round", number)
    pairs = ProposedPair.objects.visible_to(request.access).filter(pairing_round=pairing_round)
    totals = pairs.aggregate(trusts=Count("pk"), helpers=Count("helper", distinct=True), paired=Count("helper"))
    newer = ratings_as_at() != pairing_round.as_at
    context = {"form": form, "round": pairing_round, "totals": totals, "newer_ratings": newer}
    return render(request, "peerreview/rounds/publish.jinja", context)


@needs(Can.PUBLISH_ROUNDS)
def set_aside(request: SignedInRequest, number: int) -> HttpResponse:
    pairing_round = _round(request, number)
    form = SetAsideForm(request.POST or None)

    def save() -> HttpResponse:
        set_aside_round(pairing_round, by=request.access, now=request.moment.now, why=form.cleaned_data["why"])
        messages.success(request, f"{pairing_round.name} is set aside. No trust sees it.")
        return redirect("rounds")

    return carry_out(request, form, save) or render(
        request, "peerreview/rounds/set_aside.jinja", {"form": form, "round": pairing_round}
    )


def _round(request: SignedInRequest, number: int) -> PairingRound:
    seen = PairingRound.objects.visible_to(request.access).select_related("proposed_by", "published_by")
    return get_object_or_404(seen, pk=number)


def _moves(request: SignedInRequest, pairing_round: PairingRound) -> list[dict[str, str]]:
    """The buttons of a round, as its lifecycle and the person's permissions have them."""
    if not request.access.may(Can.PUBLISH_ROUNDS):
        return []
    buttons = {State.PUBLISHED: ("Publish", "publish_round"), State.SET_ASIDE: ("Set aside", "set_aside_round")}
    return [
        {"text": buttons[state][0], "href": reverse(buttons[state][1], args=[pairing_round.pk])}
        for state in next_states(pairing_round.state)
    ]


def _asked(form: BoardFilter, request: SignedInRequest) -> tuple[Q, list[dict[str, Any]]]:
    """The rows asked for, and what was asked, each with the address that takes it away."""
    asked = Q(pk__isnull=False)
    chips: list[dict[str, Any]] = []
    if not form.is_valid():
        return asked, chips

    def without(name: str) -> str:
        kept = request.GET.copy()
        kept.pop(name, None)
        kept.pop("page", None)
        return f"{request.path}?{kept.urlencode()}" if kept else request.path

    region, outcome = form.cleaned_data["region"], form.cleaned_data["outcome"]
    if region:
        asked &= Q(trust__region=region)
        chips.append({"text": region.name, "remove_href": without("region")})
    if outcome:
        asked &= Q(helper__isnull=outcome == "unpaired")
        chips.append({"text": OUTCOMES[outcome], "remove_href": without("outcome")})
    return asked, chips


def _prices(found: ProposedPair, access: Access) -> tuple[Prices | None, str]:
    try:
        return prices(found.pairing_round, access, found.trust.code), ""
    except AlteredRound as problem:
        return None, f"{problem} Alternatives cannot be priced."
    except KeyError:
        return None, ""
