/*
 * Knows the example site, tests/cases/site/site.json, and how a test changes
 * it.
 */
#ifndef PISTE_TESTS_SUPPORT_SITECASE_H
#define PISTE_TESTS_SUPPORT_SITECASE_H

#include <jansson.h>

#include "page/define.h"
#include "page/site.h"

struct pg;

json_t *sitecase_example(void);
/* In the test's arena. */
struct str sitecase_text(const json_t *j);
/*
 * Put value (JSON; NULL takes away) at "pages/0/key"; past the end of a list
 * it is appended.
 */
void sitecase_edit(json_t *site, const char *pointer, const char *value);
/* The example with that edit. */
struct str sitecase_with(const char *pointer, const char *value);

/* What define_run said of a document. */
struct sitecase_said {
	enum err err;
	struct str changes;
	struct str complaints;
	struct str asked;
};
struct sitecase_said sitecase_run(struct pg *db, struct str json,
    enum define_text text);

struct sitecase_parsed {
	const struct site *site;
	struct site_error *error;
	size_t errors;
	enum err err;
};
struct sitecase_parsed sitecase_parse(struct str json);
/* The first mistake's path, empty when there is none. */
struct str sitecase_path(const struct sitecase_parsed *p);
/* On standard error, for whoever reads why a test failed. */
void sitecase_list(const struct sitecase_parsed *p);

#endif
