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
#define SITE_FILTERS_MAX 8		/* layer and holdout are two more */
#define SITE_FACTORS_MAX 5
#define SITE_LEVELS_MAX 8		/* of one factor */
#define SITE_GUARDRAILS_MAX 8
#define SITE_COUNTRIES_MAX 249		/* all; in one targeting, as the next */
#define SITE_DEVICES_MAX 4
#define SITE_SOURCES_MAX 64
#define SITE_RUNNING_MAX 8		/* experiments on one page */
#define SITE_LEAVES_MAX 16		/* with the even part */
#define SITE_ORIGINS_MAX 1000
#define SITE_REASONS_MAX 500
#define SITE_CAMPAIGN_DEPTH_MAX 8	/* of campaigns above one */
#define SITE_SCENARIOS_MAX 200
#define SITE_GRADES 3
#define SITE_PROMISE_MINUTES_MAX 43200	/* thirty days */
#define SITE_PAGE_ORIGINS_MAX 32	/* that may show one page's form */
#define SITE_ORIGIN_BYTES_MAX 100
#define SITE_MEANINGFUL_MAX 100		/* pages of one origin's site */
#define SITE_PATTERN_BYTES_MAX 200
#define SITE_STARS_MAX 4		/* in one pattern */
#define SITE_TEXT_BYTES_MAX (16 << 10)
#define SITE_FILLERS_MAX 16		/* names a page's words may depend on */
#define SITE_FILLER_CHARS_MAX 80
#define SITE_PLACES_MAX 16		/* in one text */
#define SITE_FILLED_BYTES_MAX (64 << 10)	/* of a text with values */
#define SITE_RULES_MAX 40		/* of one variant */
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
	struct str parent;	/* the key of what it is a part of, or empty */
};

/* A named piece of a variant, shown by the template's marker of that name. */
struct site_part {
	struct str name;
	struct text text;
};

/* The level at which a variant stands in a factor. */
struct site_level {
	struct str factor;
	struct str level;
};

struct site_words {
	const struct str *word;
	size_t count;
};

/* A part's text for some visitors; all that is given must hold. */
struct site_rule {
	struct site_words countries;
	unsigned langs;		/* bits 1 << lang */
	struct str part;
	struct text text;
};

struct site_variant {
	struct str key;
	struct str template;	/* templates/landing/NAME.tpl */
	const struct site_part *part;
	size_t parts;
	const struct form *form;	/* its own, else the page's */
	struct str consent_hash[LANG_COUNT];
	const struct site_level *level;
	size_t levels;
	const struct site_rule *rule;	/* of those for a part the first */
	size_t rules;
};

struct site_filter {
	struct str seed;
	double (*range)[2];
	size_t ranges;
};

enum site_returning {
	SITE_EVERYBODY,
	SITE_RETURNING,		/* who has been counted before */
	SITE_FIRST_TIME,
};

/* Whom an experiment is for; an empty list (no language's bit): anybody. */
struct site_targeting {
	struct site_words countries;	/* ISO 3166, capitals */
	struct site_words devices;	/* desktop, mobile, tablet, other */
	struct site_words sources;	/* compared without case */
	unsigned langs;			/* bits 1 << lang */
	enum site_returning returning;
};

enum site_metric {
	SITE_METRIC_SPAM,
	SITE_METRIC_BOUNCE,
	SITE_METRIC_ERROR,
	SITE_METRIC_CONSENT,
};

/* What may not get worse by more than the margin, relative to the control. */
struct site_guardrail {
	enum site_metric metric;
	double margin;
};

struct site_factor {
	struct str key;
	struct str seed;	/* the experiment's, with its phase, :KEY */
	struct str level[SITE_LEVELS_MAX];
	double weight[SITE_LEVELS_MAX];	/* sum to 1 */
	size_t levels;
};

/* What a bandit's weights may depend on. */
enum site_context {
	SITE_NO_CONTEXT,
	SITE_BY_SOURCE,
	SITE_BY_DEVICE,
	SITE_BY_COUNTRY,
};

struct site_bandit {
	bool is_on;
	enum site_context context;
	double floor;		/* 0: by the number of arms, statistics 2.11 */
	int64_t min_visitors;	/* an arm, before the first change */
	int64_t every_s;
};

/* Visitors of one context, or those with even weights whatever theirs is. */
struct site_leaf {
	struct str key;		/* compared without case; may be empty */
	bool is_even;		/* then there is no key */
	uint32_t epoch;		/* in which they are counted */
	double *weight;		/* by the page's variants' order */
};

enum site_state {
	SITE_DRAFT,
	SITE_RUNNING,
	SITE_PAUSED,
	SITE_STOPPED,
	SITE_DECIDED,
	SITE_ARCHIVED,
	SITE_STATES
};

/* What a place in a page's words is filled from. */
enum site_from {
	SITE_FROM_QUERY,	/* a parameter of that name in the address */
	SITE_FROM_SOURCE, SITE_FROM_MEDIUM, SITE_FROM_CAMPAIGN,
	SITE_FROM_RECIPIENT,	/* who the link was sent to */
};

