from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracker", "0004_ratings_importer")]

    operations = [migrations.AddField("ratingrecord", "superseded", models.BooleanField(default=False))]
