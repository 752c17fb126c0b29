"""A form sent twice is one action or one update; the service's notes on an action; the wait after a failed attempt."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='action',
            name='form_key',
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='progressupdate',
            name='form_key',
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='reminder',
            name='not_before',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='actionevent',
            name='progress',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='event', to='tracker.progressupdate'),
        ),
        migrations.AlterField(
            model_name='actionevent',
            name='kind',
            field=models.CharField(choices=[('made', 'Made'), ('updated', 'Progress recorded'), ('moved', 'Status changed'), ('reassigned', 'Reassigned'), ('reopened', 'Reopened'), ('noted', 'Noted')], max_length=12),
        ),
        migrations.AlterField(
            model_name='consequence',
            name='kind',
            field=models.CharField(choices=[('reopened', 'Reopened the action'), ('warned', 'Noted on an open action'), ('withdrawn', 'Noted that an earlier change was withdrawn')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.UniqueConstraint(fields=('trust', 'form_key'), name='one_action_a_form'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.UniqueConstraint(fields=('action', 'form_key'), name='one_update_a_form'),
        ),
    ]
