/* Implements linkcommand.h over deliver/recipient. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/token.h"
#include "command.h"
#include "deliver/recipient.h"
#include "observe.h"
#include "page/define.h"
#include "page/fill.h"
#include "page/site.h"
#include "page/siteorigin.h"
#include "store/pg.h"

#include "linkcommand.h"

#define LINK "piste link: "
#define ARENA_BYTES (SITE_ARENA_BYTES_MAX + SITE_JSON_BYTES_MAX)
#define DAYS_DEFAULT 30
#define DAY_MS INT64_C(86400000)

struct wish {
	struct str page;
	int64_t person;
	struct str_pair part[RECIPIENT_PARTS_MAX];
	size_t parts;
	uint32_t days;
};

static bool
read_part(struct str word, struct wish *out)
{
	struct str_pair *p = &out->part[out->parts];

	return out->parts < RECIPIENT_PARTS_MAX &&
	    str_cut(word, '=', &p->name, &p->value) && p->name.n &&
	    ++out->parts;
}

static bool
read_wish(int words, char **word, struct wish *out)
{
	*out = (struct wish){ .days = DAYS_DEFAULT };
	if (!words)
		return false;
	out->page = str_of(word[0]);
	/* Each is a word and its value. */
	for (int i = 1; i < words; i += 2) {
		struct str value = str_of(i + 1 < words ? word[i + 1] : NULL);
		bool is_good;

		if (!strcmp(word[i], "--person"))
			is_good = str_i64(value, 1, INT64_MAX, &out->person);
		else if (!strcmp(word[i], "--days"))
			is_good = str_u32(value, 1, LINKCOMMAND_DAYS_MAX,
			    &out->days);
		else
			is_good = !strcmp(word[i], "--part") &&
			    read_part(value, out);
		if (!is_good)
			return false;
	}
	return out->person || out->parts;
}

/* The site as it is defined now; NULL with a complaint. */
static const struct site *
read_site(struct pg *db, struct arena *a)
{
	const struct site *site;
	struct site_error *error;
	struct str json;
	size_t errors;

	if (define_export(db, a, &json) ||
	    site_parse(a, json, &site, &error, &errors)) {
		fprintf(stderr, LINK "%s\n", pg_message(db));
		return NULL;
	}
	return site;
}

static const struct site_filler *
find_filler(const struct site_page *pg, struct str name)
{
	for (size_t i = 0; i < pg->fillers; i++)
		if (pg->filler[i].from == SITE_FROM_RECIPIENT &&
		    str_eq(pg->filler[i].name, name))
			return &pg->filler[i];
	return NULL;
}

/* A word that no page would show is a mistake to be told now. */
static bool
judge_parts(struct arena *a, const struct site_page *pg, struct wish *w)
{
	for (size_t i = 0; i < w->parts; i++) {
		const struct site_filler *f = find_filler(pg, w->part[i].name);
		struct str clean = f ? fill_clean(a, w->part[i].value,
		    f->chars_max) : STR_EMPTY;

		if (!f)
			fprintf(stderr, LINK "page %.*s declares no personal"
			    " part %.*s\n", STR_ARG(pg->key),
			    STR_ARG(w->part[i].name));
		else if (!clean.n)
			fprintf(stderr, LINK "%.*s is empty, no text, or longer"
			    " than %u characters\n", STR_ARG(w->part[i].name),
			    f->chars_max);
		if (!clean.n)
			return false;
		w->part[i].value = clean;
	}
	return true;
}

/*
 * What the wish is for: a page, or an origin whose site is observed, where
 * there are no words to show.  False with a complaint.
 */
static bool
find_place(struct arena *a, const struct site *site, struct wish *w,
    const struct site_origin **out)
{
	const struct site_page *pg = site_find(site, w->page);
	const struct site_origin *o = siteorigin_find(site, w->page);

	*out = NULL;
	if (pg)
		return judge_parts(a, pg, w);
	if (o && o->observe && !o->is_revoked && !w->parts) {
		*out = o;
		return true;
	}
	fprintf(stderr, LINK "there is no page %.*s\n", STR_ARG(w->page));
	return false;
}

static int
print_link(const struct conf *c, struct pg *db, struct arena *a,
    struct wish *w)
{
	const struct site *site = read_site(db, a);
	struct recipient r = { .kind = RECIPIENT_PERSON, .person = w->person,
		.until_ms = clock_now_ms() + w->days * DAY_MS };
	const struct site_origin *o;
	struct token_key key;
	enum err e = OK;

	if (!site || !find_place(a, site, w, &o))
		return COMMAND_FAILED;
	r.page = o ? STR(OBSERVE_PAGE) : w->page;
	if (w->person)
		e = recipient_meet(db, w->person);
	if (!e && w->parts)
		e = recipient_keep(db, a, &(struct recipient_words){
			.part = w->part, .parts = w->parts,
			.person = w->person }, &r);
	if (e == ERR_ABSENT)
		fprintf(stderr, LINK "there is no person %lld\n",
		    (long long)w->person);
	else if (e)
		fprintf(stderr, LINK "%s\n", pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	if (e)
		return COMMAND_FAILED;
	if (token_key_load(c->state, &key))
		return COMMAND_FAILED;
	if (o)
		printf("%.*s/" OBSERVE_HASH "%.*s\n", STR_ARG(o->address),
		    STR_ARG(recipient_seal(a, &key, &r)));
	else
		printf("%.*s\n", STR_ARG(recipient_url(a, &key, c->url, &r)));
	return COMMAND_OK;
}

int
linkcommand_run(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct pg *db;
	struct wish w;
	int status;

	if (!read_wish(words, word, &w))
		return COMMAND_USAGE;
	a = arena_new(ARENA_BYTES);
	db = command_database(c, "piste-link");
	status = print_link(c, db, a, &w);
	pg_free(db);
	arena_free(a);
	return status;
}
