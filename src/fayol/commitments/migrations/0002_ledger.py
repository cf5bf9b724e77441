"""What the ledger reads along: indexes for its sorts, and titles cut into characters for finding a part."""

from django.db import migrations, models
from django.db.models import Q

FUNCTIONS = r"""
CREATE FUNCTION commitments_plain(title text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(translate(normalize(title, NFKC), E' \t\n\r\f', ''));

CREATE FUNCTION commitments_pieces(title text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN string_to_array(lower(translate(normalize(title, NFKC), E' \t\n\r\f', '')), NULL);

CREATE FUNCTION commitments_number_key(ref text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad(split_part(ref, '-', 1), 8, '0') || lpad(split_part(split_part(ref, '-', 2), '.', 1), 6, '0')
    || lpad(split_part(split_part(ref, '-', 2), '.', 2), 4, '0');

CREATE INDEX commitment_title_pieces ON commitments_commitment USING gin (commitments_pieces(title));
CREATE INDEX commitment_by_number ON commitments_commitment (commitments_number_key(ref), id)
    WHERE NOT (state IN ('cancelled', 'fulfilled'));
CREATE INDEX commitment_ref_begins ON commitments_commitment (ref varchar_pattern_ops);
"""
UNDO = """
DROP INDEX commitment_ref_begins;
DROP INDEX commitment_by_number;
DROP INDEX commitment_title_pieces;
DROP FUNCTION commitments_number_key(text);
DROP FUNCTION commitments_pieces(text);
DROP FUNCTION commitments_plain(text);
"""
OPEN = ~Q(state__in=["cancelled", "fulfilled"])


class Migration(migrations.Migration):
    dependencies = [("commitments", "0001_initial"), ("organisation", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        migrations.AddIndex(
            "commitment", models.Index(fields=["-origin_id", "due_at", "id"], name="commitment_by_matter", condition=OPEN)
        ),
        migrations.AddIndex(
            "commitment", models.Index(fields=["holder_unit", "due_at", "id"], name="commitment_unit_ball", condition=OPEN)
        ),
        migrations.AddIndex(
            "commitment", models.Index(fields=["title", "id"], name="commitment_by_title", condition=OPEN)
        ),
        migrations.AddIndex(
            "commitment", models.Index(fields=["chases", "id"], name="commitment_by_chases", condition=OPEN)
        ),
        migrations.AddIndex(
            "commitment",
            models.Index(fields=["nature", "urgency", "role"], name="commitment_kinds", condition=OPEN),
        ),
    ]
