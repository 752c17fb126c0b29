"""What is done about readings, causes and notices stands in the audit log too."""

from django.db import migrations

from tracker.audit.history_triggers import audited


class Migration(migrations.Migration):
    dependencies = [("tracker", "0017_calendar_feeds_and_pulses")]

    operations = [
        audited("reading_event", of="reading", key="reading_id", said_in="kind"),
        audited("cause_coding", of="finding", key="finding_id", operation="causes_coded"),
        audited("notice_event", of="notice", key="notice_id", said_in="state_after"),
    ]
