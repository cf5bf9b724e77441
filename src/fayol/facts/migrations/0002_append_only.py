"""Facts and seals cannot be changed or removed, not even by the application's own user."""

from django.db import migrations

GUARD = """
CREATE FUNCTION facts_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts are append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER facts_fact_final BEFORE UPDATE OR DELETE ON facts_fact FOR EACH ROW EXECUTE FUNCTION facts_are_final();
CREATE TRIGGER facts_fact_no_truncate BEFORE TRUNCATE ON facts_fact FOR EACH STATEMENT EXECUTE FUNCTION facts_are_final();
CREATE TRIGGER facts_seal_final BEFORE UPDATE OR DELETE ON facts_seal FOR EACH ROW EXECUTE FUNCTION facts_are_final();
CREATE TRIGGER facts_seal_no_truncate BEFORE TRUNCATE ON facts_seal FOR EACH STATEMENT EXECUTE FUNCTION facts_are_final();
"""

UNGUARD = """
DROP TRIGGER facts_fact_final ON facts_fact;
DROP TRIGGER facts_fact_no_truncate ON facts_fact;
DROP TRIGGER facts_seal_final ON facts_seal;
DROP TRIGGER facts_seal_no_truncate ON facts_seal;
DROP FUNCTION facts_are_final();
"""


class Migration(migrations.Migration):
    dependencies = [("facts", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
