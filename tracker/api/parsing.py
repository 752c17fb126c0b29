"""Reading what is sent: JSON, and not too much of it."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from rest_framework.exceptions import APIException
from rest_framework.parsers import JSONParser

MOST_BYTES = 256 * 1024


class TooLarge(APIException):
    status_code = 413
    default_detail = f"Send at most {MOST_BYTES // 1024} KB."
    default_code = "too_large"


class BoundedJSON(JSONParser):
    """JSON of at most 256 KB: the framework's own parser reads a body of any size into memory."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value sent.  Raises TooLarge, or ParseError for what is no JSON."""
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        return super().parse(BytesIO(body), media_type, parser_context)
