"""Evidence: what is taken, what is refused, what a scanner says of it, and that nothing of it is ever changed."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from pytest_django.fixtures import Settings

from tests.cast import Cast
from tests.plan_factories import NOW, a_link, access, new_action, stored
from tracker.clock import real_moment
from tracker.people.scope import scope_of, whole_service
from tracker.plans.closing_models import Evidence
from tracker.plans.evidence_files import path_of
from tracker.plans.evidencing import add_evidence, scan_evidence, sweep_strays, to_be_scanned
from tracker.plans.models import Action
from tracker.problems import NotAllowed, Refused

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def a_file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def office(*names: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def add(action: Action, cast: Cast, **other: Any) -> Evidence:
    extra = {name: other.pop(name) for name in ("replaces", "form_key", "nhs_number_checked") if name in other}
    if "file" in other:
        other.setdefault("link", "")
    with scope_of(access(other.pop("by", cast.lead))) as by:
        return add_evidence(action, by=by, now=NOW, given=a_link(**other), **extra)


def test_a_file_is_kept_under_a_name_of_ours_with_its_hash_and_checked(cast: Cast) -> None:
    made = add(new_action(cast), cast, file=a_file("../../audit of ward 7.txt", b"40 of 40"))
    assert (made.file_name, made.scan, made.scan_words) == (
        "audit of ward 7.txt", "clean", "Type checked; not virus-scanned",
    )  # fmt: skip
    assert made.sha256 == sha256(b"40 of 40").hexdigest()
    assert "audit" not in made.stored_name
    assert path_of(made.stored_name).read_bytes() == b"40 of 40"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("audit.exe", b"MZ"),
        ("audit.html", b"<script>"),
        ("audit.svg", b"<svg/>"),
        ("audit", b"x"),
        ("audit.pdf", b"<html>%PDF-"),
        ("audit.png", b"GIF89a"),
        ("audit.docx", b"PK\x03\x04 and no more"),
        ("audit.docx", office("[Content_Types].xml", "xl/workbook.xml")),
        ("audit.xlsx", office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("audit.csv", b"a,b\0c"),
        ("audit.txt", "Übung".encode("cp1252")),
        ("audit.txt", b""),
    ],
)
def test_a_file_that_is_not_of_a_known_kind_or_not_what_its_name_says_is_refused(
    cast: Cast, name: str, content: bytes
) -> None:
    action = new_action(cast)
    with pytest.raises(Refused):
        add(action, cast, file=a_file(name, content))
    with whole_service():
        assert not Evidence.objects.exists()


@pytest.mark.parametrize("name", ["audit.docx", "AUDIT.DOCX"])
def test_an_honest_office_file_is_taken(cast: Cast, name: str) -> None:
    assert add(new_action(cast), cast, file=a_file(name, office("[Content_Types].xml", "word/document.xml"))).size


def test_a_file_too_large_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.plans.evidence_files.LARGEST", 1024 * 1024)
    with pytest.raises(Refused, match="smaller than 1 MB"):
        add(new_action(cast), cast, file=a_file("audit.txt", b"x" * (1024 * 1024 + 1)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "}, {"kind": "gossip"}, {"dated_on": date(2026, 11, 24)}, {"link": ""},
        {"link": "javascript:alert(1)"}, {"link": "ftp://x"}, {"covers_from": date(2026, 1, 1)},
        {"covers_from": date(2026, 2, 1), "covers_to": date(2026, 1, 1)}, {"title": "Seen: 943 476 5919"},
    ],
)  # fmt: skip
def test_evidence_says_what_it_is_and_is_a_file_or_a_link_of_the_web(cast: Cast, wrong: dict[str, Any]) -> None:
    action = new_action(cast)
    with pytest.raises(Refused):
        add(action, cast, **wrong)


@pytest.mark.parametrize(("name", "content"), [("943 476 5919.txt", b"x"), ("audit.csv", b"id\n943 476 5919\n")])
def test_a_file_that_seems_to_name_a_patient_is_taken_only_once_checked(cast: Cast, name: str, content: bytes) -> None:
    action = new_action(cast)
    with pytest.raises(Refused, match="looks like an NHS number"):
        add(action, cast, file=a_file(name, content))
    assert add(action, cast, file=a_file(name, content), nhs_number_checked=True).pk


def test_a_newer_version_supersedes_and_the_older_stays_as_it_was(cast: Cast) -> None:
    action = new_action(cast)
    first = add(action, cast)
    second = add(action, cast, replaces=first, title="Audit, corrected")
    assert (second.number, second.replaces) == (2, first)
    with pytest.raises(Refused, match="newer version"):
        add(action, cast, replaces=first)
    with whole_service():
        assert [one.pk for one in action.evidence.current()] == [second.pk]
        for change in ({"title": "Other"}, {"dated_on": date(2020, 1, 1)}, {"sha256": "0" * 64}):
            with pytest.raises(DatabaseError, match="only scan"), transaction.atomic():
                Evidence.objects.filter(pk=first.pk).update(**change)
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
            Evidence.objects.filter(pk=second.pk).delete()


def test_a_piece_of_another_action_is_not_superseded(cast: Cast) -> None:
    with pytest.raises(Refused, match="another action"):
        add(new_action(cast), cast, replaces=add(new_action(cast), cast))


def test_evidence_leaves_the_version_of_the_words_alone(cast: Cast) -> None:
    action = new_action(cast)
    add(action, cast)
    assert stored(action).version == 1


def test_only_who_works_on_an_action_adds_evidence(cast: Cast) -> None:
    action = new_action(cast)
    with pytest.raises(NotAllowed):
        add(action, cast, by=cast.national)
    with pytest.raises(NotAllowed):
        add(action, cast, by=cast.other_lead)


def test_the_built_in_check_knows_the_test_file_of_virus_scanners(cast: Cast) -> None:
    made = add(new_action(cast), cast, file=a_file("harmless.txt", EICAR))
    assert made.scan == "infected"


@contextmanager
def clamd(answer: bytes, received: list[bytes]) -> Iterator[str]:
    """A daemon of our own that speaks as clamd does and answers `answer`."""
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(20)

    def serve() -> None:
        line, _ = door.accept()
        with line, line.makefile("rb") as told:
            command = told.read(len(b"zINSTREAM\0"))
            while size := int.from_bytes(told.read(4), "big"):
                received.append(told.read(size))
            received.append(command)
            line.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"tcp://127.0.0.1:{door.getsockname()[1]}"
    thread.join(20)
    door.close()


@pytest.mark.parametrize(
    ("answer", "scan", "words"),
    [
        (b"stream: OK\0", "clean", "Virus-scanned"),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", "infected", "Win.Test.EICAR_HDB-1"),
        (b"INSTREAM size limit exceeded. ERROR\0", "error", "size limit"),
        (b"", "error", ""),
    ],
)
def test_a_file_waits_for_the_daemon_and_is_what_it_says(
    committed_cast: Cast, settings: Settings, answer: bytes, scan: str, words: str
) -> None:
    received: list[bytes] = []
    content = b"line\n" * 30_000
    with clamd(answer, received) as address:
        settings.EVIDENCE_SCANNER = address
        made = add(new_action(committed_cast), committed_cast, file=a_file("audit.txt", content))
        assert made.scan == "pending"
        assert to_be_scanned() == [made.pk]
        assert scan_evidence(made.pk, now=NOW) == scan
    assert b"".join(received) == content + b"zINSTREAM\0"
    with whole_service():
        stands = Evidence.objects.get()
        assert stands.scan == scan
        assert words in stands.scan_words


def test_a_scanner_that_is_down_leaves_the_file_waiting_and_the_text_saved(
    committed_cast: Cast, settings: Settings
) -> None:
    settings.EVIDENCE_SCANNER = "tcp://127.0.0.1:1"
    made = add(new_action(committed_cast), committed_cast, file=a_file("audit.txt", b"x"))
    assert scan_evidence(made.pk, now=NOW) == "error"
    assert to_be_scanned() == [made.pk]
    settings.EVIDENCE_SCANNER = ""
    assert scan_evidence(made.pk, now=NOW) == "clean"
    assert to_be_scanned() == []


def test_what_a_scanner_learned_later_is_kept_and_never_unlearned(committed_cast: Cast) -> None:
    made = add(new_action(committed_cast), committed_cast, file=a_file("audit.txt", b"x"))
    path_of(made.stored_name).write_bytes(EICAR)
    assert scan_evidence(made.pk, now=NOW) == "infected"
    path_of(made.stored_name).write_bytes(b"x")
    assert scan_evidence(made.pk, now=NOW) == "infected"


def test_files_that_no_evidence_names_are_swept_and_no_others(committed_cast: Cast) -> None:
    made = add(new_action(committed_cast), committed_cast, file=a_file("audit.txt", b"x"))
    stray = path_of("stray.evidence")
    stray.write_bytes(b"left over")
    assert sweep_strays(older_than=real_moment() - timedelta(hours=26)) == 0
    assert sweep_strays(older_than=real_moment() + timedelta(hours=1)) >= 1
    assert not stray.exists()
    assert path_of(made.stored_name).exists()


def test_the_same_form_sent_twice_is_one_piece(cast: Cast) -> None:

    action = new_action(cast)
    assert add(action, cast, form_key=UUID(int=7)) == add(action, cast, form_key=UUID(int=7))
