from django.db import migrations, models

from fayol.commitments.states import State


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0005_recalculation"),
    ]

    operations = [
        migrations.AddField(
            model_name="commitment",
            name="climbed",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text="how far its chase has come"),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(
                condition=models.Q(("state__in", [State.CANCELLED, State.FULFILLED]), _negated=True),
                fields=["climbed", "chases", "id"],
                name="commitment_by_climb",
            ),
        ),
    ]
