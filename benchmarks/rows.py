"""Many rows, made inside the database: matters of 20 tasks over the units of the example organisation.

The rows meet every constraint and look like real ones (states, lights, audiences, days); they have no facts, which no
page reads.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

TASKS_PER_MATTER = 20

SETUP = """
CREATE TEMP TABLE bench_unit AS
    SELECT row_number() OVER (ORDER BY u."order", u.id) - 1 AS n, u.id AS unit,
           array_agg(p.person_id ORDER BY p.id) AS people
    FROM organisation_unit u JOIN organisation_post p ON p.unit_id = u.id AND p.ended_on IS NULL
    WHERE u.kind = 'department' AND u.active GROUP BY u.id;
CREATE TEMP TABLE bench_office AS
    SELECT u.id AS unit, array_agg(p.person_id ORDER BY p.id) AS people
    FROM organisation_unit u JOIN organisation_post p ON p.unit_id = u.id AND p.ended_on IS NULL
    WHERE u.is_office AND p.role = 'coordinator' GROUP BY u.id;
CREATE TEMP TABLE bench_words AS
    SELECT ARRAY['编制', '修订', '核查', '落实', '汇总', '报送', '推进', '验收', '盘点', '公示'] AS verbs,
           ARRAY['年度预算', '安全隐患', '供应商资质', '设备年检', '培训计划', '合同模板', '排产计划', '节能方案',
                 '档案目录', '应急预案', '客户回访', '信息系统', '车辆台账', '用工协议'] AS things,
           ARRAY['一季度', '二季度', '三季度', '四季度', '上半年', '下半年', '全年', '专项'] AS times;
"""

MATTERS = """
INSERT INTO matters_matter (id, kind, year, number, title, goal, benefits, basis_kind, basis_text, nature, klass, urgency,
    visibility, audience, status, outcome, tasks, created_at, version, coordinator_id, lead_unit_id, requester_unit_id)
SELECT m, '督', 2000 + m %% 20, m / 20 + 1, w.times[m %% 8 + 1] || w.things[m %% 14 + 1] || '工作' || m, '按期完成', '{}',
    'fact', '', 'directive', 'ordinary', 'normal', 'parties',
    ARRAY[o.unit, a.unit, b.unit, c.unit, -o.people[m %% cardinality(o.people) + 1]], 'open', '', %(per)s,
    %(now)s::timestamptz - ((%(matters)s - m) * 400.0 / %(matters)s) * interval '1 day', 1,
    o.people[m %% cardinality(o.people) + 1], a.unit, o.unit
FROM generate_series(1, %(matters)s) m, bench_office o, bench_words w, bench_unit a, bench_unit b, bench_unit c
WHERE a.n = m %% %(units)s AND b.n = (m + 3) %% %(units)s AND c.n = (m + 8) %% %(units)s
"""

COMMITMENTS = """
WITH base AS (
    SELECT i, (i - 1) / %(per)s + 1 AS m, (i - 1) %% %(per)s AS k, hashint8(i)::bigint & 1048575 AS h
    FROM generate_series(1, %(count)s) i
), party AS (
    SELECT base.*, m %% %(units)s AS lead_n,
        CASE k %% 4 WHEN 1 THEN (m + 3) %% %(units)s WHEN 2 THEN (m + 8) %% %(units)s ELSE m %% %(units)s END AS n,
        CASE WHEN h %% 100 < 16 THEN 'fulfilled' WHEN h %% 100 < 18 THEN 'cancelled' WHEN h %% 100 < 30 THEN 'assigned'
             WHEN h %% 100 < 38 THEN 'acknowledged' WHEN h %% 100 < 41 THEN 'countered' WHEN h %% 100 < 43 THEN 'declined'
             WHEN h %% 100 < 86 THEN 'promised' WHEN h %% 100 < 88 THEN 'on_hold' WHEN h %% 100 < 95 THEN 'reported'
             WHEN h %% 100 < 97 THEN 'handed_back' ELSE 'draft' END AS state,
        CASE WHEN (h / 100) %% 20 = 0 THEN NULL ELSE
            (%(now)s::timestamptz)::date + ((m::float / %(matters)s) * 200 - 60 + (h / 100) %% 50)::int END AS due
    FROM base
), row AS (
    SELECT party.*, o.unit AS asker_unit, o.people[m %% cardinality(o.people) + 1] AS asker, u.unit,
        u.people[h %% cardinality(u.people) + 1] AS worker, x.unit AS ua, y.unit AS ub, z.unit AS uc,
        state IN ('fulfilled', 'cancelled') AS closed,
        state IN ('draft', 'countered', 'declined', 'reported', 'on_hold') AS back
    FROM party JOIN bench_unit u USING (n) JOIN bench_unit x ON x.n = lead_n JOIN bench_unit y ON y.n = (m + 3) %% %(units)s
        JOIN bench_unit z ON z.n = (m + 8) %% %(units)s, bench_office o
)
INSERT INTO commitments_commitment (id, title, text, condition, deliverable, nature, role, urgency, origin_type, origin_id,
    origin_title, ref, audience, state, holder_side, holder_because, holder_since, bucket, required_words, required_on,
    promised_on, proposed_condition, due_on, due_at, amber_at, sign_due_at, came_from, waiting_for, flag, percent, last_note,
    last_note_at, returns, extensions, chases, sheet, created_at, dispatched_at, acknowledged_at, reported_at, closed_at,
    version, assumed, foreseen, holder_id, holder_unit_id, parent_id, performer_unit_id, requester_id, requester_unit_id,
    responsible_id)
