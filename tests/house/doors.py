"""The permission table: who gets through which door.  Written by hand, never computed from the code's grants.

A door is an address pattern.  `open_to` names the personas for whom GET is answered with a page of its own;
everybody else who is signed in is told that there is no such page, and a stranger is sent to sign in.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.cast import Cast
from tracker.accounts.models import User
from tracker.people.models import Membership
from tracker.people.roles import Role

TRUST_ROLES = {
    "own lead": Role.IMPROVEMENT_LEAD,
    "own chief executive": Role.CHIEF_EXECUTIVE,
    "own executive": Role.ACCOUNTABLE_EXECUTIVE,
    "own board signatory": Role.BOARD_SIGNATORY,
    "own approver": Role.APPROVER,
    "own peer mentor": Role.PEER_MENTOR,
}
ELSEWHERE = {
    "helper's lead": (Role.IMPROVEMENT_LEAD, "XA1"),
    "helper's peer mentor": (Role.PEER_MENTOR, "XA1"),
    "other trust's lead": (Role.IMPROVEMENT_LEAD, "XE1"),
    "lay reviewer": (Role.LAY_REVIEWER, ""),
    "resident doctor": (Role.RESIDENT_DOCTOR_REVIEWER, ""),
    "system staff": (Role.SYSTEM_STAFF, ""),
    "own region's staff": (Role.REGIONAL_STAFF, ""),
    "other region's staff": (Role.REGIONAL_STAFF, "YS"),
    "national staff": (Role.NATIONAL_STAFF, ""),
    "convenor": (Role.CONVENOR, ""),
    "administrator": (Role.SYSTEM_ADMINISTRATOR, ""),
}
WITHOUT_ROLE = ["person without a role"]
OUTSIDE = ["stranger", "disabled lead"]
PERSONAS = [*TRUST_ROLES, *ELSEWHERE, *WITHOUT_ROLE, *OUTSIDE]

SIGNED_IN = frozenset([*TRUST_ROLES, *ELSEWHERE, *WITHOUT_ROLE])
WITH_ROLE = frozenset([*TRUST_ROLES, *ELSEWHERE])
ANYBODY = frozenset(PERSONAS)
OWN_TRUST = frozenset(name for name in TRUST_ROLES if name != "own peer mentor")
PLAN_OF_THE_TRUST = OWN_TRUST | {"own region's staff", "national staff"}
A_PLAN_OF_SOME_TRUST = PLAN_OF_THE_TRUST | {"helper's lead", "other trust's lead", "other region's staff"}
RECORDS_FINDINGS = frozenset({"own lead", "national staff"})
MAKES_ACTIONS = frozenset({"own lead", "own executive", "helper's lead", "other trust's lead"})
CHANGES_ACTIONS = frozenset({"own lead", "helper's lead", "other trust's lead"})
VERIFIES = frozenset({"own lead", "own chief executive", "own executive", "own approver"})
OWN_LEAD = frozenset({"own lead"})
ADDS_MEASURES = frozenset({"own lead", "helper's lead", "other trust's lead"})
DRAFTS_PLANS = frozenset({"own lead", "own executive"})
APPROVES_PLANS = frozenset({"own chief executive", "own executive", "own approver"})
LOADS_RATINGS = frozenset({"national staff", "administrator"})
SETTLES_ROWS = frozenset({"national staff"})
SEES_ROUNDS = frozenset({"national staff", "convenor"})
RUNS_THE_SERVICE = frozenset({"administrator"})
THE_LEAD_OR_THE_SERVICE = RUNS_THE_SERVICE | {"own lead"}


def persona(cast: Cast, name: str) -> User | None:
    """The person who plays `name`; None for a stranger."""
    if name in TRUST_ROLES:
        return cast.person(TRUST_ROLES[name], "XN1")
    if name in ELSEWHERE:
        return cast.person(*ELSEWHERE[name])
    if name == "disabled lead":
        person = User.objects.create_user("gone@example.nhs.test", "x" * 20, name="Gone", is_active=False)
        Membership.objects.create(
            person=person, role=Role.IMPROVEMENT_LEAD, trust=cast.northborough, valid_from=date(2020, 1, 1)
        )
        return person
    if name == "person without a role":
        return User.objects.create_user("new@example.nhs.test", "x" * 20, name="New Person")
    return None


@dataclass(frozen=True)
class Door:
    open_to: frozenset[str]
    query: str = ""
    arguments: Callable[[Any], dict[str, Any]] = field(default=lambda furniture: {})
    answers: frozenset[int] = frozenset({200})  # to those for whom it is open
    refuses: frozenset[int] = frozenset({404})  # to everybody else who is signed in
    at: str = ""  # the address itself, where the pattern cannot be filled in
    strangers: frozenset[int] = frozenset({302})  # to somebody who is not: the way to sign in

    def path(self, route: str, furniture: Any) -> str:
        """The address: the pattern with the furniture's things in it."""
        if self.at:
            return self.at
        values = {**furniture.arguments, **self.arguments(furniture)}
        for name, value in values.items():
            for kind in ("str", "int", "uuid", "slug", "path"):
                route = route.replace(f"<{kind}:{name}>", str(value))
        return re.sub(r"^\^|\$$", "", route) + self.query

    def expected(self, name: str, outside: bool) -> frozenset[int]:
        if name in self.open_to:
            return self.answers
        return self.strangers if outside else self.refuses


