"""What a round read moves to a table that no trust ever sees; what was done with a round is written down."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tracker.row_security import HOMES, NATIONAL, append_only, immutable_column, protect

OWN_PAIR = (
    "EXISTS (SELECT 1 FROM proposed_pair p WHERE p.pairing_round_id = pairing_round.id AND p.published "
    f"AND (p.trust_id = ANY ({HOMES}) OR p.helper_id = ANY ({HOMES})))"
)


class Migration(migrations.Migration):

    dependencies = [
        ('peerreview', '0001_initial'),
        ('tracker', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(model_name='pairinground', name='inputs'),
        migrations.AddField(
            model_name='pairinground',
            name='plan_sha256',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='RoundWorkings',
            fields=[
                ('pairing_round', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='workings', serialize=False, to='peerreview.pairinground')),
                ('inputs', models.TextField()),
                ('limits', models.JSONField()),
            ],
            options={
                'db_table': 'round_workings',
            },
        ),
        migrations.CreateModel(
            name='RoundEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('proposed', 'Proposed: not yet published'), ('published', 'Published'), ('set_aside', 'Set aside')], max_length=10)),
                ('at', models.DateTimeField()),
                ('why', models.TextField(blank=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pairing_round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='peerreview.pairinground')),
            ],
            options={
                'db_table': 'round_event',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'published', 'set_aside'])), name='round_event_known')],
            },
        ),
        protect("round_workings", using=NATIONAL),
        protect("round_event", using=NATIONAL),
        append_only("round_event"),
        immutable_column("proposed_pair", "trust_id"),
        # A published round stands for the trusts it pairs; to every other trust it is not there.
        migrations.RunSQL(
            f"ALTER POLICY pairing_round_scope ON pairing_round "
            f"USING ({NATIONAL} OR (state = 'published' AND {OWN_PAIR})) WITH CHECK ({NATIONAL})",
            f"ALTER POLICY pairing_round_scope ON pairing_round "
            f"USING ({NATIONAL} OR state = 'published') WITH CHECK ({NATIONAL})",
        ),
    ]
