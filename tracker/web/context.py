"""What surrounds every page: the person, their organisation and role, and where they can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tracker.accounts.models import User
from tracker.people.access import NOBODY, Access
from tracker.people.roles import Role
from tracker.sources import NavigationItem, implementations


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """The `chrome` of `templates/base.jinja`; without a person, only the frame that error pages need."""
    person = getattr(request, "user", None)
    access: Access = getattr(request, "access", NOBODY)
    chrome: dict[str, Any] = {
        "home": "/",
        "person": "",
        "organisation": "",
        "role": "",
        "account_href": "",
        "sign_out_href": "",
        "demonstration": settings.WORLD == "demo",
        "navigation": [],
        "footer": [{"text": "Accessibility", "href": reverse("accessibility")}],
    }
    if isinstance(person, User) and person.is_authenticated:
        chrome |= {
            "person": person.get_full_name() or person.email,
            "organisation": access.organisation,
            "role": ", ".join(role.label for role in Role if role in access.roles),
            "account_href": reverse("account"),
            "sign_out_href": reverse("account_logout"),
            "navigation": [
                {"text": item.text, "href": item.href, "current": _is_current(request.path, item.href)}
                for item in _navigation(access)
            ],
        }
    return {"chrome": chrome}


def _navigation(access: Access) -> list[NavigationItem]:
    found = [item for source in implementations("NAVIGATION") for item in source(access)]
    return sorted(found, key=lambda item: item.position)


def _is_current(path: str, href: str) -> bool:
    return path == href if href == "/" else path == href or path.startswith(href.rstrip("/") + "/")
