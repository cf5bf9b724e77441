"""How far the climbs that run have come, said to the promises whose lists are sorted by it."""

from django.db import migrations

SAY = """
UPDATE commitments_commitment AS c SET climbed = v.height
FROM (
    SELECT commitment_id, max(height) AS height FROM ladders_climb
    WHERE ended_at IS NULL AND NOT suspended AND height > 0 GROUP BY commitment_id
) AS v
WHERE c.id = v.commitment_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ladders", "0003_adoption"),
        ("commitments", "0006_climbed"),
    ]

    operations = [migrations.RunSQL(SAY, migrations.RunSQL.noop)]
