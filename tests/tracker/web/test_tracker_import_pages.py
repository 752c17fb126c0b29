"""The pages by which a trust's tracker comes in: pasted, columns named, rows put right in place, imported, undone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast
from tests.tracker.plans.test_importing import EXECUTIVE, LEAD, TEXT
from tests.tracker.web.page import Page
from tests.tracker.web.test_actions_pages import heading, hidden, page
from tracker.people.roles import Role
from tracker.people.scope import whole_service
from tracker.plans.models import Action

PATH = "/actions/import"


def paste(client: Client, text: str = TEXT) -> str:
    """Pastes the text and accepts the columns as guessed; the address of the page that checks the rows."""
    first = page(client, PATH)
    answer = client.post(PATH, {**hidden(first), "pasted": text})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    columns = answer.headers["Location"]
    return str(client.post(columns, chosen(page(client, columns))).headers["Location"])


def chosen(found: Page) -> dict[str, str]:
    """What every list of choices on the page has chosen."""
    sent, name = {}, ""
    for e in found.all("select", "option"):
        if e.tag == "select":
            name = e.get("name")
            sent[name] = ""
        elif "selected" in e.attributes:
            sent[name] = e.get("value")
    return sent


def statuses() -> list[str]:
    with whole_service():
        return list(Action.objects.order_by("reference").values_list("status", flat=True))


def test_a_tracker_is_pasted_put_right_imported_and_undone(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    check = paste(client)
    shown = client.get(check).content.decode()
    assert "1 row to put right, 2 rows ready" in shown
    assert "“Somebody Else” is nobody of this trust&#39;s plan. Select the person." in shown
    refused = client.post(check, {"do": "import"}).content.decode()
    assert "There is a problem" in refused
    assert not statuses()
    kept = client.post(check, {"do": "check", "line-1-owner": f"#{cast.lead.pk}"}).content.decode()
    assert "3 rows ready" in kept
    done = client.post(check, {"do": "import"}, follow=True).content.decode()
    assert "3 actions imported." in done
    assert statuses() == ["at_risk", "on_track", "on_track"]
    client.post(check, {"do": "import"})
    assert len(statuses()) == 3
    undone = client.post(f"{check}/undo", {"why": "The wrong file."}, follow=True).content.decode()
    assert "Import undone: 3 actions set aside." in undone
    assert set(statuses()) == {"set_aside"}


def test_what_was_typed_wrongly_stands_there_again(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    check = paste(client, TEXT.replace("28/02/2027", "30/02/2027"))
    found = Page(client.post(check, {"do": "check", "line-1-due": "31/02/2027"}).content.decode())
    assert next(e.get("value") for e in found.all("input") if e.get("name") == "line-1-due") == "31/02/2027"
    assert any("is not a real date" in e.text for e in found.all("a"))


def test_a_csv_file_does_as_well_and_a_workbook_is_told_what_to_do(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    csv = f'Action,Owner,Exec lead,Due\n"Wash hands, always",{LEAD},{EXECUTIVE},1 May 2027\n'.encode("cp1252")
    answer = client.post(PATH, {"file": SimpleUploadedFile("ours.csv", csv)}, follow=True)
    assert heading(Page(answer.content.decode())) == "What each column is"
    workbook = client.post(PATH, {"file": SimpleUploadedFile("ours.xlsx", b"PK\x03\x04rest")}).content.decode()
    assert "Save the sheet as CSV" in workbook


@pytest.mark.parametrize(("text", "said"), [("", "Paste the cells"), ("Hello\nthere", "No line of headings")])
def test_what_is_no_table_is_refused_with_what_was_pasted(cast: Cast, as_user: Any, text: str, said: str) -> None:
    answer = as_user(cast.lead).post(PATH, {"pasted": text}).content.decode()
    assert said in answer
    assert text.split("\n")[-1] in answer


def test_columns_of_the_same_meaning_are_refused(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    first = client.post(PATH, {"pasted": TEXT})
    columns = first.headers["Location"]
    sent = {**chosen(page(client, columns)), "column-0": "title"}
    assert "is “What will be done” already" in client.post(columns, sent).content.decode()


def test_nobody_else_opens_it(cast: Cast, as_user: Any) -> None:
    check = paste(as_user(cast.lead))
    for person in (cast.other_lead, cast.national, cast.person(Role.BOARD_SIGNATORY, "XN1")):
        for path in (check, f"{check}/columns", f"{check}/undo"):
            assert as_user(person).get(path).status_code == 404
    assert as_user(cast.executive).get(check).status_code == 200


def test_the_undo_page_names_what_stays(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    check = paste(client, TEXT.replace("Somebody Else", LEAD))
    client.post(check, {"do": "import"})
    with whole_service():
        first = Action.objects.order_by("reference")[0]
    client.post(f"/actions/{first.reference}/comments", {**hidden(page(client, f"/actions/{first.reference}/comments")),
                                                        "words": "Started."})  # fmt: skip
    text = client.get(f"{check}/undo").content.decode()
    assert "2 actions will be set aside" in text
    assert "somebody has commented on it" in text
