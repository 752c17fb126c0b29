"""The page templates' environment: Jinja2, strict about names, with the NHS design system's macros.

Named in settings as the `environment` option of Django's Jinja2 backend.
"""

from collections.abc import Mapping, MutableMapping
from datetime import date, datetime
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import (
    ChainableUndefined,
    Environment,
    PackageLoader,
    StrictUndefined,
    Template,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup

from tracker.web.typed_again import DRAWN_FOR, drawn_for

NHS_PREFIX = "nhsuk/"
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class PageEnvironment(Environment):
    """Our templates fail on a name nobody set; the NHS templates, which rely on that, do not.

    Their macros read `params.a.b.c` where `a` may be missing, so they are compiled in an environment of their
    own. A mistyped name in one of our pages is still an error, never a silent blank where a rating belongs.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.nhs = Environment(
            loader=PackageLoader("nhsuk_frontend_jinja"),
            autoescape=True,
            undefined=ChainableUndefined,
            auto_reload=False,
        )

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja2's own name
    ) -> Template:
        """As Jinja2's, with names under `nhsuk/` taken from the design system's package."""
        if isinstance(name, str) and name.startswith(NHS_PREFIX):
            return self.nhs.get_template(name)
        return super().get_template(name, parent, globals)


def environment(**options: Any) -> PageEnvironment:
    """What Django's Jinja2 backend calls: its options, made strict, with our globals and filters."""
    options.update(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages = PageEnvironment(**options)
    pages.globals.update(static=static, url=url, csrf=csrf)
    pages.filters.update(
        date=long_date,
        short_date=short_date,
        time=clock_time,
        number_word=number_word,
        thousands=thousands,
        count_of=count_of,
    )
    return pages


def url(name: str, *args: object, query: Mapping[str, object] | None = None, **kwargs: object) -> str:
    """The address of a named page. Raises NoReverseMatch for a name or arguments no URL has."""
    if args and kwargs:
        raise TypeError("give a URL's arguments by position or by name, not both")
    return reverse(name, args=args or None, kwargs=kwargs or None, query=query)


@pass_context
def csrf(context: Context) -> Markup:
    """The hidden fields that every posted form carries: Django's token, and for whom the form was drawn.  Empty on a
    page rendered without a request."""
    token = Markup(context.get("csrf_input", ""))  # noqa: S704 - Django's own escaped field
    request = context.get("request")
    whom = drawn_for(request) if request is not None else ""
    return token + Markup('<input type="hidden" name="{}" value="{}">').format(DRAWN_FOR, whom) if whom else token


def long_date(value: date | datetime) -> str:
    """A date in the NHS style: 23 November 2026. A moment is shown on its day in the service's time zone."""
    day = _local(value)
    return f"{day.day} {day:%B %Y}"


def short_date(value: date | datetime) -> str:
    """A date for a narrow column: 23 Nov 2026."""
    day = _local(value)
    return f"{day.day} {day:%b %Y}"


def clock_time(value: datetime) -> str:
    """A time of day in the NHS style: 5:30pm, midday, midnight."""
    moment = _local(value)
    if (moment.hour, moment.minute) in {(0, 0), (12, 0)}:
        return "midday" if moment.hour else "midnight"
    minutes = f":{moment:%M}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def number_word(value: int) -> str:
    """Nought to nine in words, as running text has it; larger numbers in figures with commas."""
    return NUMBER_WORDS[value] if 0 <= value < len(NUMBER_WORDS) else thousands(value)


def thousands(value: int) -> str:
    """A whole number with commas: 323,673."""
    return f"{value:,}"


def count_of(value: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: "1 trust", "1,204 trusts", "2 inquiries" (given its plural)."""
    return f"{thousands(value)} {singular if value == 1 else plural or singular + 's'}"


def _local(value: date | datetime) -> datetime:
    """The value as a moment in the service's time zone; a plain date keeps its day."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - only its day is read
    return timezone.localtime(value) if timezone.is_aware(value) else value
