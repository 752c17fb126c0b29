"""Messages that hold many reminders, people's wishes, absences and decisions.

Until now a message held one reminder and was written when it had been sent.  From now on a message is written before
it is sent, for all of a person's reminders together; what was sent before keeps its words and its reminder.
"""

import django.contrib.postgres.constraints
import django.db.models.deletion
import tracker.constraints
from django.conf import settings
from django.db import migrations, models

from tracker.audit.history_triggers import audited
from tracker.row_security import OPERATIONS, OWN_TRUST, PERSON, append_only, immutable_column, protect


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0015_trackers_imported'),
    ]

    operations = [
        # The owner of the tables reads and writes what there is: no row security until the end, and no trigger.
        migrations.RunSQL(
            "DROP POLICY outbox_message_scope ON outbox_message;"
            "ALTER TABLE outbox_message NO FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE reminder NO FORCE ROW LEVEL SECURITY;"
            "DROP TRIGGER outbox_message_append_only ON outbox_message;",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_on', models.DateField()),
                ('back_on', models.DateField()),
                ('said_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'absence',
                'ordering': ['-first_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReminderDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decided', models.CharField(choices=[('sent', 'It was sent'), ('not_sent', 'It was not sent, and is not needed any more'), ('again', 'Send it again')], max_length=10)),
                ('why', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'reminder_decision',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReminderWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rhythm', models.CharField(choices=[('each', 'each'), ('daily', 'daily'), ('weekly', 'weekly')], max_length=10)),
                ('weekday', models.SmallIntegerField(default=0)),
                ('hour', models.SmallIntegerField(default=8)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'reminder_wish',
            },
        ),
        migrations.RemoveConstraint(
            model_name='reminder',
            name='reminder_once',
        ),
        migrations.RemoveConstraint(
            model_name='reminder',
            name='sending_has_a_lease',
        ),
        migrations.RemoveIndex(
            model_name='reminder',
            name='reminder_to_send',
        ),
        migrations.RemoveField(
            model_name='reminder',
            name='lease_until',
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='attempt',
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='html',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='lease_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='reference',
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='settled_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='state',
            field=models.CharField(choices=[('sending', 'Being sent'), ('sent', 'Sent'), ('not_sent', 'Not sent'), ('unknown', 'Not known whether it was sent')], default='sending', max_length=10),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='why',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='reminder',
            name='days',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='reminder',
            name='message',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='tracker.outboxmessage'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='stands_in_for',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminder',
            name='told',
            field=models.CharField(default='owner', max_length=20),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='trust',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.RunSQL(
            "UPDATE outbox_message SET state = 'sent', settled_at = at, reference = gen_random_uuid();"
            "UPDATE reminder r SET message_id = m.id FROM outbox_message m WHERE m.reminder_id = r.id;"
            "UPDATE reminder SET days = send_on - due_on;"
            "UPDATE reminder SET state = 'planned' WHERE state = 'sending';"
            "SET CONSTRAINTS ALL IMMEDIATE;",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(
            model_name='outboxmessage',
            name='reminder',
        ),
        migrations.RemoveField(
            model_name='outboxmessage',
            name='trust',
        ),
        migrations.AlterField(
            model_name='outboxmessage',
            name='reference',
            field=models.UUIDField(unique=True),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='days',
            field=models.SmallIntegerField(),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='told',
            field=models.CharField(max_length=20),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=models.Index(fields=['person', '-at'], name='message_of_person'),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='message_being_sent'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('state', 'planned')), fields=['send_on', 'person'], name='reminder_to_send'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(fields=['trust', '-id'], name='reminder_of_trust'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('state__in', ['failed', 'unknown'])), fields=['state'], name='reminder_to_settle'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['sending', 'sent', 'not_sent', 'unknown'])), name='message_state_known'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('settled_at', None), ('state', 'sending')), models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_until', None), ('settled_at__isnull', False)), _connector='OR'), name='sending_has_a_lease'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('object_id', 'send_on', 'person', 'kind', 'stage', 'due_on'), name='reminder_once'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('told__in', ['owner', 'executive', 'improvement_lead', 'regional_staff'])), name='reminder_told_known'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('message__isnull', False), _connector='OR'), name='sending_has_a_message'),
        ),
        migrations.AddField(
            model_name='absence',
            name='deputy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='said_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminderdecision',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminderdecision',
            name='reminder',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='tracker.reminder'),
        ),
        migrations.AddField(
            model_name='reminderdecision',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='reminderwish',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminderwish',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('first_on__isnull', True), ('back_on__isnull', True), ('back_on__gte', models.F('first_on')), _connector='OR'), name='absence_dates'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='absence_ended_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('deputy')), _negated=True), name='nobody_deputises_for_themselves'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), (tracker.constraints.DateRange('first_on', 'back_on'), '&&')], name='one_deputy_a_day'),
        ),
        migrations.AddConstraint(
            model_name='reminderdecision',
            constraint=models.CheckConstraint(condition=models.Q(('decided__in', ['sent', 'not_sent', 'again'])), name='decided_known'),
        ),
        migrations.AddConstraint(
            model_name='reminderdecision',
            constraint=models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='decision_says_why'),
        ),
        migrations.AddIndex(
            model_name='reminderwish',
            index=models.Index(fields=['person', '-id'], name='newest_wish'),
        ),
        migrations.AddConstraint(
            model_name='reminderwish',
            constraint=models.CheckConstraint(condition=models.Q(('rhythm__in', ['each', 'daily', 'weekly'])), name='rhythm_known'),
        ),
        migrations.AddConstraint(
            model_name='reminderwish',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__range', (0, 6))), name='weekday_known'),
        ),
        migrations.AddConstraint(
            model_name='reminderwish',
            constraint=models.CheckConstraint(condition=models.Q(('hour__range', (6, 19))), name='hour_by_day'),
        ),
        protect("outbox_message", using=f"person_id = {PERSON} OR {OPERATIONS}"),
        migrations.RunSQL("DROP POLICY reminder_scope ON reminder;", migrations.RunSQL.noop),
        protect(
            "reminder",
            using=f"{OWN_TRUST} OR person_id = {PERSON} OR {OPERATIONS}",
            check=f"{OWN_TRUST} OR {OPERATIONS}",
        ),
        migrations.RunSQL('GRANT UPDATE ON outbox_message TO "%s";' % settings.DATABASE_APP_ROLE, migrations.RunSQL.noop),
        immutable_column("outbox_message", "text"),
        immutable_column("outbox_message", "subject"),
        protect("reminder_decision", using=f"{OWN_TRUST} OR {OPERATIONS}"),
        append_only("reminder_decision"),
        append_only("reminder_wish"),
        audited("reminder_decision", of="reminder", key="reminder_id", said_in="decided"),
        audited("reminder_wish", of="person", key="person_id", operation="reminders_chosen"),
    ]
