import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


def cell_field(model):
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model
    )


class Migration(migrations.Migration):
    dependencies = [("tracker", "0003_forms_notes_and_waits")]

    operations = [
        migrations.CreateModel(
            name="ImportListing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tracker.ratedorganisation")),
                ("rating_import", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="listings", to="tracker.ratingimport")),
            ],
            options={
                "db_table": "import_listing",
                "constraints": [
                    models.UniqueConstraint(fields=("rating_import", "organisation"), name="organisation_listed_once")
                ],
            },
        ),
        migrations.AddField("ratingrecord", "scope", models.CharField(max_length=10, default="bulk"), preserve_default=False),
        migrations.RemoveIndex("ratingrecord", "record_import"),
        migrations.AddIndex(
            "ratingrecord",
            django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["rating_import"], name="record_import_range", pages_per_range=16
            ),
        ),
        migrations.AddField("waitingrow", "answer", models.JSONField(blank=True, default=dict)),
        migrations.AddField("waitingrow", "organisation", cell_field("tracker.ratedorganisation")),
        migrations.AddField("waitingrow", "service", cell_field("tracker.ratedservice")),
        migrations.AddField("waitingrow", "domain", cell_field("tracker.rateddomain")),
    ]
