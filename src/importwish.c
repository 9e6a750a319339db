/* Implements importwish.h: a table of options, each with its own judgement. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/currency.h"
#include "form/date.h"
#include "lead/import.h"

#include "importwish.h"

#define NAME "piste import"
/* Where today lasts longest, UTC-12, and where it begins first, UTC+14. */
#define WEST_S (12 * 3600)
#define EAST_S (14 * 3600)

struct reading {
	struct arena *arena;
	int64_t now_ms;
	FILE *complaints;
	struct importwish *wish;
};

static bool
complain(const struct reading *r, const char *option, const char *value,
    const char *why)
{
	fprintf(r->complaints, NAME ": %s %s: %s\n", option, value, why);
	return false;
}

static bool
read_basis(struct reading *r, char **value)
{
	struct str all = import_bases(r->arena);

	if (!import_basis(str_of(value[0]), &r->wish->legal_basis))
		return true;
	fprintf(r->complaints, NAME ": --legal-basis %s: not one of %.*s (GDPR,"
	    " article 6)\n", value[0], STR_ARG(all));
	return false;
}

static bool
read_text(struct reading *r, const char *option, char **value,
    struct str *out)
{
	*out = str_of(value[0]);
	return (out->n && out->n <= IMPORTWISH_TEXT_BYTES_MAX &&
	    str_is_utf8(*out) && !str_has_control(*out, false)) ||
	    complain(r, option, value[0],
	    "not a line of at most 200 bytes");
}

static bool
read_source(struct reading *r, char **value)
{
	return read_text(r, "--source", value, &r->wish->source);
}

static bool
read_supplier(struct reading *r, char **value)
{
	return read_text(r, "--supplier", value, &r->wish->supplier);
}

static bool
is_digits(struct str s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n && s.n <= max;
}

/* Never a binary fraction: PostgreSQL reads the digits as they are. */
static bool
read_cost(struct reading *r, char **value)
{
	struct str whole, cents, currency = str_of(value[1]);
	bool has_cents;

	r->wish->cost = str_of(value[0]);
	r->wish->currency = currency;
	has_cents = str_cut(r->wish->cost, '.', &whole, &cents);
	if (!is_digits(whole, IMPORTWISH_COST_DIGITS_MAX) ||
	    (has_cents && !is_digits(cents, IMPORTWISH_CENT_DIGITS_MAX)))
		return complain(r, "--cost", value[0],
		    "not an amount such as 1200.50");
	return currency_is_code(currency) || complain(r, "--cost", value[1],
	    "not a currency such as EUR (ISO 4217)");
}

static int64_t
day_at(int64_t now_ms, int64_t shift_s)
{
	time_t s = (time_t)(now_ms / 1000 + shift_s);
	struct tm t;

	gmtime_r(&s, &t);
	return (t.tm_year + 1900) * 10000 + (t.tm_mon + 1) * 100 + t.tm_mday;
}

static bool
read_valid_until(struct reading *r, char **value)
{
	int64_t day;

	if (date_parse(str_of(value[0]), &day))
		return complain(r, "--valid-until", value[0],
		    "not a date such as 2026-12-31");
	r->wish->valid_until = date_iso(r->arena, day);
	return day >= day_at(r->now_ms, -WEST_S) || complain(r, "--valid-until",
	    value[0], "that day is over: nobody may be contacted");
}

static bool
read_date(struct reading *r, char **value)
{
	if (date_parse(str_of(value[0]), &r->wish->day))
		return complain(r, "--date", value[0],
		    "not a date such as 2026-12-31");
	return r->wish->day <= day_at(r->now_ms, EAST_S) || complain(r,
	    "--date", value[0], "that day is to come");
}

/* A name of ours, which figures and rules call it by. */
static bool
read_webinar(struct reading *r, char **value)
{
	struct str s = r->wish->webinar = str_of(value[0]);

	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", s.p[i]))
			s.n = 0;
	return (s.n && s.n <= IMPORTWISH_WEBINAR_BYTES_MAX) ||
	    complain(r, "--webinar", value[0], "not a name in small letters");
}

