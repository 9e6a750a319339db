/* Implements sellersite.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "lead/sellerrule.h"
#include "store/pg.h"

#include "lead/sellersite.h"

#define WAIT_MS 30000
#define LIST_BYTES_MAX (16 << 20)

SQL(sellersite_zones, 1,
    "SELECT z FROM jsonb_array_elements_text($1::jsonb) AS z"
    " WHERE z NOT IN (SELECT name FROM pg_timezone_names)");
SQL(sellersite_offers, 1,
    "SELECT DISTINCT o FROM jsonb_array_elements_text($1::jsonb) AS o"
    " WHERE o NOT IN (SELECT key FROM piste.offer)");
SQL(sellersite_fields, 1,
    "SELECT n FROM jsonb_array_elements_text($1::jsonb) AS n"
    " WHERE n <> '' AND NOT EXISTS (SELECT FROM piste.form AS f WHERE"
    " f.definition->'fields' @> jsonb_build_array(jsonb_build_object("
    "'name', n)))");

/* A list of texts as JSON. */
static void
add(struct buf *b, struct str s)
{
	buf_byte(b, b->n ? ',' : '[');
	buf_json(b, s);
}

static struct str
list_of(struct buf *b)
{
	buf_add(b, b->n ? STR("]") : STR("[]"));
	return buf_str(b);
}

static bool
has_value(const struct pg_rows *rows, struct str value)
{
	for (size_t i = 0; i < pg_count(rows); i++)
		if (str_eq(pg_value(rows, i, 0), value))
			return true;
	return false;
}

static enum err
check_zones(struct pg *db, struct arena *a, const struct allocate_plan *p,
    FILE *complaints)
{
	const struct pg_rows *rows;
	struct str zones;
	struct buf b;
	enum err e;

	buf_init(&b, a, LIST_BYTES_MAX);
	for (size_t i = 0; i < p->sellers; i++)
		add(&b, p->seller[i].zone_name);
	zones = list_of(&b);
	e = pg_run(db, &sellersite_zones, &zones, WAIT_MS, &rows);
	if (e || !pg_count(rows))
		return e;
	for (size_t i = 0; i < p->sellers; i++)
		if (has_value(rows, p->seller[i].zone_name))
			fprintf(complaints, "$.sellers[%zu].timezone: there is"
			    " no time zone %.*s\n", i,
			    STR_ARG(p->seller[i].zone_name));
	return ERR_INPUT;
}

/* How many sellers' needs are offers: none where a field tells them. */
static size_t
count_needy(const struct sellerrule *r)
{
	return r->need_field.n ? 0 : r->plan.sellers;
}

static struct str
offers_of(struct arena *a, const struct sellerrule *r)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	for (size_t i = 0; i < r->bants; i++)
		add(&b, r->bant[i].offer);
	for (size_t i = 0; i < count_needy(r); i++)
		for (size_t k = 0; k < r->plan.seller[i].needs; k++)
			add(&b, r->plan.seller[i].need[k]);
	return list_of(&b);
}

static enum err
check_offers(struct pg *db, struct arena *a, const struct sellerrule *r,
    FILE *complaints)
{
	const struct pg_rows *rows;
	struct str offers = offers_of(a, r);
	enum err e = pg_run(db, &sellersite_offers, &offers, WAIT_MS, &rows);

	if (e || !pg_count(rows))
		return e;
	for (size_t i = 0; i < r->bants; i++)
		if (has_value(rows, r->bant[i].offer))
			fprintf(complaints, "$.bant[%zu].offer: the site has"
			    " no offer %.*s\n", i,
			    STR_ARG(r->bant[i].offer));
	for (size_t i = 0; i < count_needy(r); i++)
		for (size_t k = 0; k < r->plan.seller[i].needs; k++) {
			struct str need = r->plan.seller[i].need[k];

			if (has_value(rows, need))
				fprintf(complaints, "$.sellers[%zu]: needs"
				    " %.*s, which is no offer of the site\n",
				    i, STR_ARG(need));
		}
	return ERR_INPUT;
}

static enum err
warn_of_fields(struct pg *db, struct arena *a, const struct sellerrule *r,
    FILE *complaints)
{
	const struct pg_rows *rows;
	struct str fields;
	struct buf b;
	enum err e;

	buf_init(&b, a, LIST_BYTES_MAX);
	add(&b, r->need_field);
	add(&b, r->potential_field);
	fields = list_of(&b);
	e = pg_run(db, &sellersite_fields, &fields, WAIT_MS, &rows);
	if (e)
		return e;
	if (has_value(rows, r->need_field))
		fprintf(complaints, "$.need_field: no form of the site has a"
		    " field %.*s so far\n", STR_ARG(r->need_field));
	if (has_value(rows, r->potential_field))
		fprintf(complaints, "$.potential_field: no form of the site"
		    " has a field %.*s so far\n", STR_ARG(r->potential_field));
	return OK;
}

enum err
sellersite_check(struct pg *db, struct arena *a, const struct sellerrule *r,
    FILE *complaints)
{
	enum err zones = check_zones(db, a, &r->plan, complaints);
	enum err offers = zones && zones != ERR_INPUT ? zones :
	    check_offers(db, a, r, complaints);

	if (zones || offers)
		return zones ? zones : offers;
	return warn_of_fields(db, a, r, complaints);
}