struct site_filler {
	struct str name;
	enum site_from from;
	uint32_t chars_max;
	struct text otherwise;
};

struct site_page;

struct site_experiment {
	struct str key;
	const struct site_page *page;
	struct str seed;		/* with its phase, see statistics 2.1 */
	double *weight;			/* by the page's variants' order */
	double coverage;
	/* The given ones, then those of layer and holdout. */
	struct site_filter *filter;
	size_t filters;
	struct str layer;		/* its filter's seed; empty: none */
	struct str holdout;		/* the same */
	struct site_targeting targeting;
	int64_t starts_ms;		/* included; 0 when open */
	int64_t ends_ms;		/* not included; INT64_MAX when open */
	struct str goal;		/* lead, mql, sql, customer, value */
	int64_t window_s;
	int64_t mql_window_s;
	int64_t sql_window_s;
	int64_t customer_window_s;
	double alpha;
	int64_t planned_visitors;
	/* The plan; 0 where nothing was given. */
	double baseline;
	double mde;
	double power;
	double equivalence;
	const struct site_guardrail *guardrail;
	size_t guardrails;
	/*
	 * Factors, if any.  cell has the variant of each combination of
	 * levels, the last factor's counting fastest; a fractional design has
	 * none, and its runs are the variants.
	 */
	struct site_factor *factor;
	size_t factors;
	const uint32_t *cell;
	size_t cells;
	struct str design;		/* "full", "2^(3-1)"…; empty: none */
	struct site_bandit bandit;
	/* Of weights in force; who is in none has weight and epoch below. */
	const struct site_leaf *leaf;
	size_t leaves;
	struct str explore;		/* seed: who has even weights */
	bool stops_itself;		/* "auto": stop_keep_control */
	bool pauses_arms;		/* "auto": guardrail */
	bool stops_bandit;		/* "auto": bandit */
	bool tests_consent;		/* "tested": consent */
	bool blocks_previous;		/* "previous_visitors": block */
	enum site_state state;
	bool is_running;		/* state is SITE_RUNNING */
	uint32_t phase;
	uint32_t epoch;
	uint32_t bucket_version;
	uint32_t min_bucket_version;
	uint32_t control;		/* index: the arm others are held to */
	double n_star;			/* planned total of a pair of arms */
};

struct site_page {
	struct str key;
	uint32_t revision;
	bool is_archived;
	const struct site_campaign *campaign;
	const struct form *form;	/* of variants without their own */
	const enum lang *lang;
	size_t langs;
	struct str audience;
	struct str asset;		/* file name in the assets directory */
	const struct site_variant *variant;
	size_t variants;
	const struct site_part *thanks;
	size_t thanks_parts;
	uint32_t control;		/* index: shown outside experiments */
	const struct site_filler *filler;	/* the same for all variants */
	size_t fillers;
	struct str further;		/* a page thanks lead to, or empty */
	/*
	 * The running ones, by key; of several, each is for visitors of its
	 * own, by disjoint ranges of one layer.
	 */
	const struct site_experiment **experiment;
	size_t experiments;
};

/* Pages of the marketer's own site that mean something: prices, a demo. */
struct site_meaningful {
	struct str name;
	struct str pattern;	/* of paths: siteobserve_matches */
};

struct site_observe {
	struct str purpose;	/* what people must have agreed to */
	const struct site_meaningful *page;	/* the first that matches */
	size_t pages;
};

/* A site or a program of somebody's that may use forms of ours. */
struct site_origin {
	struct str key;
	struct str address;	/* "https://www.example.org"; empty: none */
	const struct site_page **page;
	size_t pages;
	const struct site_observe *observe;	/* NULL: it tells nothing */
	uint32_t serial;	/* of its API key: another one, another key */
	bool is_server;		/* may send without an Origin header */
	bool is_revoked;
};

/* A short address that leads to a page: see sitelink.h. */
struct site_link {
	struct str key;		/* its code */
	const struct site_page *page;
	const struct site_campaign *campaign;	/* given, or the page's */
	struct str channel;	/* given, or the campaign's */
	struct str source;
	struct str medium;
	struct str content;
	struct str keyword;
	struct str affiliate;
	int64_t ends_ms;	/* not included; INT64_MAX when open */
	bool is_vanity;		/* a path of its own: /CODE */
	bool is_archived;
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
	const struct site_origin *origin;	/* sorted by key */
	size_t origins;
	const struct site_link *link;	/* sorted by key */
	size_t links;
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
 * database adds for the snapshot (page revisions, phases, weights in force);
 * `piste apply` refuses it.  Keys the contract does not know are mistakes.
 */
MUST_USE enum err site_parse(struct arena *a, struct str json,
    const struct site **out, struct site_error **error, size_t *errors);

/* NULL when there is none. */
const struct site_page *site_find(const struct site *s, struct str key);
const struct form *site_form(const struct site *s, struct str key);
/* "draft", "running"… */
const char *site_state_name(enum site_state s);
/* NULL when the page has no such variant. */
const struct site_variant *site_variant(const struct site_page *pg,
    struct str key);
/* The part's text in l, or empty. */
struct str site_part(const struct site_part *part, size_t parts,
    struct str name, enum lang l);

#endif
