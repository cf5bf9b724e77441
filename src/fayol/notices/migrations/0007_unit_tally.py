import django.db.models.deletion
from django.db import migrations, models

FIGURES = """count(*), count(*) FILTER (WHERE stage = 'confirmed'),
         count(*) FILTER (WHERE stage IN ('proxied', 'reported', 'told')),
         count(*) FILTER (WHERE stage IN ('read', 'understood')),
         count(*) FILTER (WHERE stage IN ('waiting', 'handed', 'failed'))"""
INTO = "INSERT INTO notices_unittally (notice_id, unit_id, shard, people, confirmed, by_others, read, unreached)"
ADD = """ON CONFLICT (notice_id, unit_id, shard) DO UPDATE
     SET people = notices_unittally.people + excluded.people,
         confirmed = notices_unittally.confirmed + excluded.confirmed,
         by_others = notices_unittally.by_others + excluded.by_others,
         read = notices_unittally.read + excluded.read,
         unreached = notices_unittally.unreached + excluded.unreached"""
COUNT = f"""
CREATE FUNCTION notices_unit_tally_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {INTO}
  SELECT notice_id, unit_id, place / 64 % 16, {FIGURES}
    FROM came WHERE unit_id IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  {ADD};
  RETURN NULL;
END $$;

CREATE FUNCTION notices_unit_tally_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {INTO}
  SELECT notice_id, unit_id, place / 64 % 16, sum(n), coalesce(sum(n) FILTER (WHERE stage = 'confirmed'), 0),
         coalesce(sum(n) FILTER (WHERE stage IN ('proxied', 'reported', 'told')), 0),
         coalesce(sum(n) FILTER (WHERE stage IN ('read', 'understood')), 0),
         coalesce(sum(n) FILTER (WHERE stage IN ('waiting', 'handed', 'failed')), 0)
    FROM (
      SELECT came.notice_id, came.unit_id, came.place, came.stage, 1 AS n FROM came JOIN went USING (id)
       WHERE (came.stage, came.unit_id) IS DISTINCT FROM (went.stage, went.unit_id)
      UNION ALL
      SELECT went.notice_id, went.unit_id, went.place, went.stage, -1 FROM came JOIN went USING (id)
       WHERE (came.stage, came.unit_id) IS DISTINCT FROM (went.stage, went.unit_id)
    ) AS moved
   WHERE unit_id IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  {ADD};
  RETURN NULL;
END $$;

CREATE TRIGGER notices_unit_tally_added AFTER INSERT ON notices_receipt
  REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION notices_unit_tally_add();
CREATE TRIGGER notices_unit_tally_moved AFTER UPDATE ON notices_receipt
  REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION notices_unit_tally_move();

{INTO}
SELECT notice_id, unit_id, place / 64 % 16, {FIGURES}
  FROM notices_receipt WHERE unit_id IS NOT NULL GROUP BY 1, 2, 3;
"""  # noqa: S608  constants of this module
UNDO = """
DROP TRIGGER notices_unit_tally_moved ON notices_receipt;
DROP TRIGGER notices_unit_tally_added ON notices_receipt;
DROP FUNCTION notices_unit_tally_move();
DROP FUNCTION notices_unit_tally_add();
"""


class Migration(migrations.Migration):
    """The reach of a notice is counted by unit, as its tally is; the call list is read along its own order."""

    dependencies = [("notices", "0004_receipt_leaves")]
    operations = [
        migrations.CreateModel(
            name="UnitTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shard", models.PositiveSmallIntegerField()),
                ("people", models.IntegerField(default=0)),
                ("confirmed", models.IntegerField(default=0)),
                ("by_others", models.IntegerField(default=0)),
                ("read", models.IntegerField(default=0)),
                ("unreached", models.IntegerField(default=0)),
                ("notice", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to="notices.notice")),
                ("unit", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisation.unit")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "unit", "shard"), name="unit_tally_once"),
                ],
            },
        ),
        migrations.RunSQL(COUNT, UNDO),
        migrations.RemoveIndex(model_name="receipt", name="receipt_calls"),
        migrations.RemoveIndex(model_name="receipt", name="receipt_duty"),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                condition=models.Q(("call_since__isnull", False)), fields=["notice", "-must", "place", "id"],
                name="receipt_calls",
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                condition=models.Q(("duty_since__isnull", False)), fields=["notice", "duty_since", "place", "id"],
                name="receipt_duty",
            ),
        ),
    ]
