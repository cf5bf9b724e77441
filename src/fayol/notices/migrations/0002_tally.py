from django.db import migrations

COUNT = """
CREATE FUNCTION notices_tally_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notices_tally (notice_id, stage, shard, n)
  SELECT notice_id, stage, id % 8, count(*) FROM came GROUP BY 1, 2, 3
  ON CONFLICT (notice_id, stage, shard) DO UPDATE SET n = notices_tally.n + excluded.n;
  RETURN NULL;
END $$;

CREATE FUNCTION notices_tally_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notices_tally (notice_id, stage, shard, n)
  SELECT notice_id, stage, shard, sum(n) FROM (
    SELECT came.notice_id, came.stage, came.id % 8 AS shard, 1 AS n
      FROM came JOIN went USING (id) WHERE came.stage <> went.stage
    UNION ALL
    SELECT went.notice_id, went.stage, went.id % 8, -1
      FROM came JOIN went USING (id) WHERE came.stage <> went.stage
  ) AS moved GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (notice_id, stage, shard) DO UPDATE SET n = notices_tally.n + excluded.n;
  RETURN NULL;
END $$;

CREATE TRIGGER notices_tally_added AFTER INSERT ON notices_receipt
  REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION notices_tally_add();
CREATE TRIGGER notices_tally_moved AFTER UPDATE ON notices_receipt
  REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION notices_tally_move();
"""
UNDO = """
DROP TRIGGER notices_tally_moved ON notices_receipt;
DROP TRIGGER notices_tally_added ON notices_receipt;
DROP FUNCTION notices_tally_move();
DROP FUNCTION notices_tally_add();
"""


class Migration(migrations.Migration):
    """The tally of a notice is kept by the database, whichever statement moves its receipts."""

    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunSQL(COUNT, UNDO)]
