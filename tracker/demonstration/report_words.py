"""What invented inspection reports ask for: requirements by service, in the field's words, none of CQC's text."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement: what must or should be done, and the 2014 regulation with its paragraphs, "" for none."""

    what: str  # goes on from "must ensure" or "Ensure"
    regulation: str = ""
    paragraphs: tuple[str, ...] = ()


TRUST_WIDE: Final = "Trust-wide"

MUSTS: Final[dict[str, tuple[Asked, ...]]] = {
    TRUST_WIDE: (
        Asked(
            "that systems to assess, monitor and improve the quality and safety of services work at every level",
            "17",
            ("(1)", "(2)(a)", "(2)(b)"),
        ),
        Asked("that directors meet the fit and proper persons requirement", "5", ("",)),
        Asked(
            "that serious incidents are investigated in time and that learning from incidents is shared",
            "17",
            ("(2)(b)",),
        ),
        Asked("that staff who raise concerns are listened to without fear of reprisal", "17", ("(2)(e)",)),
        Asked(
            "that risk registers name the risk, its owner and the date by which it will be mitigated", "17", ("(2)(b)",)
        ),
    ),
    "Urgent and emergency services": (
        Asked("that patients are assessed by a clinician within 15 minutes of arrival", "12", ("(2)(a)",)),
        Asked(
            "that patients who deteriorate are recognised and escalated in line with national guidance",
            "12",
            ("(2)(a)", "(2)(b)"),
        ),
        Asked("that there are enough registered children's nurses on every shift", "18", ("(1)",)),
        Asked("that patients who wait in corridors are treated with dignity and in privacy", "10", ("(1)", "(2)(a)")),
        Asked("that resuscitation equipment is checked every day and the checks recorded", "12", ("(2)(e)",)),
    ),
    "Medical care (including older people's care)": (
        Asked("that medicines are stored securely and within safe temperature ranges", "12", ("(2)(g)",)),
        Asked("that mental capacity assessments are completed and recorded for each decision", "11", ("(1)",)),
        Asked(
            "that there are sufficient numbers of suitably qualified nursing staff at night", "18", ("(1)", "(2)(a)")
        ),
        Asked(
            "that patients at risk of falls have a plan that is reviewed after each fall", "12", ("(2)(a)", "(2)(b)")
        ),
        Asked("that patients' records are accurate, complete and kept securely", "17", ("(2)(c)",)),
    ),
    "Surgery": (
        Asked(
            "that the five steps to safer surgery are followed and recorded for every patient",
            "12",
            ("(1)", "(2)(a)", "(2)(b)"),
        ),
        Asked("that theatre equipment is maintained and is safe for use", "15", ("(1)",)),
        Asked("that consent is taken by somebody able to explain the operation", "11", ("(1)",)),
        Asked(
            "that patients fasting before surgery are given food and drink when it is delayed", "14", ("(1)", "(4)(a)")
        ),
        Asked("that infection prevention and control audits lead to action", "12", ("(2)(h)",)),
    ),
    "Maternity": (
        Asked("that there are enough midwives with the right skills on every shift", "18", ("(1)",)),
        Asked(
            "that risk assessments are completed for women who attend triage and are escalated without delay",
            "12",
            ("(2)(a)", "(2)(b)"),
        ),
        Asked(
            "that staff are up to date with maternity mandatory training modules, including safeguarding",
            "12",
            ("(2)(c)",),
        ),
        Asked("that women and families are listened to when they raise concerns about their care", "16", ("(1)",)),
        Asked("that the environment of the midwife-led unit is clean and well maintained", "15", ("(1)",)),
    ),
    "Critical care": (
        Asked("that delayed discharges from critical care are reviewed each day", "12", ("(2)(b)",)),
        Asked("that the unit follows national guidelines for the ratio of nurses to patients", "18", ("(1)",)),
    ),
    "End of life care": (
        Asked(
            "that decisions about resuscitation are discussed with patients and their families and recorded",
            "9",
            ("(1)", "(3)(d)"),
        ),
        Asked("that a specialist palliative care team can be reached seven days a week", "12", ("(2)(b)",)),
    ),
    "Outpatients": (
        Asked("that patients on waiting lists are reviewed for harm while they wait", "12", ("(2)(a)",)),
        Asked("that complaints are answered within the time the trust has set itself", "16", ("(2)",)),
    ),
}

SHOULDS: Final[dict[str, tuple[str, ...]]] = {
    TRUST_WIDE: (
        "continue work to reduce the use of interim staff in senior roles",
        "consider how it shares learning between divisions",
        "ensure that its board papers say how sure it is of what they report",
    ),
    "Urgent and emergency services": (
        "review how it meets the needs of people living with dementia",
        "ensure that staff complete mandatory training in line with the trust target",
        "improve the signs to the children's waiting area",
    ),
    "Medical care (including older people's care)": (
        "consider how ward teams learn from complaints",
        "review the arrangements for clinical supervision of newly qualified nurses",
        "continue to improve handovers between shifts",
    ),
    "Surgery": (
        "consider ways of reducing cancelled operations",
        "review the time patients wait for pain relief after surgery",
        "ensure that appraisals are completed in line with the trust target",
    ),
    "Maternity": (
        "improve access to interpreters",
        "consider how partners are supported to stay overnight",
        "review how it collects the views of women and families",
    ),
    "Critical care": ("consider a follow-up clinic for patients after intensive care",),
    "End of life care": ("review how quickly patients can be discharged to die at home",),
    "Outpatients": ("improve how it tells patients about delays in clinic",),
}

REGULATION_TITLES: Final = {
    "5": "Fit and proper persons: directors", "9": "Person-centred care", "10": "Dignity and respect",
    "11": "Need for consent", "12": "Safe care and treatment",
    "13": "Safeguarding service users from abuse and improper treatment",
    "14": "Meeting nutritional and hydration needs", "15": "Premises and equipment",
    "16": "Receiving and acting on complaints", "17": "Good governance", "18": "Staffing",
}  # fmt: skip

ACTIVITIES: Final = {"Maternity": "Maternity and midwifery services", "Surgery": "Surgical procedures"}
ACTIVITY: Final = "Treatment of disease, disorder or injury"
