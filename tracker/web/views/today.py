"""The first page: what a person should look at now."""

from django.http import HttpResponse
from django.shortcuts import render

from tracker.sources import TodaySection, implementations
from tracker.web.requests import SignedInRequest


def today(request: SignedInRequest) -> HttpResponse:
    sections: list[TodaySection] = [
        section for source in implementations("TODAY") for section in source(request.access, request.moment)
    ]
    sections.sort(key=lambda section: section.position)
    return render(
        request,
        "tracker/today/today.jinja",
        {"today": request.moment.today, "sections": sections, "has_role": bool(request.access.roles)},
    )
