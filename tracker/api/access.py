"""Who asks: by token or by session, and the scope in which the database answers them.

The middleware opens the scope from the session, before anybody has read the request's token.  So the scope is
opened again here, for the person the token belongs to, before a permission is checked or a row is read.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracker.accounts.models import User
from tracker.api.filters import Filters, read_filters
from tracker.api.parsing import BoundedJSON
from tracker.api.schema import Described
from tracker.api.throttles import Reads, Writes
from tracker.clock import Moment
from tracker.people.access import NOBODY, Access, access_of
from tracker.people.roles import Can
from tracker.people.scope import enter
from tracker.people.tokens import kept_of

CQC_LICENCE = "Contains Care Quality Commission data under the Open Government Licence v3.0"
FICTIONAL = "Fictional demonstration data: no real organisation or person"
CONFIDENTIAL = "Confidential to the organisations it names; under no open licence"


class ByToken(TokenAuthentication):
    """`Authorization: Token SECRET`.  The database keeps only what `kept_of` makes of the secret."""

    def authenticate_credentials(self, key: str) -> tuple[User, Any]:
        """The token's person.  Raises AuthenticationFailed for an unknown token or a disabled person."""
        found: tuple[User, Any] = super().authenticate_credentials(kept_of(key))
        return found


class Door(APIView):
    """What every address of the API shares.

    `needs` names a permission without which the address does not exist (404, so that a guess tells nothing);
    `filters` are the query parameters it understands; `chosen` is what the request asked for, already valid.
    """

    authentication_classes = (ByToken, SessionAuthentication)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (Reads, Writes)
    parser_classes = (BoundedJSON,)
    schema = Described()
    needs: ClassVar[Can | None] = Can.SEE_RATINGS  # as the pages: everybody with a role
    filters: ClassVar[type[Filters] | None] = Filters
    confidential: ClassVar[bool] = False

    access: Access = NOBODY
    moment: Moment
    chosen: dict[str, Any]

    def perform_authentication(self, request: Request) -> None:
        """As the framework's, then the scope of the person it found."""
        super().perform_authentication(request)
        opened = request._request  # where the middleware left the moment and the session's scope
        self.moment = opened.moment  # type: ignore[attr-defined]
        self.access = opened.access  # type: ignore[attr-defined]
        if request.user.pk != self.access.person_id:
            self.access = access_of(request.user, self.moment.today)  # type: ignore[arg-type]
            enter(self.access)
            opened.access = self.access  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises Http404 without the permission needed, ValidationError for a filter that cannot be understood."""
        super().initial(request, *args, **kwargs)
        if self.needs is not None and not self.access.may(self.needs):
            raise Http404
        if self.filters is not None:
            pager = getattr(self, "pagination_class", None)
            also = pager.parameters if pager is not None and request.method in {"GET", "HEAD"} else frozenset()
            self.chosen = read_filters(self.filters, request.query_params, also=also)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Every answer, a refusal too, says under which licence it may be used."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if settings.WORLD == "demo":
            answer["X-Data-Licence"] = FICTIONAL
        else:
            answer["X-Data-Licence"] = CONFIDENTIAL if self.confidential else CQC_LICENCE
        return answer


class Listing(Door, ListAPIView[Any]):
    """A list, a page at a time.  `queryset` is what there is, `narrowed` what was asked for."""

    filter_backends = ()

    def narrowed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What of the list was asked for."""
        return queryset

    def filter_queryset(self, queryset: Any) -> Any:
        return self.narrowed(queryset)
