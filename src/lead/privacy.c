/* Implements privacy.h. */
#include "base/str.h"
#include "store/pg.h"

#include "lead/privacy.h"

#define WAIT_MS 120000

SQL(privacy_count, 0,
    "SELECT (SELECT count(*) FROM piste.submission AS s WHERE"
    " masklen(s.ip_prefix) > CASE family(s.ip_prefix) WHEN 4 THEN 24"
    " ELSE 48 END), count(*) FILTER (WHERE c.column_name ~"
    " '(^|_)(lat|latitude|lon|lng|longitude|coordinates)($|_)'),"
    " count(*) FILTER (WHERE c.table_name IN ('submission', 'person', 'lead',"
    " 'person_key', 'consent') AND c.column_name IN ('visitor', 'cookie',"
    " 'unit')), (SELECT count(*) FROM piste.conversion AS v"
    " JOIN piste.experiment AS x ON x.key = v.experiment_key"
    " WHERE length(x.salt) > 0 AND v.lead_id IS NOT NULL),"
    " (SELECT count(*) FROM piste.experiment AS x"
    " CROSS JOIN LATERAL piste.experiment_spans(x.key,"
    " x.bucket_version) AS w"
    " WHERE x.state IN ('stopped', 'decided') AND NOT x.is_synthetic"
    " AND x.ended_at + greatest(w.lead, w.mql, w.sql, w.customer) < now()),"
    " (SELECT count(*) FROM piste.consent_wording AS w"
    " CROSS JOIN LATERAL jsonb_each_text(nullif(w.definition->'text',"
    " 'null')) AS t LEFT JOIN piste.consent_text AS k ON k.key = w.key"
    " AND k.version = w.version AND k.lang = t.key AND k.text = t.value"
    " AND k.hash = encode(sha256(convert_to(t.value, 'UTF8')), 'hex')"
    " WHERE k.key IS NULL), (SELECT count(*) FROM piste.consent AS g"
    " WHERE g.what = 'given' AND NOT EXISTS (SELECT FROM"
    " piste.consent_text AS k WHERE k.key = g.consent_key"
    " AND k.version = g.version AND k.lang = g.lang"
    " AND k.hash = g.text_hash))"
    " FROM information_schema.columns AS c WHERE c.table_schema = 'piste'");

enum err
privacy_look(struct pg *db, struct privacy_facts *out)
{
	const struct pg_rows *rows;
	int64_t *const to[] = { &out->whole_addresses, &out->coordinates,
		&out->visitor_columns, &out->joinable, &out->unarchived,
		&out->unkept_texts, &out->unproved };
	enum err e = pg_run(db, &privacy_count, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < sizeof to / sizeof *to; i++)
		if (!str_i64(pg_value(rows, 0, i), 0, INT64_MAX, to[i]))
			e = ERR_INPUT;
	return e;
}
