/*
 * Knows a site definition: campaigns, offers, consents, forms, pages with
 * their variants, experiments; read whole from JSON or refused with the path
 * of every mistake.  Pure.
 */
#ifndef PISTE_PAGE_SITE_H
#define PISTE_PAGE_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "form/form.h"

struct arena;

#define SITE_JSON_BYTES_MAX (16 << 20)
#define SITE_ARENA_BYTES_MAX ((size_t)256 << 20)
#define SITE_KEY_BYTES_MAX 64		/* [a-z0-9][a-z0-9._-]* */
#define SITE_OBJECTS_MAX 20000		/* of one sort */
#define SITE_VARIANTS_MAX 16
#define SITE_PARTS_MAX 40
#define SITE_FILTERS_MAX 8
#define SITE_TEXT_BYTES_MAX (16 << 10)
#define SITE_ERRORS_MAX 100

struct site_offer {
	struct str key;
	struct text name;
};

struct site_campaign {
	struct str key;
	struct str name;
	struct str channel;
	struct str strategy;
	const struct site_offer *offer;
};

/* A named piece of a variant, shown by the template's marker of that name. */
struct site_part {
	struct str name;
	struct text text;
};

struct site_variant {
	struct str key;
	struct str template;	/* templates/landing/NAME.tpl */
	const struct site_part *part;
	size_t parts;
};

struct site_filter {
	struct str seed;
	double (*range)[2];
	size_t ranges;
};

struct site_page;

struct site_experiment {
	struct str key;
	const struct site_page *page;
	struct str seed;		/* with its phase, see statistics 2.1 */
	double *weight;			/* by the page's variants' order */
	double coverage;
	struct site_filter *filter;
	size_t filters;
	struct str goal;
	int64_t window_s;
	double alpha;
	int64_t planned_visitors;
	uint32_t bucket_version;
	bool is_running;
};

struct site_page {
	struct str key;
	uint32_t revision;
	bool is_archived;
	const struct site_campaign *campaign;
	const struct form *form;
	const enum lang *lang;
	size_t langs;
	struct str audience;
	struct str asset;		/* file name in the assets directory */
	struct str asset_delivery;	/* "thanks" */
	const struct site_variant *variant;
	size_t variants;
	const struct site_part *thanks;
	size_t thanks_parts;
	const struct site_experiment *experiment;	/* running, or NULL */
	struct str consent_hash[LANG_COUNT];
};

struct site {
	const struct site_page *page;	/* sorted by key */
	size_t pages;
	const struct form *form;
	size_t forms;
	const struct site_campaign *campaign;
	size_t campaigns;
	const struct site_experiment *experiment;
	size_t experiments;
};

/* One mistake: "$.pages[0].variants[1].template" and what is wrong there. */
struct site_error {
	struct str path;
	struct str reason;
};

/*
 * Read the document (jansson, duplicates refused) into the arena.  ERR_INPUT
 * when anything is wrong: then *error lists every mistake found, *errors of
 * them, at most SITE_ERRORS_MAX.  The document may carry "state", which the
 * database adds for the snapshot (page revisions, phases, bucket versions);
 * `piste apply` refuses it.  Keys the contract does not know are mistakes.
 */
MUST_USE enum err site_parse(struct arena *a, struct str json,
    const struct site **out, struct site_error **error, size_t *errors);

/* NULL when there is none. */
const struct site_page *site_find(const struct site *s, struct str key);
const struct form *site_form(const struct site *s, struct str key);
/* NULL when the page has no such variant. */
const struct site_variant *site_variant(const struct site_page *pg,
    struct str key);
/* The part's text in l, or empty. */
struct str site_part(const struct site_part *part, size_t parts,
    struct str name, enum lang l);

#endif
