"""The administration pages: people and their roles, and nothing else.  Ratings, plans and imports have pages
and operations of their own; nothing of theirs is edited here."""

from typing import Any

from django.contrib import admin

from tracker.accounts.models import User
from tracker.accounts.sessions import end_sessions
from tracker.clock import moment
from tracker.people.models import Membership


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["person", "role", "trust", "system", "region", "valid_from", "valid_to"]
    list_select_related = ["person", "trust", "system", "region"]
    list_filter = ["role"]
    search_fields = ["person__name", "person__email"]
    autocomplete_fields = ["person"]


@admin.register(User)
class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["name", "email", "job_title", "is_active"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "job_title", "is_active", "is_staff"]

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        """Whoever is disabled is signed out at once, and would not be signed in again by being enabled."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_sessions(obj, by=request.user, now=moment().now)
