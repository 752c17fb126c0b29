"""What every page's frame needs: the service name, the person, and where they can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page_frame(request: HttpRequest) -> dict[str, Any]:
    return {"demonstration": settings.WORLD == "demo", "person": getattr(request, "user", None)}
