"""Reports read and not yet confirmed, the coding of causes, notices; what findings cite and repeat."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from tracker.findings.notice_lifecycle import MOVES_OF
from tracker.findings.reading_lifecycle import ITEM_MOVES, READING_MOVES
from tracker.row_security import append_only, immutable_column, moves_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0013_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='CauseCoding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('none_behind', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'cause_coding',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='CodedCause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=3)),
                ('layer', models.SmallIntegerField()),
                ('phrase', models.TextField(blank=True)),
            ],
            options={
                'db_table': 'coded_cause',
                'ordering': ['layer', 'code'],
            },
        ),
        migrations.CreateModel(
            name='FindingRegulation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('instrument', models.CharField(max_length=7)),
                ('number', models.CharField(max_length=4)),
                ('paragraph', models.CharField(blank=True, max_length=20)),
            ],
            options={
                'db_table': 'finding_regulation',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(max_length=2)),
                ('state', models.CharField(choices=[('issued', 'Requirement notice issued'), ('reported', 'Report of actions sent'), ('requirement_met', 'Requirement met'), ('served', 'Warning notice served'), ('claimed', 'Trust says it has improved'), ('warning_met', 'CQC found it met'), ('not_met', 'CQC found it not met'), ('withdrawn', 'Withdrawn after representations'), ('imposed', 'Condition imposed'), ('reporting', 'Reported on to CQC'), ('removal_asked', 'Removal asked for'), ('lifted', 'Condition lifted')], max_length=15)),
                ('version', models.IntegerField(default=1)),
            ],
            options={
                'db_table': 'notice',
            },
        ),
        migrations.CreateModel(
            name='NoticeEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state_before', models.CharField(blank=True, max_length=15)),
                ('state_after', models.CharField(choices=[('issued', 'Requirement notice issued'), ('reported', 'Report of actions sent'), ('requirement_met', 'Requirement met'), ('served', 'Warning notice served'), ('claimed', 'Trust says it has improved'), ('warning_met', 'CQC found it met'), ('not_met', 'CQC found it not met'), ('withdrawn', 'Withdrawn after representations'), ('imposed', 'Condition imposed'), ('reporting', 'Reported on to CQC'), ('removal_asked', 'Removal asked for'), ('lifted', 'Condition lifted')], max_length=15)),
                ('happened_on', models.DateField()),
                ('why', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'notice_event',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReadingEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('read', 'Read'), ('agreed', 'Checked'), ('corrected', 'Corrected'), ('split', 'Split'), ('joined', 'Joined'), ('added', 'Added'), ('set_aside', 'Set aside'), ('restored', 'Brought back'), ('confirmed', 'Confirmed')], max_length=9)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('why', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'reading_event',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReadItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('origin', models.CharField(choices=[('read', 'Read'), ('split', 'Split off'), ('joined', 'Joined'), ('added', 'Added by hand')], default='read', max_length=6)),
                ('state', models.CharField(choices=[('proposed', 'Read, not yet checked'), ('agreed', 'Checked'), ('set_aside', 'Set aside'), ('replaced', 'Split or joined'), ('published', 'Published')], default='proposed', max_length=10)),
                ('kind', models.CharField(choices=[('MD', 'Must do'), ('SD', 'Should do'), ('BR', 'Breach of regulation'), ('NO', 'Requirement notice'), ('WN', 'Section 29A warning notice'), ('CO', 'Section 31 condition')], max_length=2)),
                ('words', models.TextField()),
                ('printed', models.TextField(blank=True)),
                ('places', models.JSONField(default=list)),
                ('regulation', models.CharField(blank=True, max_length=200)),
                ('regulations', models.JSONField(default=list)),
                ('causes', models.JSONField(default=list)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('sure', models.CharField(choices=[('clear', 'clear'), ('likely', 'likely'), ('doubtful', 'doubtful')], max_length=8)),
                ('doubts', models.JSONField(default=list)),
                ('version', models.IntegerField(default=1)),
            ],
            options={
                'db_table': 'read_item',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ReportReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('source', models.CharField(choices=[('text', 'Pasted text'), ('pdf', 'PDF'), ('word', 'Word file')], max_length=4)),
                ('file_name', models.CharField(blank=True, max_length=300)),
                ('stored_name', models.CharField(blank=True, max_length=100)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('text', models.TextField()),
                ('spans', models.JSONField(default=list)),
                ('claims', models.JSONField(default=list)),
                ('scores', models.JSONField(default=list)),
                ('action_plan_requested', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('draft', 'Being checked'), ('confirmed', 'Confirmed'), ('set_aside', 'Set aside')], default='draft', max_length=10)),
                ('version', models.IntegerField(default=1)),
                ('read_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'report_reading',
                'ordering': ['-pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='finding',
            options={'ordering': ['rung', 'pk']},
        ),
        migrations.AddField(
            model_name='finding',
            name='rung',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(kind='CO', then=0), models.When(kind='WN', then=1), models.When(kind='NO', then=2), models.When(kind='SD', then=4), default=3), output_field=models.SmallIntegerField()),
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='finding_kind_known',
        ),
        migrations.AddField(
            model_name='finding',
            name='improve_by',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='finding',
            name='recurrence_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='tracker.finding'),
        ),
        migrations.AddField(
            model_name='finding',
            name='recurrence_why',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='finding',
            name='kind',
            field=models.CharField(choices=[('MD', 'Must do'), ('SD', 'Should do'), ('BR', 'Breach of regulation'), ('NO', 'Requirement notice'), ('WN', 'Section 29A warning notice'), ('CO', 'Section 31 condition')], max_length=2),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['trust', 'kind'], name='finding_of_trust'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['MD', 'SD', 'BR', 'NO', 'WN', 'CO'])), name='finding_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('recurrence_of', None), ('recurrence_why', '')), models.Q(('recurrence_of__isnull', False), models.Q(('recurrence_why', ''), _negated=True)), _connector='OR'), name='recurrence_says_why'),
        ),
        migrations.AddField(
            model_name='causecoding',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='causecoding',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='tracker.finding'),
        ),
        migrations.AddField(
            model_name='causecoding',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='codedcause',
            name='coding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='causes', to='tracker.causecoding'),
        ),
        migrations.AddField(
            model_name='codedcause',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='findingregulation',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='regulations', to='tracker.finding'),
        ),
        migrations.AddField(
            model_name='notice',
            name='finding',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='notice', to='tracker.finding'),
        ),
        migrations.AddField(
            model_name='notice',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='noticeevent',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='noticeevent',
            name='notice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracker.notice'),
        ),
        migrations.AddField(
            model_name='noticeevent',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='readingevent',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='readingevent',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='readitem',
            name='finding',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='read_item', to='tracker.finding'),
        ),
        migrations.AddField(
            model_name='readitem',
            name='key_question',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.rateddomain'),
        ),
        migrations.AddField(
            model_name='readitem',
            name='service',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.ratedservice'),
        ),
        migrations.AddField(
            model_name='readitem',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.site'),
        ),
        migrations.AddField(
            model_name='readitem',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='readingevent',
            name='item',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracker.readitem'),
        ),
        migrations.AddField(
            model_name='reportreading',
            name='inspection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='tracker.inspection'),
        ),
        migrations.AddField(
            model_name='reportreading',
            name='read_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reportreading',
            name='settled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reportreading',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='readitem',
            name='reading',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='tracker.reportreading'),
        ),
        migrations.AddField(
            model_name='readingevent',
            name='reading',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracker.reportreading'),
        ),
        migrations.AddIndex(
            model_name='causecoding',
            index=models.Index(fields=['finding', 'by'], name='coding_of_finding'),
        ),
        migrations.AddConstraint(
            model_name='codedcause',
            constraint=models.CheckConstraint(condition=models.Q(('code__in', ['BUL', 'CLN', 'DAT', 'EST', 'EXT', 'FLO', 'GOV', 'ISO', 'LRN', 'LST', 'MED', 'MGT', 'MIS', 'PAT', 'QIC', 'RTS', 'SHK', 'SPK', 'STF', 'TEM', 'TRN'])), name='coded_cause_known'),
        ),
        migrations.AddConstraint(
            model_name='codedcause',
            constraint=models.CheckConstraint(condition=models.Q(('layer__in', [1, 2])), name='coded_layer_known'),
        ),
        migrations.AddConstraint(
            model_name='codedcause',
            constraint=models.UniqueConstraint(fields=('coding', 'code'), name='cause_once_a_coding'),
        ),
        migrations.AddIndex(
            model_name='findingregulation',
            index=models.Index(fields=['instrument', 'number'], name='finding_by_regulation'),
        ),
        migrations.AddConstraint(
            model_name='findingregulation',
            constraint=models.CheckConstraint(condition=models.Q(('instrument__in', ['RA2014', 'RA2010', 'REG2009'])), name='finding_regulation_instrument'),
        ),
        migrations.AddConstraint(
            model_name='findingregulation',
            constraint=models.UniqueConstraint(fields=('finding', 'instrument', 'number', 'paragraph'), name='regulation_once_a_finding'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('form', 'NO'), ('state__in', ['issued', 'reported', 'requirement_met'])), models.Q(('form', 'WN'), ('state__in', ['served', 'claimed', 'warning_met', 'not_met', 'withdrawn'])), models.Q(('form', 'CO'), ('state__in', ['imposed', 'reporting', 'removal_asked', 'lifted'])), _connector='OR'), name='notice_state_of_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='reportreading',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'confirmed', 'set_aside'])), name='reading_state_known'),
        ),
        migrations.AddConstraint(
            model_name='reportreading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='reading_settled_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='reportreading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('state', 'draft')), models.Q(models.Q(('state', 'draft'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='reading_settled_when_no_draft'),
        ),
        migrations.AddConstraint(
            model_name='reportreading',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('inspection',), name='one_draft_an_inspection'),
        ),
        migrations.AddConstraint(
            model_name='readitem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'agreed', 'set_aside', 'replaced', 'published'])), name='read_item_state_known'),
        ),
        migrations.AddConstraint(
            model_name='readitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['MD', 'SD', 'BR', 'NO', 'WN', 'CO'])), name='read_item_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='readitem',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='read_item_has_words'),
        ),
        migrations.AddConstraint(
            model_name='readitem',
            constraint=models.UniqueConstraint(fields=('reading', 'number'), name='read_item_numbered_once'),
        ),
        migrations.AddConstraint(
            model_name='readitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finding__isnull', False), ('state', 'published')), models.Q(models.Q(('state', 'published'), _negated=True), ('finding', None)), _connector='OR'), name='published_item_has_its_finding'),
        ),
        protect("report_reading"),
        protect("read_item"),
        protect("reading_event"),
        protect("cause_coding"),
        protect("coded_cause"),
        protect("notice"),
        protect("notice_event"),
        append_only("reading_event"),
        append_only("cause_coding"),
        append_only("coded_cause"),
        append_only("notice_event"),
        immutable_column("report_reading", "trust_id"),
        immutable_column("report_reading", "text"),
        immutable_column("read_item", "trust_id"),
        immutable_column("notice", "trust_id"),
        immutable_column("notice", "form"),
        moves_only("report_reading", "state", READING_MOVES),
        moves_only("read_item", "state", ITEM_MOVES),
        moves_only("notice", "state", [move for moves in MOVES_OF.values() for move in moves]),
    ]
