"""The components, as their reader meets them: words beside shapes, names on everything, nothing injected."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.template.backends.utils import csrf_input
from django.template.loader import render_to_string
from django.test import RequestFactory
from jinja2 import UndefinedError

from tests.tracker.web.page import Page
from tracker.web.gallery import gallery_context

TEMPLATES = Path(settings.BASE_DIR) / "templates"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
CHROME: dict[str, Any] = {
    "home": "/",
    "person": "Asha Patel",
    "organisation": "Northborough Hospitals",
    "role": "Improvement lead",
    "account_href": "/account",
    "sign_out_href": "/sign-out",
    "demonstration": True,
    "navigation": [
        {"text": "Today", "href": "/"},
        {"text": "Actions", "href": "/actions", "current": True, "count": 7},
    ],
    "footer": [{"text": "Accessibility", "href": "/accessibility"}],
}


def gallery(**extra: Any) -> Page:
    """The gallery in a frame of our own, not that of whoever may be signed in."""
    token = csrf_input(RequestFactory().get("/gallery"))
    template = engines["jinja"].env.get_template("tracker/gallery.jinja")
    return Page(template.render({**gallery_context(), "chrome": CHROME, "csrf_input": token, **extra}))


def draw(source: str, **values: Any) -> Page:
    return Page(engines["jinja"].from_string(source).render(values))


def test_every_component_stands_in_the_gallery() -> None:
    shown = "".join((TEMPLATES / name).read_text() for name in ("tracker/gallery.jinja", "base.jinja"))
    for path in sorted((TEMPLATES / "components").glob("*.jinja")):
        found = re.search(rf'"components/{path.name}" import ([\w, ]+)', shown)
        assert found, f"{path.name} is not in the gallery"
        for macro in found[1].replace(" ", "").split(","):
            assert re.search(rf"(?:{{{{|call)\s*{macro}\(|html\": {macro}\(", shown), (
                f"{macro} is imported and not shown"
            )


def test_no_page_needs_an_inline_script_or_style() -> None:
    page = gallery()
    assert not page.all("style")
    assert all(e.get("src") for e in page.all("script"))
    for element in page.elements:
        assert "style" not in element.attributes
        assert not [name for name in element.attributes if name.startswith("on")]


def test_every_file_of_a_page_is_our_own() -> None:
    for element in gallery().all("script", "link", "img"):
        assert (element.get("src") or element.get("href")).startswith(settings.STATIC_URL)


def test_ids_are_unique_and_every_reference_leads_somewhere() -> None:
    page = gallery()
    twice = [name for name, times in Counter(page.ids).items() if times > 1]
    assert twice == []
    for element in page.elements:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for name in element.get(attribute).split():
                assert name in page.ids, f"{attribute}={name} on {element.tag} leads nowhere"


def test_headings_are_one_h1_and_no_level_is_skipped() -> None:
    levels = [int(e.tag[1]) for e in gallery().all("h1", "h2", "h3", "h4") if "footer" not in e.ancestors]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_demonstration_says_so_on_every_page_and_real_data_does_not() -> None:
    def banners(page: Page) -> list[str]:
        return [e.text for e in page.all("div") if e.has_class("app-demonstration")]

    assert "fictional trusts" in banners(gallery())[0]
    assert banners(gallery(chrome={**CHROME, "demonstration": False})) == []


def test_the_whole_navigation_is_links_that_no_script_has_to_open() -> None:
    page = gallery()
    links = [e for e in page.all("a") if e.has_class("nhsuk-header__navigation-link")]
    assert [e.get("href") for e in links] == ["/", "/actions"]
    assert links[1].get("aria-current") == "page"
    assert links[1].text == "Actions 7 waiting"


def test_every_posted_form_carries_a_token_sign_out_included() -> None:
    elements = gallery().elements
    posted = [n for n, e in enumerate(elements) if e.tag == "form" and e.get("method") == "post"]
    assert "/sign-out" in [elements[n].get("action") for n in posted]
    for n in posted:
        controls = [e for e in elements[n + 1 : n + 4] if e.tag == "input"]
        assert [e.get("name") for e in controls[:1]] == ["csrfmiddlewaretoken"], elements[n].get("action")
        assert controls[0].get("value")


@pytest.mark.parametrize("tone", ["outstanding", "good", "requires-improvement", "inadequate", "none"])
def test_a_rating_is_a_word_with_a_shape_of_its_own(tone: str) -> None:
    source = '{% from "components/rating.jinja" import rating %}{{ rating("Word", tone) }}'
    shapes = {}
    for each in ("outstanding", "good", "requires-improvement", "inadequate", "none"):
        page = draw(source, tone=each)
        shapes[each] = [(e.tag, e.get("d")) for e in page.all("path", "circle")]
        assert page.all("span")[0].text == "Word"
        assert page.all("svg")[0].get("aria-hidden") == "true"
    assert [other for other, shape in shapes.items() if shape == shapes[tone]] == [tone]


def test_a_grid_cell_is_named_for_a_listener_and_says_how_old_it_is() -> None:
    page = gallery()
    table = [e for e in page.all("table") if e.has_class("app-grid")]
    assert len(table) == 1
    links = [e.text for e in page.all("a") if e.has_class("app-grid__link")]
    assert "Good, Surgery, Effective: history" in links
    assert "Outstanding (91%), Surgery, Caring: history" in links
    assert len(links) == len(set(links)), "two links of the grid have the same name"
    notes = [e.text for e in page.all("span") if e.has_class("app-grid__note")]
    for said in ("3 May 2026", "rating is 7 years old", "up from Inadequate", "Single assessment framework"):
        assert said in notes


def test_every_table_has_a_caption_and_scoped_headers() -> None:
    page = gallery()
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(e.text for e in page.all("caption"))
    assert {e.get("scope") for e in page.all("th")} == {"col", "row"}


def test_wide_tables_scroll_on_their_own_by_keyboard_with_a_name() -> None:
    regions = [e for e in gallery().all("div") if e.has_class("app-scroll")]
    assert regions
    for region in regions:
        assert (region.get("role"), region.get("tabindex")) == ("region", "0")
        assert region.get("aria-label")


def test_a_sorted_column_says_which_way_and_its_link_says_what_it_does() -> None:
    page = gallery()
    assert [e.text for e in page.all("th") if e.get("aria-sort") == "ascending"] == ["Trust: sort descending"]
    assert "Sites: sort ascending" in [e.text for e in page.all("a")]


def test_a_chart_has_the_same_numbers_in_its_picture_its_description_and_its_table() -> None:
    context = gallery_context()
    bar = context["bars"]["sector"]  # type: ignore[index]
    source = (
        '{% from "components/stacked_bar.jinja" import stacked_bar %}'
        '{{ stacked_bar("sector", bar, "Six in ten trusts require improvement", "Trusts") }}'
    )
    page = draw(source, bar=bar)
    in_picture = [e.text for e in page.all("text")]
    in_table = [e.text for e in page.all("td")]
    described = page.all("desc")[0].text
    assert in_picture == ["5", "53", "109", "12"]
    assert in_table[0:10:2] == ["5", "53", "109", "12", "0"]
    assert in_table[10] == "179"
    assert described.startswith("Outstanding 5 (3%), Good 53 (30%), Requires improvement 109 (61%)")
    picture = next(e for e in page.all("svg") if e.has_class("app-bar"))
    assert picture.get("role") == "img"
    assert all(name in page.ids for name in picture.get("aria-labelledby").split())


@pytest.mark.parametrize(
    "source",
    [
        '{% from "components/rating.jinja" import rating %}{{ rating(x, x) }}',
        '{% from "components/ratings_grid.jinja" import ratings_grid %}'
        '{{ ratings_grid(x, [x], [{"service": x, "cells": [{"word": x, "tone": x, "href": x, "date": x, "age": x,'
        ' "change": x, "inherited": x, "framework": x}]}]) }}',
        '{% from "components/table.jinja" import table %}'
        '{{ table(x, [{"text": x, "sort_href": x}], [[x], [{"text": x, "href": x, "about": x}]]) }}',
        '{% from "components/filters.jinja" import filter_chips %}'
        '{{ filter_chips([{"text": x, "remove_href": x}], x) }}',
        '{% from "components/filters.jinja" import filter_panel %}'
        '{% call filter_panel(x, x, [{"name": x, "value": x}]) %}{{ x }}{% endcall %}',
        '{% from "components/timeline.jinja" import timeline %}'
        '{{ timeline([{"title": x, "date": x, "datetime": x, "by": x, "text": x, "html": x, "href": x}]) }}',
        '{% from "components/summary_list.jinja" import summary_list %}'
        '{{ summary_list([{"key": x, "value": x, "action": {"text": x, "href": x}}, {"key": x, "html": x}]) }}',
        '{% from "components/change_list.jinja" import change_list %}'
        '{{ change_list([{"id": x, "title": x, "count": 1, "note": x, "changes": [{"text": x, "detail": x}],'
        ' "more": {"text": x, "href": x}}], x) }}',
        '{% from "components/notification.jinja" import notification %}'
        '{{ notification(x, undo={"action": x, "text": x, "csrf": x}) }}',
        '{% from "components/error_summary.jinja" import error_summary %}{{ error_summary([{"text": x, "href": x}]) }}',
        '{% from "components/empty_state.jinja" import empty_state %}{{ empty_state(x, {"text": x, "href": x}, x) }}',
        '{% from "components/progress.jinja" import progress %}{{ progress(x, x, x, 5) }}',
        '{% from "components/breadcrumbs.jinja" import breadcrumbs %}{{ breadcrumbs([{"text": x, "href": x}]) }}',
        '{% from "components/sub_navigation.jinja" import sub_navigation %}'
        '{{ sub_navigation([{"text": x, "href": x, "count": 1, "count_label": x}], x) }}',
        '{% from "components/distribution.jinja" import distribution %}'
        '{{ distribution([{"share": 1, "word": x, "tone": x, "count": 1, "href": x}], x, x, x) }}',
        '{% from "components/tag.jinja" import tag %}{{ tag(x, x) }}',
        '{% from "components/as_at.jinja" import as_at %}{{ as_at(x, x, x, x) }}',
        '{% from "components/page_header.jinja" import page_header %}'
        '{{ page_header({"home": x, "person": x, "organisation": x, "role": x, "account_href": x, "sign_out_href": x,'
        ' "navigation": [{"text": x, "href": x, "count": 2, "count_label": x}]}, "") }}',
        '{% from "components/page_footer.jinja" import page_footer %}{{ page_footer([{"text": x, "href": x}]) }}',
        '{% from "components/stacked_bar.jinja" import stacked_bar %}{{ stacked_bar("i", bar, x, x, x) }}',
    ],
)
def test_hostile_text_stays_text(source: str) -> None:
    from_file = gallery_context()["bars"]["sector"]  # type: ignore[index]
    page = draw(source, x=HOSTILE, bar=from_file)
    assert page.all("script", "img") == []
    assert [e.tag for e in page.elements if "onerror" in e.attributes] == []


def test_a_mistyped_name_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(UndefinedError):
        draw("{{ raating }}")
    with pytest.raises(UndefinedError):
        draw(
            '{% from "components/ratings_grid.jinja" import ratings_grid %}'
            '{{ ratings_grid("c", ["Safe"], [{"cells": []}]) }}'
        )


def test_work_under_way_refreshes_itself_with_and_without_scripts_until_it_is_done() -> None:
    source = (
        '{% from "components/progress.jinja" import progress, progress_head %}'
        '{{ progress_head() }}{{ progress("Reading", "3 of 9 rows", "/imports/1", 33, done=done) }}'
    )
    under_way, done = draw(source, done=False), draw(source, done=True)
    meta = under_way.all("meta")[0]
    assert meta.get("http-equiv") == "refresh"
    assert "noscript" in meta.ancestors
    block = next(e for e in under_way.all("div") if e.get("id") == "progress")
    assert block.get("data-refresh-seconds")
    assert "/imports/1" in [e.get("href") for e in under_way.all("a")]
    assert not next(e for e in done.all("div") if e.get("id") == "progress").get("data-refresh-seconds")


def test_one_page_needs_no_pagination() -> None:
    source = '{% from "components/pagination.jinja" import pagination %}{{ pagination(pages) }}'
    pages = [{"number": n, "href": f"?page={n}", "current": n == 1} for n in (1, 2)]
    assert draw(source, pages=pages[:1]).elements == []
    assert [e.get("href") for e in draw(source, pages=pages).all("a")] == ["?page=1", "?page=2"]


@pytest.mark.parametrize("path", sorted((TEMPLATES / "errors").glob("[0-9c]*.jinja")), ids=lambda path: path.stem)
def test_an_error_page_needs_no_request_and_says_what_to_do(path: Path) -> None:
    page = Page(render_to_string(f"errors/{path.name}"))
    assert [e.tag for e in page.all("h1")] == ["h1"]
    assert any("main" in e.ancestors for e in page.all("p"))


def test_a_step_chart_says_in_its_name_and_table_what_it_draws() -> None:
    steps = gallery_context()["steps"]
    assert isinstance(steps, list)
    moved, once = steps
    assert moved.headline == "Safe: Outstanding since 3 May 2026, up from Good"
    assert once.headline == "Caring: Good since 1 July 2024; no other rating is known here"
    page = draw(
        '{% from "components/step_chart.jinja" import step_chart %}'
        "{{ step_chart(one.id, one.chart, one.headline, one.rows) }}",
        one=moved,
    )
    drawing = next(e for e in page.all("svg") if e.get("role") == "img")
    named = {e.get("id"): e.text for e in page.all("figcaption", "desc")}
    headline, told = (named[part] for part in drawing.get("aria-labelledby").split())
    assert headline == moved.headline
    table = [e.text for e in page.all("tr")][1:]
    assert len(told.split("; ")) == len(table) == len(page.all("title")) == 6
    for said, row in zip(told.split("; "), table, strict=True):
        assert row.endswith(said.split(": ")[1])
    assert "Inspected but not rated" in table[2]
