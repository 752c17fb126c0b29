"""Trackers that trusts keep themselves, on their way in: behind row security, and undone at most once."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from tracker.audit.history_triggers import audited
from tracker.row_security import append_only, immutable_column, moves_only, only_these_change, protect


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0014_readings_and_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='TrackerImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('headings', models.JSONField()),
                ('cells', models.JSONField()),
                ('columns', models.JSONField()),
                ('put_right', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('checking', 'Being checked'), ('imported', 'Imported'), ('undone', 'Undone')], default='checking', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('form_key', models.UUIDField(blank=True, null=True)),
                ('imported_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'tracker_import',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ImportedAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.SmallIntegerField()),
                ('version', models.IntegerField()),
                ('action', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='imported', to='tracker.action')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
                ('tracker_import', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='made', to='tracker.trackerimport')),
            ],
            options={
                'db_table': 'imported_action',
                'ordering': ['row'],
            },
        ),
        migrations.CreateModel(
            name='TrackerImportEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state_before', models.CharField(blank=True, max_length=10)),
                ('state_after', models.CharField(max_length=10)),
                ('why', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tracker_import', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracker.trackerimport')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'tracker_import_event',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='TrackerHeading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(max_length=100)),
                ('column', models.CharField(blank=True, max_length=20)),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'tracker_heading',
                'constraints': [models.UniqueConstraint(fields=('trust', 'heading'), name='one_meaning_a_heading')],
            },
        ),
        migrations.AddIndex(
            model_name='trackerimport',
            index=models.Index(fields=['trust', '-made_at'], name='tracker_import_of_trust'),
        ),
        migrations.AddConstraint(
            model_name='trackerimport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['checking', 'imported', 'undone'])), name='tracker_import_state_known'),
        ),
        migrations.AddConstraint(
            model_name='trackerimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('imported_at', None), ('state', 'checking')), models.Q(models.Q(('state', 'checking'), _negated=True), ('imported_at__isnull', False)), _connector='OR'), name='tracker_import_has_its_moment'),
        ),
        migrations.AddConstraint(
            model_name='trackerimport',
            constraint=models.UniqueConstraint(fields=('trust', 'form_key'), name='one_tracker_import_a_form'),
        ),
        protect("tracker_import"),
        protect("tracker_heading"),
        protect("imported_action"),
        protect("tracker_import_event"),
        append_only("imported_action"),
        append_only("tracker_import_event"),
        audited("tracker_import_event", of="tracker", key="tracker_import_id", said_in="state_after"),
        only_these_change("tracker_import", "columns", "put_right", "state", "imported_at"),
        immutable_column("tracker_heading", "trust_id"),
        moves_only("tracker_import", "state", [("checking", "imported"), ("imported", "undone")]),
    ]
