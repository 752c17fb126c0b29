"""Contrast, computed from the colours the pages use: WCAG 2.2 criteria 1.4.3 (text) and 1.4.11 (shapes)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

STYLES = Path(settings.BASE_DIR) / "tracker" / "static" / "tracker"
TOKENS = dict(re.findall(r"--app-([\w-]+):\s*(#[0-9a-f]{6})", (STYLES / "app.css").read_text()))

TEXT = [
    ("text", "page"),
    ("text", "surface"),
    ("secondary-text", "page"),
    ("secondary-text", "surface"),
    ("link", "page"),
    ("link", "surface"),
    ("brand-text", "brand"),
    ("demonstration-text", "demonstration"),
    ("outstanding-text", "outstanding"),
    ("good-text", "good"),
    ("requires-improvement-text", "requires-improvement"),
    ("inadequate-text", "inadequate"),
    ("none-text", "none"),
]
SHAPES = [
    ("outstanding", "page"),
    ("good", "page"),
    ("requires-improvement-outline", "page"),
    ("requires-improvement-outline", "requires-improvement"),
    ("inadequate", "page"),
    ("none", "page"),
    ("outstanding", "surface"),
    ("good", "surface"),
    ("inadequate", "surface"),
    ("none", "surface"),
    ("spc-common_cause", "page"),
    ("spc-common_cause", "surface"),
    ("spc-improvement", "page"),
    ("spc-concern", "page"),
    ("spc-neither", "page"),
    ("control-border", "surface"),
    ("control-border", "page"),
]


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_scale_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_text_can_be_read(ink: str, paper: str) -> None:
    assert contrast(TOKENS[ink], TOKENS[paper]) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen(shape: str, ground: str) -> None:
    assert contrast(TOKENS[shape], TOKENS[ground]) >= 3


def test_the_rating_colours_are_the_decided_ones() -> None:
    assert {name: TOKENS[name] for name in ("outstanding", "good", "requires-improvement", "inadequate", "none")} == {
        "outstanding": "#003087",
        "good": "#007f3b",
        "requires-improvement": "#ffb81c",
        "inadequate": "#d5281b",
        "none": "#4c6272",
    }


def test_every_colour_is_a_token_or_known_to_this_test() -> None:
    """A colour written anywhere else escapes the sums above."""
    known = {"#ffeb3b", "#000000"}  # the NHS focus colour, behind a dark ring of text colour; black on paper
    for path in sorted(STYLES.glob("*.css")):
        rules = re.sub(r":root\s*\{.*?\}", "", path.read_text(), flags=re.DOTALL)
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) <= known, path.name


def test_tones_keep_a_label_in_forced_colours() -> None:
    for name in ("app.css", "charts.css"):
        assert "@media (forced-colors: active)" in (STYLES / name).read_text()


def test_no_stylesheet_fetches_anything() -> None:
    for path in STYLES.glob("*.css"):
        assert not re.search(r"url\(|@import", path.read_text()), path.name
