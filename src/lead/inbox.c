/* Implements inbox.h over piste.inbox() (src/sql/0042). */
#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "form/date.h"
#include "store/pg.h"

#include "lead/inbox.h"

#define WAIT_MS 20000
#define WISH_BYTES_MAX (INBOX_FILTERS * (6 * INBOX_TEXT_BYTES_MAX + 32))
#define COUNTRY_BYTES 2
#define DIGITS(n) #n
#define LIMIT(n) " LIMIT " DIGITS(n)

SQL(inbox_page, 5,
    "SELECT i.id, to_char(i.created_at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD HH24:MI'), i.offer, i.is_synthetic, i.stage, i.grade,"
    " i.score, i.owner, i.owner_name, i.person_id, i.first_name,"
    " i.last_name, i.company, i.email, i.phone, i.page, i.variant,"
    " i.campaign, i.country, i.outcome, i.source, i.medium"
    " FROM piste.inbox($1, $2::jsonb, $3::bigint, $4::boolean,"
    " $5::integer) AS i ORDER BY i.id DESC");
SQL(inbox_offers, 0,
    "SELECT o.key, NULL FROM piste.offer AS o ORDER BY o.key"
    LIMIT(INBOX_CHOICES_MAX));
SQL(inbox_pages, 0,
    "SELECT p.key, NULL FROM piste.page AS p ORDER BY p.key"
    LIMIT(INBOX_CHOICES_MAX));
SQL(inbox_campaigns, 0,
    "SELECT c.key, NULL FROM piste.campaign AS c ORDER BY c.key"
    LIMIT(INBOX_CHOICES_MAX));
SQL(inbox_owners, 0,
    "SELECT s.key, s.name FROM piste.seller AS s"
    " ORDER BY NOT s.is_active, lower(s.name), s.key"
    LIMIT(INBOX_CHOICES_MAX));

static const char *const names[INBOX_FILTERS] = {
	[INBOX_TEXT] = "q", [INBOX_STAGE] = "stage", [INBOX_GRADE] = "grade",
	[INBOX_OWNER] = "owner", [INBOX_OFFER] = "offer",
	[INBOX_PAGE] = "page", [INBOX_VARIANT] = "variant",
	[INBOX_CAMPAIGN] = "campaign", [INBOX_COUNTRY] = "country",
	[INBOX_OUTCOME] = "outcome", [INBOX_FROM] = "from",
	[INBOX_TO] = "to",
};

/* In the order of a row's texts; what is no text is not among them. */
#define COLUMNS 21
static const char *const columns[COLUMNS] = { "lead", "created", "offer",
	"stage", "grade", "score", "owner", "owner_name", "person",
	"first_name", "last_name", "company", "email", "phone", "page",
	"variant", "campaign", "country", "outcome", "source", "medium" };

const char *
inbox_filter_name(enum inbox_filter f)
{
	return names[f];
}

const char *const *
inbox_words(enum inbox_filter f)
{
	static const char *const stages[] = { "lead", "mql", "sql",
		"opportunity", "nurturing", "customer", "disqualified",
		"lost", NULL };
	static const char *const grades[] = { "hot", "warm", "cold", "none",
		NULL };
	static const char *const outcomes[] = { "new", "update", "repeat",
		NULL };

	return f == INBOX_STAGE ? stages : f == INBOX_GRADE ? grades :
	    f == INBOX_OUTCOME ? outcomes : NULL;
}

static bool
is_word(enum inbox_filter f, struct str value)
{
	const char *const *word = inbox_words(f);

	while (word && *word)
		if (str_eq(value, str_of(*word++)))
			return true;
	return !word;
}

/* Of marks alone no index knows anything. */
static bool
is_sound(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Without a word of three characters no index finds anything. */
static bool
judge_text(struct str text)
{
	size_t letters = 0;
	bool has_sound = false;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		/* What goes on a character is none of its own. */
		letters = c <= ' ' ? 0 : letters + ((c & 0xc0) != 0x80);
		has_sound = letters && (has_sound || is_sound(c));
		if (letters >= INBOX_WORD_MIN && has_sound)
			return true;
	}
	return false;
}

static bool
judge_country(struct arena *a, struct str *value)
{
	char *upper = arena_take(a, COUNTRY_BYTES);

	if (value->n != COUNTRY_BYTES)
		return false;
	for (size_t i = 0; i < COUNTRY_BYTES; i++) {
		char c = value->p[i];

		upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		if (upper[i] < 'A' || upper[i] > 'Z')
			return false;
	}
	*value = (struct str){ upper, COUNTRY_BYTES };
	return true;
}

static bool
judge_day(struct arena *a, struct str *value)
{
	int64_t day;

	if (date_parse(*value, &day))
		return false;
	*value = date_iso(a, day);
	return true;
}

enum inbox_filter
inbox_judge(struct arena *a, struct inbox_wish *w)
{
	for (enum inbox_filter f = 0; f < INBOX_FILTERS; f++) {
		struct str *value = &w->value[f];

		if (!value->n)
			continue;
		if (value->n > INBOX_TEXT_BYTES_MAX || !is_word(f, *value) ||
		    (f == INBOX_TEXT && !judge_text(*value)) ||
		    (f == INBOX_COUNTRY && !judge_country(a, value)) ||
		    ((f == INBOX_FROM || f == INBOX_TO) &&
		    !judge_day(a, value)))
			return f;
	}
	return INBOX_FILTERS;
}

