"""The list of many trusts' actions is read in order of their due dates, not sorted at every look."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracker", "0011_audit_log")]

    operations = [
        migrations.AddIndex("action", models.Index(fields=["due_on", "reference"], name="action_in_order")),
    ]
