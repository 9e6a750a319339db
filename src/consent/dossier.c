/*
 * Implements dossier.h.  Whatever has a hash stands in the text byte for byte,
 * and the table at its end tells from where to where: nothing has to be
 * unescaped to be checked.  Lines that commands look for begin with a word no
 * other line begins with.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/token.h"
#include "consent/ledger.h"
#include "form/form.h"
#include "store/pg.h"

#include "consent/dossier.h"

#define WAIT_MS 30000
#define PARTS_MAX (DOSSIER_ROWS_MAX + FORM_CONSENTS_MAX + 1)
#define NAME_BYTES_MAX 300
#define ROW_NAME "row "		/* a part's that is a row, before its place */

/* As ledger.h's columns have moments. */
#define MOMENT(column) \
    "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

SQL(dossier_submission, 1,
    "SELECT s.id, s.page_key, coalesce(s.page_revision::text, 'unknown'),"
    " coalesce(s.variant_key, 'none'), s.form_key,"
    " coalesce(s.lang, 'unknown'), coalesce(" MOMENT("s.rendered_at")
    ", 'unknown'), " MOMENT("s.received_at") ", s.via,"
    " coalesce(s.email, 'none kept'), coalesce(s.phone, 'none kept'),"
    " coalesce(host(s.ip_prefix) || '/' || masklen(s.ip_prefix),"
    " 'none kept'), coalesce(s.consent_hash, 'none'), coalesce(b.block, ''),"
    " h.seq, h.hash FROM piste.submission AS s"
    " CROSS JOIN piste.consent_head AS h"
    " LEFT JOIN piste.consent_block AS b ON b.hash = s.consent_hash"
    " WHERE s.id = $1::uuid");
SQL(dossier_standing, 1,
    "SELECT c.purpose, c.channel, c.recipient, CASE"
    " WHEN c.person_id IS NULL THEN 'no, the person was erased'"
    " WHEN piste.may_contact(c.person_id, c.purpose, c.channel, c.recipient)"
    " THEN 'yes' ELSE 'no' END FROM piste.consent AS c"
    " WHERE c.submission_id = $1::uuid AND c.what = 'given' ORDER BY c.seq");
SQL(dossier_texts, 1,
    "SELECT c.consent_key, c.version, t.lang, t.text, t.hash"
    " FROM piste.consent AS c CROSS JOIN LATERAL (SELECT o.lang, o.text,"
    " o.hash FROM piste.consent_text AS o WHERE o.key = c.consent_key"
    " AND o.version = c.version AND o.hash = c.text_hash"
    " ORDER BY o.lang <> c.lang, o.lang LIMIT 1) AS t"
    " WHERE c.submission_id = $1::uuid AND c.what = 'given' ORDER BY c.seq");
SQL(dossier_rows, 3,
    "SELECT " LEDGER_COLUMNS " FROM piste.consent AS c WHERE c.seq IN"
    " (SELECT o.seq + near.n FROM piste.consent AS o"
    " CROSS JOIN generate_series(-1, $2::int) AS near (n)"
    " WHERE o.submission_id = $1::uuid) ORDER BY c.seq LIMIT $3::int");

/* Columns of dossier_submission. */
enum { ID, PAGE, REVISION, VARIANT, FORM, LANG, SHOWN, RECEIVED, VIA, EMAIL,
	PHONE, NETWORK, BLOCK_HASH, BLOCK, HEAD, HEAD_HASH, COLUMNS };

struct part {
	size_t from, bytes;
	struct str hash;
	struct str name;
};

struct dossier {
	struct pg *db;
	struct arena *arena;
	struct buf text;
	struct str known[COLUMNS];	/* of the submission */
	struct part part[PARTS_MAX];
	size_t parts;
};

/* bytes, which hash is the SHA-256 of, on lines of their own. */
static void
add_part(struct dossier *d, struct str bytes, struct str hash,
    struct str name)
{
	struct part *p = &d->part[d->parts++];

	*p = (struct part){ d->text.n, bytes.n, arena_copy(d->arena, hash),
		name };
	buf_add(&d->text, bytes);
	buf_byte(&d->text, '\n');
}

#define SAY(d, ...) buf_addf(&(d)->text, __VA_ARGS__)

