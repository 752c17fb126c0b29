"""Measures, their values, recalculations and history, and which measures show whether an action works."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tracker.row_security import OWN_TRUST, OWN_TRUST_OR_SHARED, SCOPES, append_only, immutable_column, protect

# What belongs to a measure is shared with it.
_WITH_ITS_MEASURE = f"({OWN_TRUST} OR measure_id IN (SELECT id FROM measure WHERE shared_scopes && {SCOPES}))"


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0006_search_nhs_organisations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('definition', models.TextField(blank=True)),
                ('unit', models.CharField(blank=True, max_length=40)),
                ('numerator', models.CharField(blank=True, max_length=300)),
                ('denominator', models.CharField(blank=True, max_length=300)),
                ('direction', models.CharField(max_length=8)),
                ('target', models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ('frequency', models.CharField(default='month', max_length=8)),
                ('made_at', models.DateTimeField()),
                ('version', models.IntegerField(default=1)),
                ('values_version', models.IntegerField(default=1)),
                ('form_key', models.UUIDField(blank=True, null=True)),
                ('shared_scopes', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None)),
                ('variation', models.CharField(default='too_few', max_length=12)),
                ('assurance', models.CharField(default='no_target', max_length=12)),
                ('signal', models.CharField(blank=True, max_length=12)),
                ('signal_upwards', models.BooleanField(default=False)),
                ('points', models.IntegerField(default=0)),
                ('latest_on', models.DateField(blank=True, null=True)),
                ('latest_value', models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ('concern_since', models.DateField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owned_measures', to=settings.AUTH_USER_MODEL)),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.ratedservice')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.site')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='tracker.trust')),
            ],
            options={
                'db_table': 'measure',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ActionMeasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_on', models.DateField()),
                ('linked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measured_by', to='tracker.action')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('linked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measured_actions', to='tracker.measure')),
            ],
            options={
                'db_table': 'action_measure',
                'ordering': ['started_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='MeasureEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('made', 'Measure added'), ('changed', 'Measure changed')], max_length=8)),
                ('words', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracker.measure')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'measure_event',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MeasureValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.DateField()),
                ('value', models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ('why', models.TextField(blank=True)),
                ('source', models.CharField(choices=[('typed', 'Typed'), ('pasted', 'Pasted'), ('api', 'Sent by another system')], max_length=8)),
                ('batch', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values', to='tracker.measure')),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='tracker.measurevalue')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'measure_value',
                'ordering': ['period', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Rebase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('why', models.TextField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rebases', to='tracker.measure')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
                ('withdraws', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='withdrawn_by', to='tracker.rebase')),
            ],
            options={
                'db_table': 'measure_rebase',
                'ordering': ['on', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='measure',
            index=models.Index(fields=['trust', 'name'], name='measure_of_trust'),
        ),
        migrations.AddIndex(
            model_name='measure',
            index=django.contrib.postgres.indexes.GinIndex(fields=['shared_scopes'], name='measure_shared_scopes'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['up', 'down', 'neither'])), name='measure_direction_known'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('frequency__in', ['day', 'week', 'month', 'quarter'])), name='measure_frequency_known'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('variation__in', ['common_cause', 'improvement', 'concern', 'high', 'low', 'too_few'])), name='measure_variation_known'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('assurance__in', ['passes', 'fails', 'hit_or_miss', 'no_target', 'too_few'])), name='measure_assurance_known'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('signal__in', ['', 'outside', 'trend', 'two of three', 'shift'])), name='measure_signal_known'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='measure_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(('target', None), models.Q(('direction', 'neither'), _negated=True), _connector='OR'), name='measure_target_has_a_direction'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('concern_since__isnull', False), ('variation', 'concern')), models.Q(models.Q(('variation', 'concern'), _negated=True), ('concern_since', None)), _connector='OR'), name='measure_concern_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latest_on__isnull', True), ('latest_value__isnull', True)), models.Q(('latest_on__isnull', False), ('latest_value__isnull', False)), _connector='OR'), name='measure_latest_together'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.UniqueConstraint(fields=('trust', 'form_key'), name='one_measure_a_form'),
        ),
        migrations.AddConstraint(
            model_name='actionmeasure',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('action', 'measure'), name='measure_once_an_action'),
        ),
        migrations.AddConstraint(
            model_name='actionmeasure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='measure_link_ended_by'),
        ),
        migrations.AddConstraint(
            model_name='measureevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['made', 'changed'])), name='measure_event_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='measurevalue',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['typed', 'pasted', 'api'])), name='value_source_known'),
        ),
        migrations.AddConstraint(
            model_name='measurevalue',
            constraint=models.UniqueConstraint(condition=models.Q(('supersedes', None)), fields=('measure', 'period'), name='one_first_value_a_period'),
        ),
        migrations.AddConstraint(
            model_name='measurevalue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('supersedes', None), ('value__isnull', False)), models.Q(('supersedes__isnull', False), models.Q(('why', ''), _negated=True)), _connector='OR'), name='a_correction_has_its_reason'),
        ),
        migrations.AddConstraint(
            model_name='rebase',
            constraint=models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='rebase_has_its_reason'),
        ),
        protect("measure", using=OWN_TRUST_OR_SHARED, check=OWN_TRUST),
        protect("measure_value", using=_WITH_ITS_MEASURE, check=OWN_TRUST),
        protect("measure_rebase", using=_WITH_ITS_MEASURE, check=OWN_TRUST),
        protect("measure_event", using=_WITH_ITS_MEASURE, check=OWN_TRUST),
        protect("action_measure"),
        append_only("measure_value"),
        append_only("measure_rebase"),
        append_only("measure_event"),
        immutable_column("measure", "trust_id"),
        immutable_column("action_measure", "trust_id"),
    ]
