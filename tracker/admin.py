"""The administration pages: people and their roles, and nothing else.  Ratings, plans and imports have pages
and operations of their own; nothing of theirs is edited here."""

from django.contrib import admin

from tracker.accounts.models import User
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
