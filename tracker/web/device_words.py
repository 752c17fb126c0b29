"""What kind of browser a session is, in words a person recognises it by: "Edge on Windows"."""

from typing import Final

# In this order: each calls itself by its successors' names too.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_DEVICES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """From what the browser says of itself, which anything may say: words to recognise it by, not proof."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "Unknown browser")
    device = next((name for sign, name in _DEVICES if sign in user_agent), "")
    return f"{browser} on {device}" if device else browser
