/* Implements sitecase.h. */
#include <stdio.h>
#include <stdlib.h>

#include "support/sitecase.h"
#include "support/suite.h"

#define SITE_FILE "tests/cases/site/site.json"
#define INDEX_MAX 100000

json_t *
sitecase_example(void)
{
	json_t *site = json_load_file(SITE_FILE, 0, NULL);

	ck_assert_msg(site != NULL, "no " SITE_FILE);
	return site;
}

struct str
sitecase_text(const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(16));
	struct str s = arena_copy(suite_arena(), str_of(text));

	free(text);
	return s;
}

static json_t *
child(json_t *parent, struct str name)
{
	uint32_t index;

	if (str_u32(name, 0, INDEX_MAX, &index))
		return json_array_get(parent, index);
	return json_object_get(parent, arena_copy(suite_arena(), name).p);
}

void
sitecase_edit(json_t *site, const char *pointer, const char *value)
{
	struct str rest = str_of(pointer), name;
	json_t *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
	uint32_t index;

	ck_assert_msg(!value || new, "no JSON: %s", value);
	while (str_cut(rest, '/', &name, &rest))
		site = child(site, name);
	name = arena_copy(suite_arena(), name);
	ck_assert_msg(site != NULL, "nothing at %s", pointer);
	if (!json_is_array(site) && new)
		json_object_set_new(site, name.p, new);
	else if (!json_is_array(site))
		json_object_del(site, name.p);
	else if (!str_u32(name, 0, INDEX_MAX, &index) ||
	    index >= json_array_size(site))
		json_array_append_new(site, new);
	else
		json_array_set_new(site, index, new);
}

struct str
sitecase_with(const char *pointer, const char *value)
{
	json_t *site = sitecase_example();
	struct str json;

	if (pointer)
		sitecase_edit(site, pointer, value);
	json = sitecase_text(site);
	json_decref(site);
	return json;
}

struct sitecase_said
sitecase_run(struct pg *db, struct str json, enum define_text text)
{
	char *out, *complaints;
	size_t out_n, complaints_n;
	struct define d = { .json = json, .text = text,
		.out = open_memstream(&out, &out_n),
		.complaints = open_memstream(&complaints, &complaints_n) };
	struct sitecase_said s;

	s.err = define_run(db, suite_arena(), &d, &s.asked);
	fclose(d.out);
	fclose(d.complaints);
	s.changes = (struct str){ out, out_n };
	s.complaints = (struct str){ complaints, complaints_n };
	return s;
}

struct sitecase_parsed
sitecase_parse(struct str json)
{
	struct sitecase_parsed p = { 0 };

	p.err = site_parse(suite_arena(), json, &p.site, &p.error, &p.errors);
	ck_assert_int_eq(p.err == OK, p.errors == 0);
	return p;
}

struct str
sitecase_path(const struct sitecase_parsed *p)
{
	return p->errors ? p->error[0].path : STR_EMPTY;
}

void
sitecase_list(const struct sitecase_parsed *p)
{
	for (size_t i = 0; i < p->errors; i++)
		fprintf(stderr, "%.*s: %.*s\n", STR_ARG(p->error[i].path),
		    STR_ARG(p->error[i].reason));
}