static enum err
read_submission(struct dossier *d, struct str id)
{
	const struct pg_rows *rows;
	enum err e = pg_run(d->db, &dossier_submission, &id, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	for (size_t i = 0; i < COLUMNS; i++)
		d->known[i] = arena_copy(d->arena, pg_value(rows, 0, i));
	return OK;
}

static void
write_head(struct dossier *d)
{
	static const struct { const char *label; int column; } lines[] = {
		{ "submission", ID }, { "page", PAGE },
		{ "page's revision", REVISION }, { "variant", VARIANT },
		{ "form", FORM }, { "language", LANG }, { "shown", SHOWN },
		{ "received", RECEIVED }, { "by way of", VIA },
		{ "e-mail as typed", EMAIL }, { "phone as typed", PHONE },
		{ "network", NETWORK }, { "rows in the chain", HEAD },
		{ "hash of the last", HEAD_HASH },
	};
	char now[CLOCK_TEXT_BYTES];

	SAY(d, "Piste: proof of consent, format 1\n\n");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		SAY(d, "%-20s%.*s\n", lines[i].label,
		    STR_ARG(d->known[lines[i].column]));
	SAY(d, "%-20s%.*s\n\nHow to check this is told below.\n",
	    "this file made", STR_ARG(clock_text(clock_now_ms(), now)));
}

static enum err
write_standing(struct dossier *d)
{
	const struct pg_rows *rows;
	enum err e = pg_run(d->db, &dossier_standing, &d->known[ID], WAIT_MS,
	    &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_DENIED;
	SAY(d, "\nMay the person be contacted, by their last word on it, when"
	    " this file was made?\n\n");
	for (size_t i = 0; i < pg_count(rows); i++)
		SAY(d, "%.*s, by %.*s, by %.*s: %.*s\n",
		    STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)),
		    STR_ARG(pg_value(rows, i, 2)),
		    STR_ARG(pg_value(rows, i, 3)));
	return OK;
}

static enum err
write_shown(struct dossier *d)
{
	const struct pg_rows *rows;
	enum err e;

	SAY(d, "\nThe consents of the form as shown, ticked or not: key,"
	    " version, purpose, channel,\nrecipient, whether required, text."
	    "\n\n");
	if (d->known[BLOCK].n)
		add_part(d, d->known[BLOCK], d->known[BLOCK_HASH],
		    STR("block"));
	else
		SAY(d, "(not kept; its hash: %.*s)\n",
		    STR_ARG(d->known[BLOCK_HASH]));
	SAY(d, "\nThe texts agreed to.\n\n");
	e = pg_run(d->db, &dossier_texts, &d->known[ID], WAIT_MS, &rows);
	for (size_t i = 0; !e && i < pg_count(rows) &&
	    i < FORM_CONSENTS_MAX; i++)
		add_part(d, pg_value(rows, i, 3), pg_value(rows, i, 4),
		    buf_fmt(d->arena, NAME_BYTES_MAX, "text %.*s version %.*s"
		    " %.*s", STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)),
		    STR_ARG(pg_value(rows, i, 2))));
	return e;
}

static enum err
write_rows(struct dossier *d, size_t *count)
{
	char after[STR_I64_BYTES], most[STR_I64_BYTES];
	const struct str params[] = { d->known[ID],
		str_from_i64(after, DOSSIER_LINKS_AFTER),
		str_from_i64(most, DOSSIER_ROWS_MAX) };
	const struct pg_rows *rows;
	enum err e = pg_run(d->db, &dossier_rows, params, WAIT_MS, &rows);

	SAY(d, "\nRows of the chain: those of this submission, and some of"
	    " others before and after.\nFields: format, place, hash of the row"
	    " before (64 zeros before the first), what\nwas said, submission,"
	    " consent, purpose, channel, recipient, version, SHA-256 of the\n"
	    "text, of the block, language, whether to be confirmed, by which"
	    " way, when (UTC).\nA row's hash is that of its line without the"
	    " line's end.\n\n");
	*count = e ? 0 : pg_count(rows);
	for (size_t i = 0; i < *count; i++) {
		struct ledger_row r;

		ledger_row_of(rows, i, &r);
		add_part(d, ledger_line(d->arena, &r), r.hash,
		    buf_fmt(d->arena, NAME_BYTES_MAX, ROW_NAME "%.*s",
		    STR_ARG(r.field[LEDGER_SEQ])));
	}
	return e;
}

/* The rows of this file as the database has them, by place and hash. */
static void
write_values(struct dossier *d)
{
	const char *before = "";

	for (size_t i = 0; i < d->parts; i++) {
		struct str seq;

		if (!str_has_prefix(d->part[i].name, STR(ROW_NAME)))
			continue;
		seq = str_slice(d->part[i].name, sizeof ROW_NAME - 1, SIZE_MAX);
		SAY(d, "%s(%.*s, '%.*s')", before, STR_ARG(seq),
		    STR_ARG(d->part[i].hash));
		before = ", ";
	}
}