def door(open_to: frozenset[str], query: str = "", **arguments: Any) -> Door:
    return Door(open_to, query, lambda furniture: arguments)


def api(open_to: frozenset[str], *, refuses: frozenset[int] = frozenset({404}), **arguments: Any) -> Door:
    """A door of the API: a stranger is asked who they are (401), not sent to a page."""
    return Door(open_to, "", lambda furniture: arguments, refuses=refuses, strangers=frozenset({401}))


OURS = {"code": "XN1"}
DOORS: dict[str, Door] = {
    # the service about itself
    "": door(SIGNED_IN),
    "livez": door(ANYBODY),
    "readyz": door(ANYBODY),
    "accessibility": door(ANYBODY),
    "account": door(SIGNED_IN),
    "account/sessions": door(SIGNED_IN),
    "account/sessions/end-others": Door(SIGNED_IN, answers=frozenset({405})),
    "account/sessions/<int:session_id>/end": Door(
        SIGNED_IN, arguments=lambda furniture: {"session_id": 1}, answers=frozenset({405})
    ),
    "gallery": door(ANYBODY),
    # published facts
    "search": door(WITH_ROLE, "?q=North"),
    "trusts": door(WITH_ROLE),
    "trusts/<str:code>": door(WITH_ROLE, **OURS),
    "trusts/<str:code>/hospitals": door(WITH_ROLE, **OURS),
    "trusts/<str:code>/timeline": door(WITH_ROLE, **OURS),
    "sites/<str:cqc_id>": door(WITH_ROLE, cqc_id="XN101"),
    "ratings/<str:level>/<str:cqc_id>/<path:service>/<str:domain>": door(
        WITH_ROLE, level="location", cqc_id="XN101", service="surgery", domain="safe"
    ),
    "sector": door(WITH_ROLE),
    "sector/movement": door(WITH_ROLE),
    "sector/worse": door(WITH_ROLE),
    "trusts/<str:code>/inspections": door(WITH_ROLE, **OURS),
    "trusts/<str:code>/inspections/new": door(RECORDS_FINDINGS, **OURS),
    "trusts/<str:code>/inspections/<int:inspection_id>/findings/new": door(RECORDS_FINDINGS, **OURS),
    "findings": door(WITH_ROLE),
    "findings/<int:finding_id>": door(WITH_ROLE),
    # reports being read, causes and notices: the trust's own
    "trusts/<str:code>/inspections/<int:inspection_id>/read": door(RECORDS_FINDINGS, **OURS),
    "readings/<uuid:reading_id>": door(PLAN_OF_THE_TRUST),
    "readings/<uuid:reading_id>/add": door(RECORDS_FINDINGS),
    "readings/<uuid:reading_id>/set-aside": door(RECORDS_FINDINGS),
    "readings/<uuid:reading_id>/items/<int:item_number>": door(RECORDS_FINDINGS),
    "readings/<uuid:reading_id>/items/<int:item_number>/split": door(RECORDS_FINDINGS),
    "findings/<int:finding_id>/causes": door(RECORDS_FINDINGS),
    "findings/<int:finding_id>/notice": door(RECORDS_FINDINGS),
    # plans: the trust's own
    "trusts/<str:code>/inspections/<int:inspection_id>/plan": Door(
        DRAFTS_PLANS, arguments=lambda furniture: OURS, answers=frozenset({302})
    ),
    "plans": door(A_PLAN_OF_SOME_TRUST),
    "plans/<str:plan>": door(PLAN_OF_THE_TRUST),
    "plans/<str:plan>/as.<str:suffix>": door(PLAN_OF_THE_TRUST, suffix="csv"),
    "plans/<str:plan>/approve": Door(APPROVES_PLANS, refuses=frozenset({403, 404})),
    "plans/<str:plan>/submit": Door(DRAFTS_PLANS, refuses=frozenset({403, 404})),
    "plans/<str:plan>/accept": Door(DRAFTS_PLANS, refuses=frozenset({403, 404})),
    "plans/<str:plan>/version": Door(DRAFTS_PLANS, refuses=frozenset({403, 404})),
    "actions": door(A_PLAN_OF_SOME_TRUST),
    "actions/import": door(MAKES_ACTIONS),
    "actions/import/<uuid:tracker_id>": door(DRAFTS_PLANS),
    "actions/import/<uuid:tracker_id>/columns": door(DRAFTS_PLANS),
    "actions/import/<uuid:tracker_id>/undo": Door(DRAFTS_PLANS, answers=frozenset({302})),
    "actions/<str:reference>": door(PLAN_OF_THE_TRUST),
    "actions/<str:reference>/progress": door(PLAN_OF_THE_TRUST),
    # who may read the plan may see that there is such a page, and is told they may not (403)
    "actions/<str:reference>/reassign": Door(frozenset({"own lead"}), refuses=frozenset({403, 404})),
    "actions/<str:reference>/edit": Door(frozenset({"own lead"}), refuses=frozenset({403, 404})),
    "actions/<str:reference>/verify": Door(VERIFIES, refuses=frozenset({403, 404})),
    "actions/<str:reference>/sustain": Door(VERIFIES, refuses=frozenset({403, 404})),
    "actions/<str:reference>/set-aside": Door(frozenset({"own lead", "own executive"}), refuses=frozenset({403, 404})),
    "actions/<str:reference>/reopen": Door(frozenset({"own lead"}), refuses=frozenset({403, 404})),
    "actions/<str:reference>/evidence": door(PLAN_OF_THE_TRUST),
    "actions/<str:reference>/due-date": door(PLAN_OF_THE_TRUST),
    "actions/<str:reference>/due-date/ask": Door(frozenset({"own lead"}), refuses=frozenset({403, 404})),
    "actions/<str:reference>/due-date/decide": Door(VERIFIES - {"own lead"}, refuses=frozenset({403, 404})),
    "actions/<str:reference>/due-date/withdraw": Door(PLAN_OF_THE_TRUST, answers=frozenset({302})),
    "actions/<str:reference>/comments": door(PLAN_OF_THE_TRUST),
    "actions/<str:reference>/watch": Door(PLAN_OF_THE_TRUST, answers=frozenset({302})),
    "actions/views": door(A_PLAN_OF_SOME_TRUST),
    "actions/views/<int:view_id>/forget": Door(frozenset({"own lead"}), answers=frozenset({302})),
    "actions/bulk": door(CHANGES_ACTIONS),
    "actions/bulk/<uuid:bulk_id>": door(frozenset({"own lead"})),
    "actions/bulk/<uuid:bulk_id>/undo": Door(frozenset({"own lead"}), answers=frozenset({302})),
    "actions/meeting": door(CHANGES_ACTIONS),
    "evidence/<uuid:evidence_id>": door(PLAN_OF_THE_TRUST),
    "evidence/<uuid:evidence_id>/file": door(PLAN_OF_THE_TRUST),
    "evidence/<uuid:evidence_id>/image": Door(
        PLAN_OF_THE_TRUST, arguments=lambda furniture: {"evidence_id": furniture.image.public_id}
    ),
    "actions/new": Door(MAKES_ACTIONS, arguments=lambda furniture: {}, answers=frozenset({200, 302})),
    # what a trust measures: confidential like its plan
    "measures": door(A_PLAN_OF_SOME_TRUST),
    "measures/new": door(ADDS_MEASURES),
    "measures/<int:measure_id>": door(PLAN_OF_THE_TRUST),
    "measures/<int:measure_id>/history": door(PLAN_OF_THE_TRUST),
    "measures/<int:measure_id>/edit": Door(OWN_LEAD, refuses=frozenset({403, 404})),
    "measures/<int:measure_id>/data": Door(OWN_LEAD, refuses=frozenset({403, 404})),
    "measures/<int:measure_id>/limits": Door(OWN_LEAD, refuses=frozenset({403, 404})),
    "measures/<int:measure_id>/limits/<int:rebase_id>/withdraw": Door(OWN_LEAD, refuses=frozenset({403, 404})),
    "measures/<int:measure_id>/actions": Door(OWN_LEAD, refuses=frozenset({403, 404})),
    "measures/<int:measure_id>/actions/<int:link_id>": Door(
        OWN_LEAD, answers=frozenset({302}), refuses=frozenset({403, 404})
    ),
    # each person's own, and for whoever looks after the service every message
    "reminders": door(WITH_ROLE),
    "reminders/coming": door(WITH_ROLE),
    "reminders/messages/<int:message_id>": door(THE_LEAD_OR_THE_SERVICE),
    "reminders/messages/<int:message_id>/file": door(THE_LEAD_OR_THE_SERVICE),
    "reminders/settings": door(WITH_ROLE),
    "reminders/away": door(WITH_ROLE),
    "reminders/away/<int:absence_id>/end": door(frozenset({"own lead"})),
    "reminders/calendar": door(WITH_ROLE),
    "calendar/<str:secret>.ics": door(ANYBODY),  # whoever knows the secret; references and days only
    "outbox": door(RUNS_THE_SERVICE),
    "operations": door(RUNS_THE_SERVICE),
    "metrics": Door(frozenset(), strangers=frozenset({404})),  # for monitoring: by its own token
    "audit": door(RUNS_THE_SERVICE),
    "outbox/reminders/<int:reminder_id>": door(RUNS_THE_SERVICE),
    # loading ratings
    "imports": door(LOADS_RATINGS),
    "imports/new": door(LOADS_RATINGS),
    "imports/waiting": door(LOADS_RATINGS),
    "imports/waiting/<int:row_id>": door(SETTLES_ROWS),
    "imports/rules": door(LOADS_RATINGS),
    "imports/rules/<int:rule_id>/end": door(SETTLES_ROWS),
    "imports/<uuid:public_id>": door(LOADS_RATINGS),
    "imports/<uuid:public_id>/changes": door(LOADS_RATINGS),
    "imports/<uuid:public_id>/applied": door(LOADS_RATINGS),
    "imports/<uuid:public_id>/review": Door(LOADS_RATINGS, answers=frozenset({200, 302})),
    "imports/<uuid:public_id>/read": Door(LOADS_RATINGS, answers=frozenset({200, 302, 405})),
    "imports/<uuid:public_id>/agree": Door(SETTLES_ROWS, answers=frozenset({200, 302})),
    "imports/<uuid:public_id>/set-aside": Door(LOADS_RATINGS, answers=frozenset({200, 302})),
    "imports/<uuid:public_id>/undo": Door(LOADS_RATINGS, answers=frozenset({200, 302})),
    # peer review: nothing of a round before it is published
    "peer/rounds": door(WITH_ROLE),
    "peer/rounds/new": door(SEES_ROUNDS),
    "peer/rounds/<int:number>": door(SEES_ROUNDS),
    "peer/rounds/<int:number>/publish": door(SEES_ROUNDS),
    "peer/rounds/<int:number>/set-aside": door(SEES_ROUNDS),
    "peer/rounds/<int:number>/<str:code>": door(SEES_ROUNDS, **OURS),
    # other systems
    "api/v1/schema/": api(SIGNED_IN),
    "api/v1/regions": api(WITH_ROLE),
    "api/v1/systems": api(WITH_ROLE),
    "api/v1/trusts": api(WITH_ROLE),
    "api/v1/trusts/<str:code>": api(WITH_ROLE, **OURS),
    "api/v1/sites": api(WITH_ROLE),
    "api/v1/ratings": api(WITH_ROLE),
    "api/v1/ratings/history": api(WITH_ROLE),
    "api/v1/rating-changes": api(WITH_ROLE),
    "api/v1/imports": api(LOADS_RATINGS),
    "api/v1/sector/distribution": api(WITH_ROLE),
    "api/v1/findings": api(WITH_ROLE),
    "api/v1/readings": api(A_PLAN_OF_SOME_TRUST),
    "api/v1/actions": api(A_PLAN_OF_SOME_TRUST),
    "api/v1/actions/<str:reference>": api(PLAN_OF_THE_TRUST),
    "api/v1/actions/<str:reference>/updates": api(frozenset(), refuses=frozenset({404, 405})),
    "api/v1/measures": api(A_PLAN_OF_SOME_TRUST),
    "api/v1/measures/<int:measure_id>": api(PLAN_OF_THE_TRUST),
    "api/v1/measures/<int:measure_id>/values": api(frozenset(), refuses=frozenset({404, 405})),
    "api/v1/rounds": api(WITH_ROLE),
    "api/v1/pairs": api(WITH_ROLE),
    "api/v1/<path:nowhere>": api(frozenset(), nowhere="no/such/thing"),
    # signing in: allauth's pages
    "accounts/login/": Door(ANYBODY, answers=frozenset({200, 302})),
    "accounts/login/code/confirm/": Door(frozenset(), refuses=frozenset({302}), strangers=frozenset({302})),
    "accounts/logout/": Door(ANYBODY, answers=frozenset({200, 302})),
    "accounts/signup/": Door(ANYBODY, answers=frozenset({200, 302})),
    "accounts/inactive/": door(ANYBODY),
    "accounts/reauthenticate/": Door(SIGNED_IN, answers=frozenset({200, 302})),
    "accounts/password/change/": door(SIGNED_IN),
    "accounts/password/set/": Door(frozenset(), refuses=frozenset({302}), strangers=frozenset({302})),
    "accounts/password/reset/": door(ANYBODY),
    "accounts/password/reset/done/": door(ANYBODY),
    "accounts/password/reset/key/done/": door(ANYBODY),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": Door(
        ANYBODY, at="accounts/password/reset/key/1-abc/", answers=frozenset({200, 302})
    ),
    "accounts/email/": door(SIGNED_IN),
    "accounts/confirm-email/": door(ANYBODY),
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": Door(
        ANYBODY, at="accounts/confirm-email/abc/", answers=frozenset({200, 404})
    ),
}
