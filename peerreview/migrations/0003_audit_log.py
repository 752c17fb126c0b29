"""What was done with a round is written to the audit log."""

from django.db import migrations

from tracker.audit.history_triggers import audited


class Migration(migrations.Migration):

    dependencies = [
        ('peerreview', '0002_workings_and_events'),
        ('tracker', '0011_audit_log'),
    ]

    operations = [
        audited("round_event", of="round", key="pairing_round_id", said_in="state"),
    ]