/* Commands are indented, so that none is taken for what it looks for. */
static void
write_file_checks(struct dossier *d)
{
	SAY(d, "\nHow to check it, in a shell where f names this file.  Each"
	    " part is what its\nSHA-256 says: a line that begins with ok for"
	    " each.\n\n"
	    "    grep -a '^part ' \"$f\" | while read -r _ from bytes hash"
	    " name; do tail -c \"+$from\" \"$f\" | head -c \"$bytes\" |"
	    " sha256sum | grep -q \"^$hash \" && echo \"ok $name\" ||"
	    " echo \"BAD $name\"; done\n\n"
	    "Rows follow each other, the third field being the hash of the row"
	    " before: nothing is\nprinted.\n\n"
	    "    grep -a '^" LEDGER_FORMAT "|' \"$f\" | while IFS='|' read -r _"
	    " seq previous _; do before=$(sed -n \"s/^part [0-9]* [0-9]*"
	    " \\([0-9a-f]*\\) row $((seq - 1))\\$/\\1/p\" \"$f\"); [ -z"
	    " \"$before\" ] || [ \"$before\" = \"$previous\" ] || echo \"BAD"
	    " link to row $seq\"; done\n\n"
	    "Block and texts are those that a row of this submission names:"
	    " nothing is printed.\n\n"
	    "    sed -n 's/^part [0-9]* [0-9]* \\([0-9a-f]*\\) [bt].*/\\1/p'"
	    " \"$f\" | while read -r hash; do grep -aq '^" LEDGER_FORMAT
	    "|[^|]*|[^|]*|given|%.*s|.*|'\"$hash|\" \"$f\" || echo \"BAD"
	    " $hash\"; done\n", STR_ARG(d->known[ID]));
}

static void
write_database_checks(struct dossier *d, size_t rows)
{
	SAY(d, "\nThe database has the same rows: %zu is printed.\n\n", rows);
	buf_add(&d->text, STR("    psql \"$PISTE_DATABASE\" -XAtc \"SELECT"
	    " count(*) FROM piste.consent WHERE (seq, hash) IN ("));
	write_values(d);
	buf_add(&d->text, STR(")\"\n\n"
	    "And its whole chain holds: 0 is printed.\n\n"
	    "    psql \"$PISTE_DATABASE\" -XAtc \"SELECT count(*) FROM (SELECT"
	    " seq <> row_number() OVER w OR previous_hash <> lag(hash, 1,"
	    " repeat('0', 64)) OVER w OR hash <> encode(sha256(convert_to("
	    "concat_ws('|', '" LEDGER_FORMAT "', seq, previous_hash, what,"
	    " submission_id, consent_key, purpose, channel, recipient, version,"
	    " text_hash, coalesce(block_hash, '-'), lang, CASE WHEN"
	    " needs_confirm THEN 'confirm' ELSE '-' END, via, to_char(given_at"
	    " AT TIME ZONE 'UTC', 'YYYY-MM-DD\\\"T\\\"HH24:MI:SS.US\\\"Z\\\"')"
	    "), 'UTF8')), 'hex') AS is_broken FROM piste.consent WINDOW w AS"
	    " (ORDER BY seq)) AS c WHERE is_broken\"\n"));
}

/* From which byte, from 1 as tail counts, how many, their SHA-256, what. */
static void
write_parts(struct dossier *d)
{
	SAY(d, "\nWhere each part is in this file: from which byte (the first"
	    " is 1), how many,\ntheir SHA-256.\n\n");
	for (size_t i = 0; i < d->parts; i++)
		SAY(d, "part %zu %zu %.*s %.*s\n", d->part[i].from + 1,
		    d->part[i].bytes, STR_ARG(d->part[i].hash),
		    STR_ARG(d->part[i].name));
}

enum err
dossier_make(struct pg *db, struct arena *a, struct str submission,
    struct str *out)
{
	struct dossier *d = ARENA_NEW(a, struct dossier);
	struct uuid id;
	size_t rows;
	enum err e;

	if (token_uuid_parse(submission, &id))
		return ERR_ABSENT;
	d->db = db;
	d->arena = a;
	buf_init(&d->text, a, DOSSIER_BYTES_MAX);
	e = read_submission(d, submission);
	if (e)
		return e;
	write_head(d);
	e = write_standing(d);
	if (e)
		return e;
	e = write_shown(d);
	if (!e)
		e = write_rows(d, &rows);
	if (e)
		return e;
	write_file_checks(d);
	write_database_checks(d, rows);
	write_parts(d);
	*out = buf_str(&d->text);
	return d->text.full ? ERR_LIMIT : OK;
}
