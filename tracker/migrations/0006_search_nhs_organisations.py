from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracker", "0005_record_superseded")]

    operations = [
        migrations.RemoveIndex("ratedorganisation", "organisation_name_trigrams"),
        migrations.AddIndex(
            "ratedorganisation",
            GinIndex(
                fields=["name"],
                name="organisation_name_trigrams",
                opclasses=["gin_trgm_ops"],
                condition=models.Q(trust__isnull=False),
            ),
        ),
    ]
