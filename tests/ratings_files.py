"""Small invented ratings files in CQC's layout, for tests that load one."""

from typing import Any

HEADINGS = (
    "Location ID,Location Name,Location Type,Service / Population Group,Domain,Latest Rating,Publication Date,"
    "Report Type,Inherited Rating (Y/N),URL,Provider ID,Provider Name"
)
SERVICES = ("Surgery", "Maternity", "Overall")
DOMAINS = ("Safe", "Effective", "Caring", "Responsive", "Well-led", "Overall")


def ratings_file(*, provider: str = "XN1", location: str = "XN101", note: str = "", **changed: Any) -> bytes:
    """Eighteen ratings of one hospital, Good since 1 February 2026, but where `changed` says otherwise:
    `surgery_safe=("Inadequate", "03/05/2026")`.  A value of None leaves the row out.  `note` makes other bytes
    that say the same."""
    lines = [HEADINGS + note]
    for service in SERVICES:
        for domain in DOMAINS:
            found = changed.get(f"{service}_{domain}".lower().replace("-", "_"), ("Good", "01/02/2026"))
            if found is not None:
                rating, day = found
                lines.append(
                    f'{location},Northborough General Hospital,NHS Healthcare Organisation,"{service}",{domain},'
                    f"{rating},{day},CoreService,N,https://www.cqc.org.uk/location/{location},{provider},Northborough"
                )
    return "\r\n".join([*lines, ""]).encode()
