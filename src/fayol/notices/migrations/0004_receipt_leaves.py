from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_raised")]
    operations = [
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(condition=models.Q(("leave", "asked")), fields=["notice"], name="receipt_leaves"),
        ),
    ]
