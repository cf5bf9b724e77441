from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0005_remove_receipt_rechecked_at")]
    operations = [
        migrations.AddField("receipt", "recheck", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("receipt", "rechecked1_at", models.DateTimeField(null=True)),
        migrations.AddField("receipt", "rechecked3_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "receipt",
            models.CheckConstraint(
                condition=models.Q(
                    ("recheck", 0),
                    models.Q(("recheck__in", [1, 3]), ("reply", "attend"), ("stage", "confirmed")),
                    _connector="OR",
                ),
                name="receipt_recheck_of_who_comes",
            ),
        ),
    ]
