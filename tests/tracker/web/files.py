"""Reads a downloaded list back, as whoever downloaded it would."""

import csv
from io import BytesIO, StringIO

from django.test import Client
from openpyxl import load_workbook


def read_csv(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Type"].startswith("text/csv"), answer["Content-Type"]
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


def read_workbook(client: Client, path: str) -> tuple[list[list[object]], dict[str, object]]:
    """The rows of its table, headings first, and what its other sheet says of it."""
    book = load_workbook(BytesIO(client.get(path).content))
    table = [[cell.value for cell in row] for row in book["Table"].rows]
    return table, {str(row[0].value): row[1].value for row in book["About"].rows}