SELECT i, w.verbs[h %% 10 + 1] || w.times[h %% 8 + 1] || w.things[(h / 10) %% 14 + 1] || i, '', '按要求完成并报总裁办', '报告一份',
    'directive', CASE WHEN k %% 5 = 4 THEN 'support' ELSE 'lead' END,
    (ARRAY['normal', 'normal', 'normal', 'document', 'urgent', 'flash'])[h %% 6 + 1], 'matter', m,
    w.times[m %% 8 + 1] || w.things[m %% 14 + 1] || '工作' || m, (m / 20 + 1) || '-' || lpad((k + 1)::text, 2, '0'),
    ARRAY[asker_unit, ua, ub, uc, -asker, -worker], state,
    CASE WHEN closed THEN 'none' WHEN back THEN 'requester' ELSE 'performer' END,
    CASE WHEN closed THEN '' ELSE 'responsible' END,
    CASE WHEN NOT closed THEN %(now)s::timestamptz - (h %% 20) * interval '1 day' END,
    CASE WHEN closed OR state = 'draft' THEN '' WHEN state = 'assigned' THEN 'unsigned' WHEN back THEN 'waiting_office'
         ELSE 'working' END,
    '', due, CASE WHEN state IN ('promised', 'reported', 'fulfilled') THEN due END, '', due,
    (due + time '17:30') AT TIME ZONE 'Asia/Shanghai', (due - (2 + h %% 6)::int) AT TIME ZONE 'Asia/Shanghai',
    %(now)s::timestamptz - (h %% 60 - 40) * interval '1 hour', '', '', '', CASE WHEN state = 'promised' THEN h %% 90 ELSE 0 END,
    CASE WHEN h %% 3 = 0 THEN '已完成初稿，正在征求意见' ELSE '' END,
    CASE WHEN h %% 3 = 0 THEN %(now)s::timestamptz - (h %% 5000) * interval '7 minutes' END, 0, (h %% 11 = 0)::int,
    CASE WHEN h %% 7 = 0 THEN h %% 4 ELSE 0 END, '{}', %(now)s::timestamptz - interval '60 days',
    CASE WHEN state <> 'draft' THEN %(now)s::timestamptz - (h %% 50) * interval '1 day' END,
    CASE WHEN state NOT IN ('draft', 'assigned') THEN %(now)s::timestamptz - (h %% 40) * interval '1 day' END,
    CASE WHEN state IN ('reported', 'fulfilled') THEN %(now)s::timestamptz - (h %% 20) * interval '1 day' END,
    CASE WHEN closed THEN %(now)s::timestamptz - (h %% 300) * interval '1 hour' END, 3, false, '[]',
    CASE WHEN closed THEN NULL WHEN back THEN asker ELSE worker END,
    CASE WHEN closed THEN NULL WHEN back THEN asker_unit ELSE unit END,
    CASE WHEN k %% 5 = 4 THEN i - 1 END, unit, asker, asker_unit, worker
FROM row, bench_words w
"""

# Columns that these statements do not name hold what is empty in their type.
EMPTY = {"boolean": "false", "character varying": "''", "text": "''", "jsonb": "'{}'", "smallint": "0", "integer": "0",
         "bigint": "0", "ARRAY": "'{}'"}  # fmt: skip
UNSET = """SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s)
           AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'"""
TABLES = ("matters_matter", "commitments_commitment")

INDEXES = "SELECT indexdef, indexname FROM pg_indexes WHERE tablename = 'commitments_commitment' AND indexname LIKE %s"


def fill(count: int, now: datetime) -> None:
    """`count` commitments. Secondary indexes are built after the rows, which is several times faster."""
    given = {"count": count, "per": TASKS_PER_MATTER, "now": now, "matters": count // TASKS_PER_MATTER}
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'; SET synchronous_commit = off")
        # the rows name units, people and matters that exist; asking again for each of twelve keys takes minutes
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(SETUP)
        cursor.execute("SELECT count(*) FROM bench_unit")
        given["units"] = cursor.fetchone()[0]
        cursor.execute(UNSET, [list(TABLES)])
        for table, column, kind in cursor.fetchall():
            if kind in EMPTY:
                cursor.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET DEFAULT {EMPTY[kind]}')
        cursor.execute(INDEXES, ["commitment\\_%"])
        indexes = cursor.fetchall()
        for _definition, name in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(MATTERS, given)
        cursor.execute(COMMITMENTS, given)
        for definition, _name in indexes:
            cursor.execute(definition)
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("DROP TABLE bench_unit, bench_office, bench_words; RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE commitments_commitment, matters_matter CASCADE")