static struct str
wish_json(struct arena *a, const struct inbox_wish *w)
{
	struct buf b;

	buf_init(&b, a, WISH_BYTES_MAX);
	buf_byte(&b, '{');
	for (size_t i = 0; i < INBOX_FILTERS; i++)
		if (w->value[i].n)
			buf_json_pair(&b, names[i], w->value[i]);
	buf_byte(&b, '}');
	return buf_str(&b);
}

/* Of column; where texts stand in a row of the statement. */
static struct str
cell(struct arena *a, const struct pg_rows *rows, size_t row, size_t column)
{
	return arena_copy(a, pg_value(rows, row, column));
}

static struct inbox_row
row_at(struct arena *a, const struct pg_rows *rows, size_t i)
{
	return (struct inbox_row){ .id = cell(a, rows, i, 0),
		.at = cell(a, rows, i, 1), .offer = cell(a, rows, i, 2),
		.is_synthetic = str_eq(pg_value(rows, i, 3), STR("t")),
		.stage = cell(a, rows, i, 4), .grade = cell(a, rows, i, 5),
		.score = cell(a, rows, i, 6), .owner = cell(a, rows, i, 7),
		.owner_name = cell(a, rows, i, 8),
		.person = cell(a, rows, i, 9),
		.first_name = cell(a, rows, i, 10),
		.last_name = cell(a, rows, i, 11),
		.company = cell(a, rows, i, 12),
		.email = cell(a, rows, i, 13), .phone = cell(a, rows, i, 14),
		.page = cell(a, rows, i, 15), .variant = cell(a, rows, i, 16),
		.campaign = cell(a, rows, i, 17),
		.country = cell(a, rows, i, 18),
		.outcome = cell(a, rows, i, 19),
		.source = cell(a, rows, i, 20),
		.medium = cell(a, rows, i, 21) };
}

enum err
inbox_read(struct pg *db, struct arena *a, const struct inbox_wish *w,
    size_t rows_max, struct inbox_rows *out)
{
	char digits[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct str params[] = { w->session, wish_json(a, w),
	    w->edge.n ? w->edge : PG_NULL, w->is_back ? STR("t") : STR("f"),
	    STR_EMPTY };
	size_t found, first;
	enum err e;

	assert(rows_max && rows_max <= INBOX_ROWS_MAX);
	params[4] = str_from_i64(digits, (int64_t)rows_max + 1);
	*out = (struct inbox_rows){ .count = 0 };
	e = pg_run(db, &inbox_page, params, WAIT_MS, &rows);
	if (e)
		return e;
	found = pg_count(rows);
	out->is_more = found > rows_max;
	out->count = out->is_more ? rows_max : found;
	/* The one too many is the farthest from the edge. */
	first = out->is_more && w->is_back;
	out->row = arena_array(a, out->count, sizeof *out->row);
	for (size_t i = 0; i < out->count; i++)
		out->row[i] = row_at(a, rows, i + first);
	return OK;
}

static void
texts_of(const struct inbox_row *r, struct str out[COLUMNS])
{
	const struct str texts[COLUMNS] = { r->id, r->at, r->offer, r->stage,
		r->grade, r->score, r->owner, r->owner_name, r->person,
		r->first_name, r->last_name, r->company, r->email, r->phone,
		r->page, r->variant, r->campaign, r->country, r->outcome,
		r->source, r->medium };

	for (size_t i = 0; i < COLUMNS; i++)
		out[i] = texts[i];
}

void
inbox_csv_head(struct buf *b)
{
	for (size_t i = 0; i < COLUMNS; i++)
		buf_addf(b, "%s%s", i ? "," : "", columns[i]);
	buf_add(b, STR("\r\n"));
}

void
inbox_csv(struct buf *b, const struct inbox_row *row)
{
	struct str text[COLUMNS];

	texts_of(row, text);
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_add(b, i ? STR(",") : STR_EMPTY);
		buf_csv(b, text[i]);
	}
	buf_add(b, STR("\r\n"));
}

void
inbox_json(struct buf *b, const struct inbox_row *row)
{
	struct str text[COLUMNS];

	texts_of(row, text);
	buf_byte(b, '{');
	for (size_t i = 0; i < COLUMNS; i++)
		buf_json_pair(b, columns[i], text[i]);
	buf_add(b, STR("}\n"));
}

enum err
inbox_choices(struct pg *db, struct arena *a, enum inbox_filter f,
    struct inbox_choice **out, size_t *count)
{
	const struct sql *ask = f == INBOX_OFFER ? &inbox_offers :
	    f == INBOX_PAGE ? &inbox_pages :
	    f == INBOX_CAMPAIGN ? &inbox_campaigns : &inbox_owners;
	const struct pg_rows *rows;
	enum err e = pg_run(db, ask, NULL, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct inbox_choice){ cell(a, rows, i, 0),
			cell(a, rows, i, 1) };
	return e;
}
