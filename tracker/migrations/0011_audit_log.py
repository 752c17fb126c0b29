"""The audit log, written beside every table of history there is, sealed into a chain."""

from django.db import migrations, models

from tracker.audit.history_triggers import WRITE_ENTRIES, audited
from tracker.row_security import OPERATIONS, append_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0010_actions_closed_by_another'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditWaiting',
            fields=[
                ('entry_id', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'audit_waiting',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('written_at', models.DateTimeField()),
                ('person_id', models.BigIntegerField(null=True)),
                ('operation', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField(null=True)),
                ('trust_id', models.BigIntegerField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('source', models.CharField(blank=True, max_length=63)),
                ('source_id', models.BigIntegerField(null=True)),
                ('words', models.TextField(blank=True)),
            ],
            options={
                'db_table': 'audit_entry',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['kind', 'object_id'], name='audit_of_object'), models.Index(fields=['person_id', '-id'], name='audit_of_person'), models.Index(fields=['written_at'], name='audit_by_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('source', ''), ('source_id', None)), models.Q(models.Q(('source', ''), _negated=True), ('source_id__isnull', False)), _connector='OR'), name='audit_source_with_its_row'), models.CheckConstraint(condition=models.Q(models.Q(('operation', ''), _negated=True), models.Q(('kind', ''), _negated=True)), name='audit_operation_named')],
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField(unique=True)),
                ('seal', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'audit_seal',
                'constraints': [models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='audit_positions_from_one'), models.CheckConstraint(condition=models.Q(('seal__regex', '^[0-9a-f]{64}$')), name='audit_seal_is_a_hash')],
            },
        ),
        # Everybody's operations are written, only whoever looks after the service reads them.
        protect("audit_entry", using=OPERATIONS, check="true"),
        append_only("audit_entry"),
        append_only("audit_seal"),
        WRITE_ENTRIES,
        audited("import_event", of="import", key="rating_import_id", said_in="kind"),
        audited("action_event", of="action", key="action_id", said_in="kind"),
        audited("verification", of="action", key="action_id", operation="verified"),
        audited("action_comment", of="action", key="action_id", operation="commented"),
        audited("measure_event", of="measure", key="measure_id", said_in="kind"),
        audited("measure_value", of="measure", key="measure_id", operation="value_recorded"),
        audited("measure_rebase", of="measure", key="measure_id", operation="limits_recalculated"),
        audited("outbox_message", of="message", key="id", operation="sent", by=""),  # its person is who got it
        audited("tracker_membershipevent", of="role", key="pgh_obj_id", said_in="pgh_label", by="", row="pgh_id"),
    ]
