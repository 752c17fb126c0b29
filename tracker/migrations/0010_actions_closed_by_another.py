"""Actions closed by somebody other than their owner, on evidence; later dates asked and decided; what people need
around actions every day.  Each new table behind row security, each lifecycle held by the database."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tracker.row_security import (
    HOMES,
    OWN_TRUST,
    PERSON,
    append_only,
    immutable_column,
    moves_only,
    only_these_change,
    protect,
)

OPEN = ("not_started", "on_track", "at_risk", "off_track", "reopened")
WORKING = ("on_track", "at_risk", "off_track")
# As tracker.plans.lifecycle had them when this was written; a test tries every pair on the database.
ACTION_MOVES = [
    *((start, end) for start in OPEN for end in (*WORKING, "done", "set_aside")),
    *((start, "reopened") for start in ("done", "verified", "sustained", "set_aside")),
    ("done", "verified"),
    ("verified", "sustained"),
    *((start, end) for start in WORKING for end in ("not_started", "reopened")),
]
EXTENSION_MOVES = [("asked", "granted"), ("asked", "refused"), ("asked", "withdrawn")]
SCAN_MOVES = [
    *((start, end) for start in ("pending", "error") for end in ("clean", "infected", "error")),
    ("clean", "infected"),
]

# What was done before actions were verified was delivered, for all that is known, on the day it was said.
DELIVERED = """
ALTER TABLE action NO FORCE ROW LEVEL SECURITY;
UPDATE action SET delivered_on = done_on WHERE status = 'done';
ALTER TABLE action FORCE ROW LEVEL SECURITY;
"""

# Neither an owner, past or present, nor anybody who spoke in an update or for whom one was made, verifies; and
# what is verified rests on evidence of this action, not older than its delivery, that nothing is wrong with.
ANOTHER_VERIFIES = """
CREATE FUNCTION verification_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM action WHERE id = NEW.action_id AND owner_id = NEW.by_id)
     OR EXISTS (SELECT FROM assignment WHERE object_kind = 'action' AND object_id = NEW.action_id
                AND duty = 'owner' AND person_id = NEW.by_id)
     OR EXISTS (SELECT FROM progress_update WHERE action_id = NEW.action_id
                AND (by_id = NEW.by_id OR on_behalf_of_id = NEW.by_id)) THEN
    RAISE EXCEPTION 'an action is verified by somebody who neither owned nor updated it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'verification_by_another';
  END IF;
  IF NOT EXISTS (SELECT FROM evidence JOIN action ON action.id = evidence.action_id
                 WHERE evidence.id = NEW.evidence_id AND action.id = NEW.action_id
                 AND evidence.dated_on >= action.delivered_on AND evidence.scan IN ('clean', 'link')) THEN
    RAISE EXCEPTION 'a verification rests on evidence of its action, not older than its delivery'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'verification_needs_evidence';
  END IF;
  IF NOT EXISTS (SELECT FROM progress_update WHERE id = NEW.claim_id AND action_id = NEW.action_id
                 AND status_after = 'done') THEN
    RAISE EXCEPTION 'a verification is of a claim that its action is done'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'verification_of_a_claim';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER verification_by_another BEFORE INSERT ON verification
  FOR EACH ROW EXECUTE FUNCTION verification_by_another();

CREATE FUNCTION action_verified_with_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status = 'verified' AND OLD.status <> 'verified' AND NOT EXISTS (
    SELECT FROM verification WHERE action_id = NEW.id AND by_id = NEW.verified_by_id AND claim_id = (
      SELECT max(id) FROM progress_update WHERE action_id = NEW.id AND status_after = 'done')) THEN
    RAISE EXCEPTION 'an action is verified by a verification of its last claim'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'action_verified_with_evidence';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER action_verified_with_evidence BEFORE UPDATE OF status ON action
  FOR EACH ROW EXECUTE FUNCTION action_verified_with_evidence();

