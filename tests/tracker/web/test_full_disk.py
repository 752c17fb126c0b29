"""An upload that does not fit on the disk: a page in words, and nothing left of it."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast
from tests.ratings_files import ratings_file
from tests.small_disks import fill, small_disk
from tracker.ratings.models import RatingImport

pytestmark = [pytest.mark.slow, pytest.mark.small_disk]
LARGE = 3 * 1024 * 1024


def send(client: Client, content: bytes) -> Any:
    client.raise_request_exception = False
    file = SimpleUploadedFile("1_May_2026.csv", content)
    return client.post("/imports/new", {"file": file, "keep": "nhs"})


@pytest.mark.parametrize("where", ["MEDIA_ROOT", "FILE_UPLOAD_TEMP_DIR"])
def test_an_upload_that_does_not_fit_is_answered_in_words_and_leaves_no_file(
    cast: Cast, as_user: Any, settings: Any, tmp_path: Path, where: str
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    client = as_user(cast.national)
    with small_disk(1) as disk:
        setattr(settings, where, disk)
        answer = send(client, ratings_file() + b"\r\n" * (LARGE // 2))
        assert answer.status_code == 507
        said = answer.content.decode()
        assert "no space left" in said
        assert "Nothing of what you sent was kept" in said
        assert [path for path in disk.rglob("*") if path.is_file()] == []
        assert RatingImport.objects.count() == 0
        assert client.get("/imports").status_code == 200
        if where == "MEDIA_ROOT":  # and what fits is taken, on the same disk
            assert send(client, ratings_file()).status_code == 200


def test_a_file_confirmed_on_a_disk_that_filled_meanwhile_stays_unread_and_is_not_lost(
    cast: Cast, as_user: Any, settings: Any
) -> None:
    client = as_user(cast.national)
    with small_disk(1) as disk:
        settings.MEDIA_ROOT = disk
        sent = send(client, ratings_file())
        assert sent.status_code == 200
        token = sent.content.decode().partition('name="token" value="')[2].partition('"')[0]
        confirmed = {"token": token, "keep": "nhs", "as_at_day": "1", "as_at_month": "5", "as_at_year": "2026"}
        ballast = fill(disk)
        assert client.post("/imports/new", confirmed).status_code == 507
        assert RatingImport.objects.count() == 0
        ballast.unlink()
        assert client.post("/imports/new", confirmed).status_code == 302
        assert RatingImport.objects.count() == 1
