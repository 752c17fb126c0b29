"""`manage.py issue_token EMAIL`: a token for the API, shown once; `--revoke` ends it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.accounts.models import User
from tracker.people.scope import whole_service
from tracker.people.tokens import issue_token, revoke_token
from tracker.problems import Refused


class Command(BaseCommand):
    help = "Issues a person's token for the API and shows it once. It replaces the one before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose token; it may do what the person may do")
        parser.add_argument("--revoke", action="store_true", help="end the token instead")

    def handle(self, *args: Any, email: str, revoke: bool, **options: Any) -> None:
        with whole_service() as access:
            person = User.objects.filter(email=email.lower()).first()
            if person is None:
                raise CommandError(f"Nobody signs in with {email}.")
            if revoke:
                ended = revoke_token(person, by=access)
                self.stdout.write(f"{person.email}: " + ("the token has ended." if ended else "there was no token."))
                return
            try:
                secret = issue_token(person, by=access)
            except Refused as problem:
                raise CommandError(problem.message) from problem
        self.stderr.write(f"The token of {person.email}. It is not shown again; any earlier one has ended.")
        self.stdout.write(secret)
