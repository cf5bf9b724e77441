from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commitments", "0006_climbed")]

    operations = [
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(
                condition=models.Q(("due_on__isnull", True), ("sheet__has_key", "review_asked")),
                fields=["requester", "id"],
                name="commitment_undated",
            ),
        ),
    ]