static bool
read_consent(struct reading *r, char **value)
{
	struct importwish *w = r->wish;
	struct importwish_consent c = { .version = 0 };
	struct str version;

	if (w->consents == IMPORTWISH_CONSENTS_MAX)
		return complain(r, "--consent", value[0], "too many");
	if (str_cut(str_of(value[0]), ':', &c.key, &version) &&
	    !str_u32(version, 1, INT32_MAX, &c.version))
		return complain(r, "--consent", value[0], "not KEY[:VERSION]");
	for (size_t i = 0; i < w->consents; i++)
		if (str_eq(w->consent[i].key, c.key))
			return complain(r, "--consent", value[0],
			    "given twice");
	w->consent[w->consents++] = c;
	return true;
}

#define WORD(field) \
	static bool \
	read_##field(struct reading *r, char **value) \
	{ \
		r->wish->field = str_of(value[0]); \
		return *value[0]; \
	}
WORD(campaign)
WORD(page)
WORD(form)
WORD(lang)
WORD(map)

static bool
read_report(struct reading *r, char **value)
{
	r->wish->report = value[0];
	return *value[0];
}

static bool
read_preview(struct reading *r, char **value)
{
	(void)value;
	r->wish->is_preview = true;
	return true;
}

static const struct option {
	const char *name;
	int values;
	bool (*read)(struct reading *r, char **value);
} options[] = {
	{ "--campaign", 1, read_campaign },
	{ "--source", 1, read_source },
	{ "--legal-basis", 1, read_basis },
	{ "--page", 1, read_page },
	{ "--form", 1, read_form },
	{ "--lang", 1, read_lang },
	{ "--supplier", 1, read_supplier },
	{ "--cost", 2, read_cost },
	{ "--valid-until", 1, read_valid_until },
	{ "--date", 1, read_date },
	{ "--webinar", 1, read_webinar },
	{ "--consent", 1, read_consent },
	{ "--map", 1, read_map },
	{ "--report", 1, read_report },
	{ "--preview", 0, read_preview },
};

static const struct option *
find(const char *name)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (!strcmp(name, options[i].name))
			return &options[i];
	return NULL;
}

static bool
is_missing(const struct reading *r, struct str value, const char *option)
{
	if (value.n)
		return false;
	fprintf(r->complaints, NAME ": %s is missing\n", option);
	r->wish->wrong = option;
	return true;
}

/* What one word needs of another. */
static bool
is_whole(struct reading *r)
{
	struct importwish *w = r->wish;
	struct str all = import_bases(r->arena);
	bool is_consent = str_eq(w->legal_basis, IMPORT_CONSENT);

	if (!w->file || is_missing(r, w->campaign, "--campaign") ||
	    is_missing(r, w->source, "--source"))
		return false;
	w->wrong = w->legal_basis.n ? "--consent" : "--legal-basis";
	if (!w->legal_basis.n)
		fprintf(r->complaints, NAME ": --legal-basis is missing: on"
		    " which ground may these people's data be used?  One of"
		    " %.*s (GDPR, article 6)\n", STR_ARG(all));
	else if (is_consent && !w->consents)
		fprintf(r->complaints, NAME ": --legal-basis consent: proof"
		    " rests on the text people agreed to; name it by --consent"
		    " KEY[:VERSION]\n");
	else if (!is_consent && w->consents)
		fprintf(r->complaints, NAME ": --consent is for --legal-basis"
		    " consent alone\n");
	else
		w->wrong = NULL;
	return !w->wrong;
}

/* How many words that was; 0: it makes no sense. */
static int
read_word(struct reading *r, int words, char **word)
{
	const struct option *o = find(*word);

	if (!o && (**word == '-' || r->wish->file)) {
		fprintf(r->complaints, NAME ": %s: what is that?\n", *word);
		return 0;
	}
	if (!o) {
		r->wish->file = *word;
		return 1;
	}
	r->wish->wrong = o->name;
	if (words <= o->values) {
		fprintf(r->complaints, NAME ": %s: something is missing"
		    " behind it\n", *word);
		return 0;
	}
	if (!o->read(r, word + 1))
		return 0;
	r->wish->wrong = NULL;
	return 1 + o->values;
}

bool
importwish_read(struct arena *a, int words, char **word, int64_t now_ms,
    FILE *complaints, struct importwish *out)
{
	struct reading r = { a, now_ms, complaints, out };

	*out = (struct importwish){ .file = NULL };
	for (int i = 0, n; i < words; i += n) {
		n = read_word(&r, words - i, word + i);
		if (!n)
			return false;
	}
	return is_whole(&r);
}
