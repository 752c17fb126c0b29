"""A caller of the API: by token, the way another system calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tracker.accounts.models import User
from tracker.api.throttles import COUNTS
from tracker.people.access import everything
from tracker.people.tokens import issue_token

API = "/api/v1/"


@dataclass
class Caller:
    """Another system with somebody's token."""

    secret: str
    client: Client

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(API + path, query, headers=self.headers)

    def post(self, path: str, body: object, **headers: str) -> Any:
        return self.client.post(API + path, body, content_type="application/json", headers={**self.headers, **headers})

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every row of a list, page after page."""
        answer = self.get(path, **query)
        found = []
        while True:
            assert answer.status_code == 200, answer.content
            page = answer.json()
            found += page["results"]
            if page["next"] is None:
                return found
            answer = self.client.get(page["next"], headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.secret}"}


@pytest.fixture(autouse=True)
def no_requests_yet() -> None:
    COUNTS.clear()


@pytest.fixture
def caller(db: None) -> Callable[[User], Caller]:
    """`caller(person)` calls with a new token of that person's."""
    return lambda person: Caller(issue_token(person, by=everything()), Client())
