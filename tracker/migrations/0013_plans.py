"""Plans in versions, what they hold and held then, and every move of one: behind row security from the first."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tracker.audit.history_triggers import audited
from tracker.row_security import append_only, moves_only, only_these_change, protect

# As tracker.plans.lifecycle had them when this was written.
PLAN_MOVES = [
    ("draft", "approved"),
    ("approved", "submitted"),
    ("submitted", "accepted"),
    *((start, "superseded") for start in ("approved", "submitted", "accepted")),
]


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0012_actions_in_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActionPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=28, unique=True)),
                ('number', models.SmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('submitted', 'Submitted to CQC'), ('accepted', 'Accepted by CQC'), ('superseded', 'Superseded')], default='draft', max_length=12)),
                ('made_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('submitted_on', models.DateField(blank=True, null=True)),
                ('accepted_on', models.DateField(blank=True, null=True)),
                ('form_key', models.UUIDField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='tracker.inspection')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='tracker.actionplan')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'action_plan',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PlanAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.SmallIntegerField()),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.action')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='tracker.actionplan')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'plan_action',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='actionplan',
            name='actions',
            field=models.ManyToManyField(related_name='plans', through='tracker.PlanAction', to='tracker.action'),
        ),
        migrations.CreateModel(
            name='PlanEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state_before', models.CharField(blank=True, max_length=12)),
                ('state_after', models.CharField(max_length=12)),
                ('why', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracker.actionplan')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'plan_event',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PlanRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.SmallIntegerField()),
                ('title', models.CharField(max_length=300)),
                ('detail', models.TextField(blank=True)),
                ('findings', models.TextField(blank=True)),
                ('regulations', models.CharField(blank=True, max_length=1000)),
                ('place', models.CharField(blank=True, max_length=600)),
                ('owner', models.CharField(max_length=200)),
                ('executive', models.CharField(max_length=200)),
                ('due_on', models.DateField()),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.action')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='tracker.actionplan')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust')),
            ],
            options={
                'db_table': 'plan_row',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='planaction',
            constraint=models.UniqueConstraint(fields=('plan', 'action'), name='action_once_a_plan'),
        ),
        migrations.AddIndex(
            model_name='actionplan',
            index=models.Index(fields=['trust', '-made_at'], name='plan_of_trust'),
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'approved', 'submitted', 'accepted', 'superseded'])), name='plan_state_known'),
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='plan_approved_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('made_by')), _negated=True), _connector='OR'), name='plan_not_approved_by_its_author'),
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_on', None), ('approved_at', None), ('state', 'draft'), ('submitted_on', None)), models.Q(('accepted_on', None), ('approved_at__isnull', False), ('state', 'approved'), ('submitted_on', None)), models.Q(('accepted_on', None), ('approved_at__isnull', False), ('state', 'submitted'), ('submitted_on__isnull', False)), models.Q(('accepted_on__isnull', False), ('approved_at__isnull', False), ('state', 'accepted'), ('submitted_on__isnull', False)), models.Q(('approved_at__isnull', False), ('state', 'superseded')), _connector='OR'), name='plan_has_the_days_of_its_state'),
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.UniqueConstraint(fields=('inspection', 'number'), name='one_plan_a_version'),
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('inspection',), name='one_draft_plan_an_inspection'),
        ),
        migrations.AddConstraint(
            model_name='actionplan',
            constraint=models.UniqueConstraint(fields=('trust', 'form_key'), name='one_plan_a_form'),
        ),
        migrations.AddConstraint(
            model_name='planrow',
            constraint=models.UniqueConstraint(fields=('plan', 'action'), name='row_once_a_plan'),
        ),
        protect("action_plan"),
        protect("plan_action"),
        protect("plan_row"),
        protect("plan_event"),
        append_only("plan_action"),
        append_only("plan_row"),
        append_only("plan_event"),
        audited("plan_event", of="plan", key="plan_id", said_in="state_after"),
        only_these_change(
            "action_plan", "state", "approved_at", "approved_by_id", "submitted_on", "accepted_on"
        ),
        moves_only("action_plan", "state", PLAN_MOVES),
    ]