CREATE FUNCTION due_date_moved_by_extension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.due_on <> OLD.due_on AND NOT EXISTS (
    SELECT FROM extension WHERE action_id = NEW.id AND state = 'granted'
    AND due_before = OLD.due_on AND due_wanted = NEW.due_on) THEN
    RAISE EXCEPTION 'a due date moves only by a granted extension'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'due_date_moved_by_extension';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER due_date_moved_by_extension BEFORE UPDATE OF due_on ON action
  FOR EACH ROW EXECUTE FUNCTION due_date_moved_by_extension();
"""
NO_ANOTHER_VERIFIES = """
DROP TRIGGER due_date_moved_by_extension ON action; DROP FUNCTION due_date_moved_by_extension();
DROP TRIGGER action_verified_with_evidence ON action; DROP FUNCTION action_verified_with_evidence();
DROP TRIGGER verification_by_another ON verification; DROP FUNCTION verification_by_another();
"""
OWN_VIEW = f"person_id = {PERSON}"
SHARED_VIEW = f"trust_id = ANY ({HOMES})"


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0009_indexes_that_follow_the_questions'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('at', models.DateTimeField()),
                ('why', models.TextField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'bulk_change',
            },
        ),
        migrations.CreateModel(
            name='BulkChangeRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('version', models.IntegerField()),
            ],
            options={
                'db_table': 'bulk_change_row',
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField()),
                ('at', models.DateTimeField()),
                ('form_key', models.UUIDField(blank=True, null=True)),
            ],
            options={
                'db_table': 'action_comment',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('number', models.SmallIntegerField(default=1)),
                ('title', models.CharField(max_length=300)),
                ('kind', models.CharField(choices=[('audit', 'Audit or check'), ('data', 'Figures'), ('document', 'Policy or other document'), ('minutes', 'Minutes'), ('training', 'Training record'), ('photograph', 'Photograph'), ('voices', 'What patients, carers or staff say'), ('other', 'Something else')], max_length=12)),
                ('dated_on', models.DateField()),
                ('covers_from', models.DateField(blank=True, null=True)),
                ('covers_to', models.DateField(blank=True, null=True)),
                ('link', models.URLField(blank=True, max_length=1000)),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('stored_name', models.CharField(blank=True, max_length=60)),
                ('media_type', models.CharField(blank=True, max_length=100)),
                ('size', models.IntegerField(blank=True, null=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('added_at', models.DateTimeField()),
                ('form_key', models.UUIDField(blank=True, null=True)),
                ('scan', models.CharField(choices=[('pending', 'Being checked'), ('clean', 'Checked'), ('infected', 'Infected'), ('error', 'Could not be checked'), ('link', 'Link')], max_length=10)),
                ('scan_words', models.CharField(blank=True, max_length=300)),
                ('scanned_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'evidence',
                'ordering': ['-dated_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_before', models.DateField()),
                ('due_wanted', models.DateField()),
                ('reason', models.TextField()),
                ('impact', models.TextField()),
                ('interim_control', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('granted', 'Granted'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='asked', max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.TextField(blank=True)),
            ],
            options={
                'db_table': 'extension',
                'ordering': ['-asked_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'mention',
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(max_length=500)),
                ('is_default', models.BooleanField(default=False)),
                ('saved_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'saved_view',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField()),
                ('where', models.CharField(max_length=200)),
                ('witness', models.CharField(blank=True, max_length=200)),
                ('witness_role', models.CharField(blank=True, max_length=100)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'verification',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Watching',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'watching',
            },
        ),
        migrations.RemoveConstraint(
            model_name='action',
            name='action_status_known',
        ),
        migrations.RemoveConstraint(
            model_name='action',
            name='done_action_has_its_day',
        ),
        migrations.AddField(
            model_name='action',
            name='check_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='tracker.action'),
        ),
        migrations.AddField(
            model_name='action',
            name='delivered_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='action',
            name='interim_control',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='action',
            name='own_reference',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='action',
            name='risk',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='action',
            name='sustained_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='action',
            name='times_moved',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='action',
            name='verified_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='action',
            name='verified_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='actionevent',
            name='changes',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='actionevent',
            name='finding',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.finding'),
        ),
        migrations.AddField(
            model_name='actionevent',
            name='on_behalf_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='actionevent',
            name='version',
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='action',
            name='status',
            field=models.CharField(choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('done', 'Done'), ('verified', 'Verified'), ('sustained', 'Sustained'), ('reopened', 'Reopened'), ('set_aside', 'Set aside')], default='not_started', max_length=12),
        ),
        migrations.AlterField(
            model_name='actionevent',
            name='kind',
            field=models.CharField(choices=[('made', 'Made'), ('updated', 'Progress recorded'), ('moved', 'Status changed'), ('reassigned', 'Reassigned'), ('reopened', 'Reopened'), ('noted', 'Noted'), ('edited', 'Edited'), ('evidence', 'Evidence added'), ('verified', 'Verified'), ('sustained', 'Sustained'), ('set_aside', 'Set aside'), ('extension_asked', 'Later date asked'), ('extended', 'Later date granted'), ('extension_refused', 'Later date refused'), ('extension_withdrawn', 'Later date no longer asked')], max_length=20),
        ),
        migrations.AlterField(
            model_name='progressupdate',
            name='status_after',
            field=models.CharField(choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('done', 'Done'), ('verified', 'Verified'), ('sustained', 'Sustained'), ('reopened', 'Reopened'), ('set_aside', 'Set aside')], max_length=12),
        ),
        migrations.AlterField(
            model_name='progressupdate',
            name='status_before',
            field=models.CharField(choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('done', 'Done'), ('verified', 'Verified'), ('sustained', 'Sustained'), ('reopened', 'Reopened'), ('set_aside', 'Set aside')], max_length=12),
        ),
        migrations.RunSQL(DELIVERED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['not_started', 'on_track', 'at_risk', 'off_track', 'done', 'verified', 'sustained', 'reopened', 'set_aside'])), name='action_status_known'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_on__isnull', False), ('done_on__isnull', False), ('status__in', ['done', 'verified', 'sustained'])), models.Q(models.Q(('status__in', ['done', 'verified', 'sustained']), _negated=True), ('delivered_on', None), ('done_on', None)), _connector='OR'), name='done_action_has_its_days'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verified_by__isnull', True), ('verified_on__isnull', True)), models.Q(('verified_by__isnull', False), ('verified_on__isnull', False)), _connector='OR'), name='verified_on_a_day_by_a_person'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['verified', 'sustained']), ('verified_by__isnull', False)), models.Q(models.Q(('status__in', ['verified', 'sustained']), _negated=True), ('verified_by', None)), _connector='OR'), name='verified_action_has_its_verifier'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(('verified_by', None), models.Q(('verified_by', models.F('owner')), _negated=True), _connector='OR'), name='action_not_verified_by_its_owner'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'sustained'), ('sustained_on__isnull', False)), models.Q(models.Q(('status', 'sustained'), _negated=True), ('sustained_on', None)), _connector='OR'), name='sustained_action_has_its_day'),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkchangerow',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.action'),
        ),
        migrations.AddField(
            model_name='bulkchangerow',
            name='bulk',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='tracker.bulkchange'),
        ),
        migrations.AddField(
            model_name='bulkchangerow',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='comment',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='tracker.action'),
        ),
        migrations.AddField(
            model_name='comment',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comment',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='tracker.action'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidence',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='tracker.evidence'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='extension',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='tracker.action'),
        ),
        migrations.AddField(
            model_name='extension',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='extension',
            name='asked_for',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='extension',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='extension',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='comment',
            name='extension',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='arguments', to='tracker.extension'),
        ),
        migrations.AddField(
            model_name='bulkchangerow',
            name='extension',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.extension'),
        ),
        migrations.AddField(
            model_name='mention',
            name='comment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='tracker.comment'),
        ),
        migrations.AddField(
            model_name='mention',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mention',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='trust',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='verification',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verifications', to='tracker.action'),
        ),
        migrations.AddField(
            model_name='verification',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='verification',
            name='claim',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='verification', to='tracker.progressupdate'),
        ),
        migrations.AddField(
            model_name='verification',
            name='evidence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.evidence'),
        ),
        migrations.AddField(
            model_name='verification',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddField(
            model_name='watching',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='watchers', to='tracker.action'),
        ),
        migrations.AddField(
            model_name='watching',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='watching',
            name='trust',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.trust'),
        ),
        migrations.AddConstraint(
            model_name='bulkchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='bulk_change_undone_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(condition=models.Q(('scan__in', ['pending', 'error'])), fields=['added_at'], name='evidence_to_scan'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['audit', 'data', 'document', 'minutes', 'training', 'photograph', 'voices', 'other'])), name='evidence_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('scan__in', ['pending', 'clean', 'infected', 'error', 'link'])), name='evidence_scan_known'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('link', ''), ('size__gt', 0), models.Q(('stored_name', ''), _negated=True), models.Q(('sha256', ''), _negated=True), models.Q(('scan', 'link'), _negated=True)), models.Q(models.Q(('link', ''), _negated=True), ('scan', 'link'), ('stored_name', '')), _connector='OR'), name='evidence_is_a_file_or_a_link'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('covers_from__isnull', True), ('covers_to__isnull', True)), models.Q(('covers_from__isnull', False), ('covers_to__isnull', False)), _connector='OR'), name='evidence_period'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('covers_from__isnull', True), ('covers_to__isnull', True), ('covers_to__gte', models.F('covers_from')), _connector='OR'), name='evidence_period_in_order'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(fields=('action', 'form_key'), name='one_evidence_a_form'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'granted', 'refused', 'withdrawn'])), name='extension_state_known'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('due_wanted__gt', models.F('due_before'))), name='extension_is_later'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('impact', ''), _negated=True)), name='extension_says_why'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='extension_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'withdrawn']), models.Q(models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('asked_for', None), models.Q(('decided_by', models.F('asked_for')), _negated=True), _connector='OR')), _connector='OR'), name='extension_not_decided_by_its_asker'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('action',), name='one_extension_asked_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='comment_has_words'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(fields=('action', 'form_key'), name='one_comment_a_form'),
        ),
        migrations.AddConstraint(
            model_name='bulkchangerow',
            constraint=models.UniqueConstraint(fields=('bulk', 'action'), name='action_once_a_bulk_change'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(condition=models.Q(('seen_at', None)), fields=['person'], name='mention_unseen'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('comment', 'person'), name='mentioned_once_a_comment'),
        ),
        migrations.AddIndex(
            model_name='savedview',
            index=models.Index(fields=['trust'], name='view_of_trust'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('person', 'name'), name='one_view_a_name'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('person',), name='one_default_view'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('words', ''), _negated=True), models.Q(('where', ''), _negated=True)), name='verification_says_what_and_where'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('witness', ''), ('witness_role', '')), models.Q(models.Q(('witness', ''), _negated=True), models.Q(('witness_role', ''), _negated=True)), _connector='OR'), name='witness_has_a_role'),
        ),
        migrations.AddIndex(
            model_name='watching',
            index=models.Index(fields=['person'], name='watching_of_person'),
        ),
        migrations.AddConstraint(
            model_name='watching',
            constraint=models.UniqueConstraint(fields=('action', 'person'), name='watched_once_a_person'),
        ),
        migrations.RunSQL(ANOTHER_VERIFIES, NO_ANOTHER_VERIFIES),
        protect("evidence"),
        protect("verification"),
        protect("extension"),
        protect("action_comment"),
        protect("mention"),
        protect("watching"),
        protect("bulk_change"),
        protect("bulk_change_row"),
        protect("saved_view", using=f"{OWN_VIEW} OR {SHARED_VIEW}", check=OWN_VIEW),
        append_only("verification"),
        append_only("action_comment"),
        append_only("bulk_change_row"),
        only_these_change("evidence", "scan", "scan_words", "scanned_at"),
        only_these_change("extension", "state", "decided_at", "decided_by_id", "decision"),
        only_these_change("bulk_change", "undone_at", "undone_by_id"),
        immutable_column("watching", "trust_id"),
        immutable_column("mention", "trust_id"),
        moves_only("action", "status", ACTION_MOVES),
        moves_only("extension", "state", EXTENSION_MOVES),
        moves_only("evidence", "scan", SCAN_MOVES),
    ]
