"""How allauth meets this service: nobody signs up; an administrator makes accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_user_search_fields(self) -> list[str]:
        return ["email", "name"]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People are known by their email address; there is no user name to fill in."""
