/* Implements recipient.h.  The payload is "UNTIL KIND ID PAGE". */
#include "base/arena.h"
#include "base/buf.h"
#include "store/pg.h"

#include "deliver/recipient.h"

#define PURPOSE "recipient"
#define PAYLOAD_BYTES_MAX 200
#define PARTS_BYTES_MAX (64 << 10)

SQL(recipient_facts, 4,
    "SELECT what, name, value FROM piste.recipient_facts($1::bigint,"
    " $2::uuid, $3::uuid, $4) ORDER BY what = 'answered', what, name");
SQL(recipient_who, 1,
    "SELECT FROM piste.person WHERE id = $1::bigint AND erased_at IS NULL");
SQL(recipient_add, 5,
    "INSERT INTO piste.recipient (id, page_key, person_id, parts, expires_at)"
    " VALUES ($1::uuid, $2, $3::bigint, $4::jsonb,"
    " to_timestamp($5::bigint / 1000.0))");

/* As the payload calls them. */
static const struct str kinds[] = {
	[RECIPIENT_PERSON] = { "p", 1 },
	[RECIPIENT_LINK] = { "l", 1 },
	[RECIPIENT_SUBMISSION] = { "s", 1 },
};
#define KINDS (sizeof kinds / sizeof *kinds)

struct str
recipient_seal(struct arena *a, const struct token_key *k,
    const struct recipient *r)
{
	char id[UUID_TEXT], number[STR_I64_BYTES];

	return token_seal(a, k, PURPOSE, buf_fmt(a, PAYLOAD_BYTES_MAX,
	    "%lld %.*s %.*s %.*s", (long long)r->until_ms,
	    STR_ARG(kinds[r->kind]), STR_ARG(r->kind == RECIPIENT_PERSON ?
	    str_from_i64(number, r->person) : token_uuid_text(&r->id, id)),
	    STR_ARG(r->page)));
}

struct str
recipient_url(struct arena *a, const struct token_key *k, struct str url,
    const struct recipient *r)
{
	return buf_fmt(a, RECIPIENT_URL_BYTES_MAX,
	    "%.*s/p/%.*s?" RECIPIENT_QUERY "=%.*s", STR_ARG(url),
	    STR_ARG(r->page), STR_ARG(recipient_seal(a, k, r)));
}

enum err
recipient_open(struct arena *a, const struct token_key *k, struct str token,
    struct str page, int64_t now_ms, struct recipient *out)
{
	struct str payload, until, kind, id;
	size_t at = 0;

	*out = (struct recipient){ .page = page };
	if (token_open(a, k, PURPOSE, token, &payload) ||
	    !str_cut(payload, ' ', &until, &payload) ||
	    !str_cut(payload, ' ', &kind, &payload) ||
	    !str_cut(payload, ' ', &id, &payload) ||
	    !str_i64(until, 0, INT64_MAX, &out->until_ms) ||
	    out->until_ms < now_ms || !str_eq(payload, page))
		return ERR_DENIED;
	while (at < KINDS && !str_eq(kinds[at], kind))
		at++;
	if (at == KINDS)
		return ERR_DENIED;
	out->kind = (enum recipient_kind)at;
	if (out->kind == RECIPIENT_PERSON)
		return str_i64(id, 1, INT64_MAX, &out->person) ? OK :
		    ERR_DENIED;
	return token_uuid_parse(id, &out->id) ? ERR_DENIED : OK;
}

/* A link's own words come before what we know of the person. */
static void
add_value(struct arena *a, const struct pg_rows *rows, size_t row,
    struct str_pair *value, struct recipient_facts *out)
{
	struct str name = pg_value(rows, row, 1);

	for (size_t i = 0; i < out->values; i++)
		if (str_eq(value[i].name, name))
			return;
	value[out->values++] = (struct str_pair){ arena_copy(a, name),
		arena_copy(a, pg_value(rows, row, 2)) };
}

enum err
recipient_find(struct pg *db, struct arena *a, const struct recipient *r,
    int64_t wait_ms, struct recipient_facts *out)
{
	char person[STR_I64_BYTES], id[UUID_TEXT];
	struct str uuid = token_uuid_text(&r->id, id);
	const struct str param[] = {
		r->kind == RECIPIENT_PERSON ?
		    str_from_i64(person, r->person) : PG_NULL,
		r->kind == RECIPIENT_LINK ? uuid : PG_NULL,
		r->kind == RECIPIENT_SUBMISSION ? uuid : PG_NULL,
		r->page,
	};
	const struct pg_rows *rows;
	struct str_pair *value;
	struct str *answered;
	size_t count;
	enum err e = pg_run(db, &recipient_facts, param, wait_ms, &rows);

	*out = (struct recipient_facts){ .values = 0 };
	if (e)
		return e;
	count = pg_count(rows);
	if (count > RECIPIENT_FACTS_MAX)
		count = RECIPIENT_FACTS_MAX;
	value = arena_array(a, count, sizeof *value);
	answered = arena_array(a, count, sizeof *answered);
	for (size_t i = 0; i < count; i++) {
		if (str_eq(pg_value(rows, i, 0), STR("answered")))
			answered[out->answers++] = arena_copy(a,
			    pg_value(rows, i, 1));
		else
			add_value(a, rows, i, value, out);
	}
	out->value = value;
	out->answered = answered;
	return OK;
}

enum err
recipient_meet(struct pg *db, int64_t person)
{
	char id[STR_I64_BYTES];
	struct str param = str_from_i64(id, person);
	const struct pg_rows *rows;
	enum err e = pg_run(db, &recipient_who, &param, PG_STATEMENT_MS, &rows);

	return !e && !pg_count(rows) ? ERR_ABSENT : e;
}

enum err
recipient_keep(struct pg *db, struct arena *a,
    const struct recipient_words *w, struct recipient *r)
{
	char person[STR_I64_BYTES], id[UUID_TEXT], until[STR_I64_BYTES];
	struct buf b;

	buf_init(&b, a, PARTS_BYTES_MAX);
	buf_byte(&b, '{');
	for (size_t i = 0; i < w->parts; i++)
		buf_json_pair(&b, arena_copy(a, w->part[i].name).p,
		    w->part[i].value);
	buf_byte(&b, '}');
	if (b.full)
		return ERR_LIMIT;
	r->kind = RECIPIENT_LINK;
	token_random(r->id.bytes, sizeof r->id.bytes);
	return pg_run(db, &recipient_add, (const struct str[]){
		token_uuid_text(&r->id, id), r->page,
		w->person ? str_from_i64(person, w->person) : PG_NULL,
		buf_str(&b), str_from_i64(until, r->until_ms) },
	    PG_STATEMENT_MS, NULL);
}
