/* Implements conversion.h: which conversions there are is SQL's to say. */
#include "base/buf.h"
#include "store/pg.h"

#include "track/conversion.h"

#define WAIT_MS 60000

SQL(conversion_take, 8,
    "SELECT file, done FROM piste.conversion_take($1, $2, $3::date, $4, $5,"
    " $6, $7::numeric, $8)");
SQL(conversion_rows, 3,
    "SELECT click_kind, click_id, name, at, zone_offset, value, currency"
    " FROM piste.conversion_rows($1::bigint, $2, $3)");
SQL(conversion_file, 2,
    "SELECT id FROM piste.conversion_file"
    " WHERE id = $1::bigint AND platform = $2");

#define CLICKS_MAX 3

/* A column for each kind of click, where a line leaves all but one empty. */
static const struct {
	struct str name;
	struct {
		struct str kind;
		const char *column;
	} click[CLICKS_MAX + 1];
	bool is_utc;		/* else the site's, with its offset */
} platforms[] = {
	[CONVERSION_GOOGLE] = { STR("google"), {
		{ STR("gclid"), "Google Click ID" },
		{ STR("gbraid"), "GBRAID" },
		{ STR("wbraid"), "WBRAID" } }, false },
	[CONVERSION_MICROSOFT] = { STR("microsoft"), {
		{ STR("msclkid"), "Microsoft Click ID" } }, true },
};

enum column { KIND, CLICK, NAME, AT, OFFSET, VALUE, CURRENCY };

enum err
conversion_platform(struct str name, enum conversion_platform *out)
{
	for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++)
		if (str_eq(name, platforms[i].name)) {
			*out = (enum conversion_platform)i;
			return OK;
		}
	return ERR_INPUT;
}

/* RFC 4180; a name must stay as the platform knows it, so no buf_csv. */
static void
add_cell(struct buf *b, struct str s)
{
	if (str_find(s, ',') < 0 && str_find(s, '"') < 0) {
		buf_add(b, s);
		return;
	}
	buf_byte(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, s.p[i]);
	}
	buf_byte(b, '"');
}

/* As many cells in each line, the first one included. */
static void
add_head(struct buf *b, const struct conversion_wish *w)
{
	bool is_utc = platforms[w->platform].is_utc;
	size_t i;

	buf_addf(b, "Parameters:TimeZone=%.*s", STR_ARG(is_utc ?
	    STR("+0000") : w->zone));
	for (i = 0; platforms[w->platform].click[i].column; i++)
		buf_byte(b, ',');
	buf_add(b, STR(",,,\r\n"));
	for (i = 0; platforms[w->platform].click[i].column; i++)
		buf_addf(b, "%s,", platforms[w->platform].click[i].column);
	buf_add(b, STR("Conversion Name,Conversion Time,Conversion Value,"
	    "Conversion Currency\r\n"));
}

static void
add_row(struct buf *b, enum conversion_platform platform,
    const struct pg_rows *rows, size_t row)
{
	for (size_t i = 0; platforms[platform].click[i].column; i++) {
		if (str_eq(platforms[platform].click[i].kind,
		    pg_value(rows, row, KIND)))
			add_cell(b, pg_value(rows, row, CLICK));
		buf_byte(b, ',');
	}
	add_cell(b, pg_value(rows, row, NAME));
	buf_addf(b, ",%.*s%.*s,%.*s,%.*s\r\n", STR_ARG(pg_value(rows, row,
	    AT)), STR_ARG(platforms[platform].is_utc ? STR_EMPTY :
	    pg_value(rows, row, OFFSET)), STR_ARG(pg_value(rows, row, VALUE)),
	    STR_ARG(pg_value(rows, row, CURRENCY)));
}

static enum err
read_file(struct pg *db, struct arena *a, const struct conversion_wish *w,
    struct conversion_file *out)
{
	char number[STR_I64_BYTES];
	const struct str params[] = { str_from_i64(number, out->number),
		w->purpose, platforms[w->platform].is_utc ? STR("UTC") :
		w->zone };
	const struct pg_rows *rows;
	struct buf b;
	enum err e = pg_run(db, &conversion_rows, params, WAIT_MS, &rows);

	if (e)
		return e;
	buf_init(&b, a, CONVERSION_BYTES_MAX);
	add_head(&b, w);
	out->count = (int64_t)pg_count(rows);
	for (size_t i = 0; i < pg_count(rows); i++)
		add_row(&b, w->platform, rows, i);
	out->csv = buf_str(&b);
	return b.full ? ERR_LIMIT : OK;
}

static enum err
take(struct pg *db, const struct conversion_wish *w,
    struct conversion_file *out)
{
	const struct str params[] = { platforms[w->platform].name, w->goal,
		w->since, w->purpose, w->zone, w->name,
		w->value.n ? w->value : PG_NULL, w->currency };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &conversion_take, params, WAIT_MS, &rows);

	if (e)
		return e;
	return str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &out->number) ?
	    OK : ERR_AWAY;
}

enum err
conversion_write(struct pg *db, struct arena *a,
    const struct conversion_wish *w, struct conversion_file *out)
{
	enum err e = pg_begin(db);

	*out = (struct conversion_file){ 0 };
	if (e)
		return e;
	e = take(db, w, out);
	if (!e)
		e = read_file(db, a, w, out);
	/* A file without conversions has no number either. */
	if (!e && !w->is_test && out->count)
		return pg_commit(db);
	out->number = 0;
	pg_rollback(db);
	return e;
}

enum err
conversion_again(struct pg *db, struct arena *a,
    const struct conversion_wish *w, int64_t number,
    struct conversion_file *out)
{
	char text[STR_I64_BYTES];
	const struct str params[] = { str_from_i64(text, number),
		platforms[w->platform].name };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &conversion_file, params, WAIT_MS, &rows);

	*out = (struct conversion_file){ .number = number };
	if (!e && !pg_count(rows))
		e = ERR_ABSENT;
	return e ? e : read_file(db, a, w, out);
}
