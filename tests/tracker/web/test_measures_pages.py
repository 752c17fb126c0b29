"""The pages of measures: what they say, the way from a paste to the chart, and that nothing typed is lost."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.measure_factories import STEADY, add_values, month, new_measure, standing, stored_measure
from tests.plan_factories import NOW, access, finish, new_action
from tests.tracker.web.page import Page
from tracker.clock import moment
from tracker.measures.models import Measure
from tracker.measures.operations import NewValue, record_values
from tracker.people.scope import scope_of, whole_service
from tracker.plans.measuring import link_measure

pytestmark = pytest.mark.django_db


def page(client: Client, path: str, status: int = 200) -> Page:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return Page(answer.content.decode())


def sent_back(found: Page) -> dict[str, str]:
    """What the form of a preview would send: its hidden and visible boxes as drawn."""
    sent = {}
    for box in found.all("input"):
        if "form" in box.ancestors and box.get("name") and box.get("type") not in {"radio", "checkbox"}:
            sent[box.get("name")] = box.get("value")
    return sent


def paste(client: Client, measure: Measure, text: str) -> tuple[Page, str]:
    answer = client.post(f"/measures/{measure.pk}/data", {"step": "paste", "text": text})
    html = answer.content.decode()
    assert answer.status_code == 200
    return Page(html), html


def test_fourteen_pasted_months_become_a_chart_with_its_limits_and_the_same_table(cast: Cast, as_user: Any) -> None:
    measure, client = new_measure(cast), as_user(cast.lead)
    lines = [f"{month(n):%b %Y}\t{value}" for n, value in enumerate([48, 52] * 7)]
    preview, html = paste(client, measure, "Month\tFalls\n" + "\n".join(lines))
    assert "14 new values." in html
    assert standing(measure) == []  # nothing is kept by looking
    answer = client.post(f"/measures/{measure.pk}/data", sent_back(preview), follow=True)
    shown, html = Page(answer.content.decode()), answer.content.decode()
    assert "14 values added. New values are ringed on the chart." in html
    assert "Falls with harm: common cause, no significant change" in html
    # mean 50, moving ranges 4: limits 50 -+ 10.64, shown to one decimal more than the values
    assert "Mean 50. Process limits 39.4 to 60.6, from 14 values." in html
    assert len([e for e in shown.all("circle") if e.has_class("app-spc__ring")]) == 14 + 1  # and one in the key
    rows = [e.text for e in shown.all("td") if e.ancestors.count("tbody")]
    assert rows[:5] == ["48", "50", "39.4", "60.6", "Common cause"]
    titles = [e.text for e in shown.all("title") if "use" in e.ancestors]
    assert titles[:2] == ["Jan 2024: 48", "Feb 2024: 52"]


def test_thirteen_are_needed_and_the_page_says_how_many_are_missing(cast: Cast, as_user: Any) -> None:
    measure = new_measure(cast, STEADY[:12])
    html = as_user(cast.lead).get(f"/measures/{measure.pk}").content.decode()
    assert "1 more value is needed before there can be limits" in html
    assert "app-spc__line--limit" not in html
    add_values(measure, cast, [48], start=12)
    assert "app-spc__line--limit" in as_user(cast.lead).get(f"/measures/{measure.pk}").content.decode()


def test_lines_with_mistakes_are_put_right_in_place_and_nothing_typed_is_lost(cast: Cast, as_user: Any) -> None:
    measure, client = new_measure(cast, [48]), as_user(cast.lead)
    text = "Jan 2024\t50\nFeb 2024\tmany\n13/13/2024\t49\nApr 2024\t1.234,5\nMay 2024\t50"
    preview, html = paste(client, measure, text)
    assert "2 lines to put right" in html
    assert "“many” is not a number" in html
    assert preview.all("title")[0].text.startswith("Error: Check the values")
    links = [e.get("href") for e in preview.all("a") if e.get("href").startswith("#value-")]
    assert links == ["#value-1"]
    assert links[0][1:] in preview.ids
    sent = sent_back(preview)
    assert (sent["value-1"], sent["period-2"], sent["value-3"]) == ("many", "13/13/2024", "1.234,5")

    answer = client.post(f"/measures/{measure.pk}/data", {**sent, "value-1": "51"})  # one is still wrong
    again = Page(answer.content.decode())
    assert standing(measure) == [(month(0), 48)]
    assert sent_back(again)["value-1"] == "51"
    decided = {**sent_back(again), "leave-2": "on", "choice-0": "replace"}
    answer = client.post(f"/measures/{measure.pk}/data", decided)
    assert "Say why values are replaced" in answer.content.decode()
    decided = {
        **sent_back(Page(answer.content.decode())),
        "leave-2": "on",
        "choice-0": "replace",
        "why": "Late reports",
    }
    answer = client.post(f"/measures/{measure.pk}/data", decided, follow=True)
    assert "3 values added and 1 replaced." in answer.content.decode()
    assert [(on.month, float(value or 0)) for on, value in standing(measure)] == [
        (1, 50.0), (2, 51.0), (4, 1234.5), (5, 50.0),
    ]  # fmt: skip


def test_a_value_that_stands_is_kept_or_replaced_only_when_somebody_says_so(cast: Cast, as_user: Any) -> None:
    measure, client = new_measure(cast, [48, 52]), as_user(cast.lead)
    preview, html = paste(client, measure, "Jan 2024 48\nFeb 2024 60")
    assert "1 line with another value than the one that stands." in html
    assert "1 value that stands already." in html
    answer = client.post(f"/measures/{measure.pk}/data", sent_back(preview))
    assert "Line 2: select whether to replace 52 or keep it" in answer.content.decode()
    kept = {**sent_back(preview), "choice-1": "keep"}
    answer = client.post(f"/measures/{measure.pk}/data", kept, follow=True)
    assert "Nothing changed" in answer.content.decode()
    assert standing(measure)[1] == (month(1), 52)


def test_one_value_is_typed(cast: Cast, as_user: Any) -> None:
    measure, client = new_measure(cast), as_user(cast.executive)  # its owner
    answer = client.post(f"/measures/{measure.pk}/data", {"step": "type", "period": "April 2026", "value": "6,5"})
    client.post(f"/measures/{measure.pk}/data", sent_back(Page(answer.content.decode())))
    assert [float(value or 0) for _, value in standing(measure)] == [6.5]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"step": "paste", "text": ""}, "Paste at least one line"),
        ({"step": "paste", "text": "Month Value"}, "Paste at least one line"),
        ({"step": "paste", "text": "Apr 2026 1\n" * 501}, "Paste at most 500 lines"),
        ({"step": "type", "period": "", "value": "3"}, "Enter a date"),
        ({"step": "save", "rows": "x"}, ""),
        ({"step": "save", "rows": "9999"}, ""),
        ({"step": "nonsense"}, ""),
    ],
)
def test_what_cannot_be_a_paste_is_said_and_keeps_nothing(
    cast: Cast, as_user: Any, sent: dict[str, str], said: str
) -> None:
    measure = new_measure(cast)
    answer = as_user(cast.lead).post(f"/measures/{measure.pk}/data", sent)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert standing(measure) == []


def test_hostile_words_are_shown_as_words(cast: Cast, as_user: Any) -> None:
    measure = new_measure(cast, STEADY, name="<script>alert(1)</script>", unit="<b>")
    client = as_user(cast.lead)
    _, html = paste(client, measure, "<script>alert(2)</script>\t<img src=x>")
    for text in (
        html,
        client.get(f"/measures/{measure.pk}").content.decode(),
        client.get("/measures").content.decode(),
    ):
        assert "<script>alert" not in text
        assert "<img src=x>" not in text


def test_the_list_says_in_words_and_shapes_what_each_measure_says(cast: Cast, as_user: Any) -> None:
    new_measure(cast, [*STEADY, 70], name="Falls")
    new_measure(cast, STEADY, name="Sepsis", target=Decimal(45))
    client = as_user(cast.lead)
    html = client.get("/measures").content.decode()
    for words in ("2 measures", "Concern", "above the upper limit", "Target met or missed by chance"):
        assert words in html
    found = page(client, "/measures?variation=concern")
    assert next(e.text for e in found.all("h1")) == "1 of 2 measures"
    assert page(client, "/measures?variation=odd", status=400)
    assert "2 of 2 measures" in client.get("/measures?values=due").content.decode()  # nothing since 2025


def test_the_lists_and_the_values_come_as_files(cast: Cast, as_user: Any) -> None:
    measure = new_measure(cast, [*STEADY, 70], name="=Falls")
    client = as_user(cast.lead)
    listed = client.get("/measures?format=csv").content.decode("utf-8-sig")
    assert "'=Falls" in listed
    assert client.get("/measures?format=xlsx").content.startswith(b"PK")
    rows = list(csv.reader(StringIO(client.get(f"/measures/{measure.pk}?format=csv").content.decode("utf-8-sig"))))
    last = next(row for row in rows if row and row[0] == month(16).isoformat())
    assert last[1] == "70"
    assert last[5] == "Concern: above the upper limit"


def test_a_measure_is_added_changed_and_a_stale_change_keeps_both_texts(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    boxes = page(client, "/measures/new").all("input")
    key = next(box.get("value") for box in boxes if box.get("name") == "form_key")
    sent = {
        "name": "Sepsis screening", "direction": "up", "frequency": "month", "unit": "%", "target": "95%",
        "owner": str(cast.lead.pk), "form_key": key,
    }  # fmt: skip
    assert client.post("/measures/new", {**sent, "target": "lots"}).status_code == 200
    answer = client.post("/measures/new", sent)
    assert answer.status_code == 302
    with whole_service():
        measure = Measure.objects.get()
    assert measure.target == 95
    changed = {**sent, "name": "Sepsis screening in an hour", "version": "1"}
    assert client.post(f"/measures/{measure.pk}/edit", changed).status_code == 302
    answer = client.post(f"/measures/{measure.pk}/edit", {**sent, "name": "Mine", "version": "1"})
    html = answer.content.decode()
    assert "Somebody saved this measure" in html
    assert "Sepsis screening in an hour" in html
    assert 'value="Mine"' in html
    assert stored_measure(measure).name == "Sepsis screening in an hour"


def test_limits_are_recalculated_on_the_page_and_withdrawn(cast: Cast, as_user: Any) -> None:
    measure, client = new_measure(cast, [*STEADY, *[68, 72] * 4]), as_user(cast.lead)
    sent = {"on_day": "1", "on_month": "5", "on_year": "2025", "why": "The new ward opened"}
    answer = client.post(f"/measures/{measure.pk}/limits", {**sent, "on_month": "9"})
    assert "Recalculate when there are 7 or more on each side" in answer.content.decode()
    assert "The new ward opened" in answer.content.decode()
    html = client.post(f"/measures/{measure.pk}/limits", sent, follow=True).content.decode()
    assert "From May 2025" in html
    assert html.count("app-spc__line--mean") == 2 + 1  # two segments and the key
    href = re.search(r'href="(/measures/\d+/limits/\d+/withdraw)"', html)
    assert href is not None
    html = client.post(href[1], {"why": "It closed again"}, follow=True).content.decode()
    assert "From May 2025" not in html
    assert "It closed again" in client.get(f"/measures/{measure.pk}/history").content.decode()


def test_an_action_is_linked_marked_and_judged(cast: Cast, as_user: Any) -> None:
    measure, action, client = new_measure(cast, [*STEADY, *[44] * 7]), new_action(cast), as_user(cast.lead)
    sent = {"action": str(action.pk), "started_on_day": "1", "started_on_month": "5", "started_on_year": "2025"}
    html = client.post(f"/measures/{measure.pk}/actions", sent, follow=True).content.decode()
    assert "Improved after it" in html
    assert "Mean before: 50. Mean since May 2025: 44." in html
    assert "A shift is 7 values or more in a row" in html
    assert "MD-001 started" in html
    link = re.search(r'action="(/measures/\d+/actions/\d+)"', html)
    assert link is not None
    assert "No action is linked" in client.post(link[1], follow=True).content.decode()


def test_a_done_action_is_marked_done(cast: Cast, as_user: Any) -> None:
    measure, action = new_measure(cast, [50] * 35), finish(new_action(cast), cast)
    with scope_of(access(cast.lead)) as by:
        link_measure(measure, by=by, now=NOW, action=action, started_on=month(20))
    html = as_user(cast.lead).get(f"/measures/{measure.pk}").content.decode()
    assert "MD-001 done" in html
    assert "Too early to say" in html


def test_an_action_of_another_trust_is_not_offered(cast: Cast, as_user: Any) -> None:
    measure = new_measure(cast, STEADY)
    action = new_action(cast)
    with whole_service():
        options = page(as_user(cast.lead), f"/measures/{measure.pk}/actions").all("option")
    assert [e.get("value") for e in options] == ["", str(action.pk)]
    sent = {"action": "999999", "started_on_day": "1", "started_on_month": "5", "started_on_year": "2025"}
    assert as_user(cast.lead).post(f"/measures/{measure.pk}/actions", sent).status_code == 200


def test_the_list_reads_no_values_and_asks_the_same_of_many_measures(
    cast: Cast, as_user: Any, django_assert_max_num_queries: Any
) -> None:
    client = as_user(cast.lead)
    for number in range(12):
        new_measure(cast, [number], name=f"Measure {number}")
    with django_assert_max_num_queries(14) as captured:
        client.get("/measures")
    assert not [query for query in captured if "measure_value" in query["sql"]]
    few = len(captured)
    for number in range(12, 30):
        new_measure(cast, [number], name=f"Measure {number}")
    with django_assert_max_num_queries(few):
        client.get("/measures")


def test_one_measure_asks_the_same_whatever_its_length(
    cast: Cast, as_user: Any, django_assert_max_num_queries: Any
) -> None:
    measure, client = new_measure(cast, STEADY), as_user(cast.lead)
    with django_assert_max_num_queries(12) as captured:
        client.get(f"/measures/{measure.pk}")
    with scope_of(access(cast.lead)) as by:
        values = [NewValue(month(16 + n), Decimal(50 + n % 2)) for n in range(18)]
        record_values(measure, by=by, now=NOW, values=values, source="typed")
    with django_assert_max_num_queries(len(captured)):
        client.get(f"/measures/{measure.pk}")


def test_today_names_the_measures_to_look_at_and_opens_exactly_those(cast: Cast, as_user: Any) -> None:
    new_measure(cast, [*STEADY, 70], name="Falls", owner=cast.lead)
    new_measure(cast, STEADY, name="Sepsis", owner=cast.executive)
    client = as_user(cast.lead)
    html = client.get("/").content.decode()
    assert "Measures that signal concern" in html
    assert "above the upper limit" in html
    last_month = moment().today.replace(day=1) - timedelta(days=1)
    assert f"no value for {last_month:%B %Y}" in html
    for query in ("variation=concern", "owner=me&amp;values=due"):
        assert f"/measures?{query}" in html
        shown = page(client, f"/measures?{query.replace('&amp;', '&')}")
        assert next(e.text for e in shown.all("h1")) == "1 of 2 measures"
