/*
 * Implements auditcommand.h: visits, asks the database, and judges.  How a
 * page is read is page/fetched's, how long what is kept lead/retention's.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "auditreport.h"
#include "auditvisit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/file.h"
#include "command.h"
#include "lead/privacy.h"
#include "lead/retention.h"
#include "page/define.h"
#include "page/fetched.h"
#include "page/render.h"
#include "page/site.h"
#include "store/pg.h"
#include "visitor.h"

#include "auditcommand.h"

#define NAME "piste audit"
#define ARENA_BYTES ((size_t)1 << 30)
#define URL_BYTES_MAX 4000
#define SHEETS_MAX 16		/* style sheets of our own, of one page */
#define GRACE_MS (2 * INT64_C(86400000))	/* the worker goes daily */

struct audit {
	const struct conf *conf;
	struct arena *arena;
	struct pg *db;
	struct auditreport *report;
	size_t foreign;		/* requests that leave the site */
	size_t bad_cookies;
	size_t renewed;		/* cookies set again at a second visit */
	size_t uninformed;	/* pages without a word on data */
	size_t unasked;		/* without a way to object */
	size_t ignored;		/* that set a cookie for who has objected */
	size_t seen;		/* pages */
};

/* The value of an attribute of a Set-Cookie line; false when it has none. */
static bool
cookie_has(struct str line, struct str name, struct str *value)
{
	struct str part, rest = line, is;

	str_cut(rest, ';', &part, &rest);
	while (rest.n) {
		str_cut(rest, ';', &part, &rest);
		str_cut(str_trim(part), '=', &is, value);
		if (str_eq_fold(is, name))
			return true;
	}
	return false;
}

static void
judge_cookie(struct audit *k, struct str page, struct str line)
{
	struct str pair, rest, name, value, age = STR_EMPTY, other;
	bool is_https = str_has_prefix(k->conf->url, STR("https:"));
	bool is_script = !cookie_has(line, STR("HttpOnly"), &other);
	bool is_wide = cookie_has(line, STR("Domain"), &other);
	bool is_plain = !cookie_has(line, STR("Secure"), &other);
	bool is_sent = !cookie_has(line, STR("SameSite"), &other) ||
	    str_eq_fold(other, STR("None"));
	int64_t age_s = 0;
	bool is_long, is_good;

	str_cut(line, ';', &pair, &rest);
	str_cut(pair, '=', &name, &value);
	is_long = !cookie_has(line, STR("Max-Age"), &age) ||
	    !str_i64(age, 0, AUDITCOMMAND_COOKIE_S_MAX, &age_s);
	is_good = !is_script && !is_wide && !is_sent && !is_long &&
	    (!is_plain || !is_https) &&
	    str_eq(name, STR(VISITOR_COOKIE));
	k->bad_cookies += !is_good;
	AUDITREPORT_JUDGE(k->report, is_good, "cookie", "%.*s: %.*s, %lld"
	    " days%s; first-party%s%s%s%s%s", STR_ARG(page), STR_ARG(name),
	    (long long)(age_s / 86400), is_long ? " or without an end in 13"
	    " months" : "", is_wide ? " with all its subdomains" : "",
	    is_script ? ", scripts may read it" : ", HttpOnly",
	    is_sent ? ", sent from other sites" : ", not sent from other"
	    " sites", is_plain ? is_https ? ", not Secure" : ", site without"
	    " TLS" : ", Secure", str_eq(name, STR(VISITOR_COOKIE)) ? "" :
	    ", nobody knows what for");
}

static void
judge_fetch(struct audit *k, struct str page, struct str where,
    struct str url)
{
	k->foreign++;
	auditreport_add(k->report, AUDITREPORT_FAIL, "request", "%.*s%s%.*s"
	    " asks %.*s", STR_ARG(page), where.n ? ", in " : "",
	    STR_ARG(where), STR_ARG(url));
}

static struct str
absolute(struct audit *k, struct str url)
{
	if (!str_has_prefix(url, STR("/")) || str_has_prefix(url, STR("//")))
		return url;
	return buf_fmt(k->arena, URL_BYTES_MAX, "%.*s%.*s",
	    STR_ARG(k->conf->url), STR_ARG(url));
}

/* A style sheet of our own may ask elsewhere. */
static void
judge_sheet(struct audit *k, struct str page, struct str url)
{
	struct auditvisit v;
	struct fetched f;
	struct str one, why;

	if (auditvisit_get(k->arena, absolute(k, url), STR_EMPTY, &v, &why))
		return;
	fetched_begin(&f, v.body);
	while (fetched_next(&f, &one))
		if (fetched_is_foreign(one, k->conf->url))
			judge_fetch(k, page, url, one);
}

static void
judge_requests(struct audit *k, struct str page, struct str html)
{
	size_t before = k->foreign, sheets = 0, asked = 0;
	struct fetched f;
	struct str url;

	fetched_begin(&f, html);
	while (fetched_next(&f, &url)) {
		asked++;
		if (fetched_is_foreign(url, k->conf->url))
			judge_fetch(k, page, STR_EMPTY, url);
		else if (str_has_fold(url, STR(".css")) &&
		    sheets++ < SHEETS_MAX)
			judge_sheet(k, page, url);
	}
	if (k->foreign == before)
		auditreport_add(k->report, AUDITREPORT_PASS, "request",
		    "%.*s: %zu addresses, none of another site",
		    STR_ARG(page), asked);
}

/* Name and value of a Set-Cookie line, to be sent back. */
static struct str
as_cookie(struct str line)
{
	struct str pair, rest;

	str_cut(line, ';', &pair, &rest);
	return str_trim(pair);
}

static void
judge_page(struct audit *k, struct str page, struct str url)
{
	struct auditvisit first, second, objecting;
	struct str why, tag, path, rest;

	if (auditvisit_get(k->arena, url, STR_EMPTY, &first, &why) ||
	    first.status != 200) {
		auditreport_add(k->report, AUDITREPORT_FAIL, "page",
		    "%.*s: %ld %.*s", STR_ARG(page), first.status,
		    STR_ARG(first.status ? STR_EMPTY : why));
		return;
	}
	k->seen++;
	for (size_t i = 0; i < first.cookies && i < AUDITVISIT_COOKIES_MAX;
	    i++)
		judge_cookie(k, page, first.cookie[i]);
	if (first.cookies && !auditvisit_get(k->arena, url,
	    as_cookie(first.cookie[0]), &second, &why) && second.cookies)
		k->renewed++;
	if (auditvisit_get(k->arena, url, STR(VISITOR_COOKIE "="
	    VISITOR_OBJECTS), &objecting, &why) || objecting.cookies)
		k->ignored++;
	judge_requests(k, page, first.body);
	AUDITREPORT_JUDGE(k->report, !fetched_ticked_box(first.body, &tag),
	    "consent", "%.*s: no box is ticked before the visitor does",
	    STR_ARG(page));
	k->uninformed += !str_has_fold(first.body, STR("id=\"privacy\""));
	str_cut(page, '?', &path, &rest);
	k->unasked += !str_has_fold(first.body, buf_join(k->arena, path,
	    STR(RENDER_MEASURE_PATH)));
}

static enum err
visit_pages(struct audit *k)
{
	const struct site *site;
	struct site_error *error;
	struct str json;
	size_t errors;
	enum err e = define_snapshot(k->db, k->arena, &json);

	if (!e)
		e = site_parse(k->arena, json, &site, &error, &errors);
	if (e)
		return e;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return ERR_AWAY;
	for (size_t i = 0; i < site->pages; i++)
		for (size_t l = 0; l < site->page[i].langs &&
		    !site->page[i].is_archived; l++) {
			struct str page = buf_fmt(k->arena, URL_BYTES_MAX,
			    "/p/%.*s?lang=%.*s", STR_ARG(site->page[i].key),
			    STR_ARG(lang_code(site->page[i].lang[l])));

			judge_page(k, page, absolute(k, page));
		}
	curl_global_cleanup();
	return OK;
}

static bool
is_kept_too_long(const struct conf *c, const char *purpose)
{
	if (!strcmp(purpose, "prospect"))
		return c->retention_prospect_months >
		    AUDITCOMMAND_PROSPECT_MONTHS_MAX;
	return !strcmp(purpose, "visitor") && c->retention_visitor_months >
	    AUDITCOMMAND_VISITOR_MONTHS_MAX;
}

static enum err
judge_retention(struct audit *k)
{
	struct retention_rule r;
	int64_t due, overdue;
	enum err e = OK;

	for (size_t i = 0; !e && i < RETENTION_PURPOSES; i++) {
		retention_rule(k->conf, i, &r);
		e = retention_due(k->db, &r, clock_now_ms(), &due);
		if (!e)
			e = retention_due(k->db, &r,
			    clock_now_ms() - GRACE_MS, &overdue);
		if (e)
			return e;
		AUDITREPORT_JUDGE(k->report, !overdue &&
		    !is_kept_too_long(k->conf, r.purpose), "retention",
		    "%s (%s): kept %s, %lld due, %lld of them for two days%s",
		    r.purpose, r.what, r.kept, (long long)due,
		    (long long)overdue, is_kept_too_long(k->conf, r.purpose) ?
		    ", longer than CNIL says" : "");
	}
	return e;
}

static enum err
judge_data(struct audit *k, struct privacy_facts *f)
{
	enum err e = privacy_look(k->db, f);

	if (e)
		return e;
	AUDITREPORT_JUDGE(k->report, !f->whole_addresses &&
	    !k->conf->keep_full_address, "address", "stored as /24 and /48:"
	    " keep_full_address is %s, %lld are longer",
	    k->conf->keep_full_address ? "yes" : "no",
	    (long long)f->whole_addresses);
	AUDITREPORT_JUDGE(k->report, !f->coordinates, "geo", "a town at most,"
	    " with the radius it is known by; %lld columns hold coordinates",
	    (long long)f->coordinates);
	AUDITREPORT_JUDGE(k->report, !f->unkept_texts, "consent", "each text"
	    " asked now is kept with its hash; %lld are not",
	    (long long)f->unkept_texts);
	AUDITREPORT_JUDGE(k->report, !f->unproved, "consent", "each consent"
	    " given has the hash of a text that is kept; %lld have not",
	    (long long)f->unproved);
	return OK;
}

/*
 * A form and what became of its visitor are counted together, by a salted
 * hash: nothing joins them to the cookie, but nothing could is true only once
 * the salt is gone.
 */
static void
judge_joins(struct auditreport *r, const struct privacy_facts *f)
{
	AUDITREPORT_JUDGE(r, !f->visitor_columns && !f->unarchived,
	    "exemption", "measures are not joined to other data: %lld columns"
	    " put a cookie beside a person, %lld experiments are over and not"
	    " archived, which empties their salt", (long long)
	    f->visitor_columns, (long long)f->unarchived);
	if (f->joinable)
		auditreport_add(r, AUDITREPORT_ASK, "exemption", "%lld forms"
		    " are counted by a salted hash of a cookie until their"
		    " experiment is archived: who owns the database could"
		    " make that hash again, and must not",
		    (long long)f->joinable);
}

/*
 * Guidelines 2020-091, paragraphs 50 to 52, and the page on exempt trackers:
 * what makes audience measurement, and a test of variants, do without asking.
 */
static void
judge_exemption(struct audit *k, const struct privacy_facts *f)
{
	struct auditreport *r = k->report;

	auditreport_add(r, AUDITREPORT_ASK, "exemption", "the cookie serves"
	    " this site's own measure of audience and variants, and no other"
	    " purpose");
	AUDITREPORT_JUDGE(r, !k->foreign, "exemption", "nothing is told to"
	    " third parties: %zu requests leave the site", k->foreign);
	AUDITREPORT_JUDGE(r, !k->bad_cookies, "exemption", "one first-party"
	    " cookie for this host alone follows nobody across sites: %zu are"
	    " otherwise", k->bad_cookies);
	judge_joins(r, f);
	auditreport_add(r, AUDITREPORT_ASK, "exemption", "statistics are"
	    " anonymous sums; which cookie saw which variant stays in this"
	    " database until its time is over, and is used for nothing else");
	AUDITREPORT_JUDGE(r, VISITOR_COOKIE_AGE_S <=
	    AUDITCOMMAND_COOKIE_S_MAX && !k->renewed, "exemption", "the cookie"
	    " ends within 13 months, and no visit renews it: %zu do",
	    k->renewed);
	AUDITREPORT_JUDGE(r, k->conf->retention_visitor_months <=
	    AUDITCOMMAND_VISITOR_MONTHS_MAX, "exemption", "what was measured"
	    " is kept 25 months at most: %lld",
	    (long long)k->conf->retention_visitor_months);
	AUDITREPORT_JUDGE(r, k->seen && !k->uninformed, "exemption", "visitors"
	    " are informed on the page itself: %zu of %zu are not",
	    k->uninformed, k->seen);
	AUDITREPORT_JUDGE(r, k->seen && !k->unasked && !k->ignored,
	    "exemption", "who objects to being measured can say so: %zu of"
	    " %zu pages do not lead there, %zu give who has a cookie again",
	    k->unasked, k->seen, k->ignored);
	auditreport_add(r, AUDITREPORT_ASK, "exemption", "nginx's own logs:"
	    " networks only, rotated, and not joined to this");
	auditreport_add(r, AUDITREPORT_ASK, "retention", "backups are"
	    " overwritten in time, and an erasure is repeated after a restore");
}

/* In the state directory by day, and where it is asked for. */
static int
keep(struct audit *k, const char *file)
{
	struct str json = auditreport_json(k->report, k->conf->url,
	    clock_now_ms());
	char path[URL_BYTES_MAX];
	struct tm utc;
	char day[16] = "";
	time_t now_s = (time_t)(clock_now_ms() / 1000);

	if (gmtime_r(&now_s, &utc))
		strftime(day, sizeof day, "%Y-%m-%d", &utc);
	snprintf(path, sizeof path, "%.*s/audit-%s.json",
	    STR_ARG(k->conf->state), day);
	if (file_write_private(path, json)) {
		fprintf(stderr, NAME ": %s: %s\n", path, strerror(errno));
		return COMMAND_FAILED;
	}
	if (file && file_write_private(file, json)) {
		fprintf(stderr, NAME ": %s: %s\n", file, strerror(errno));
		return COMMAND_FAILED;
	}
	return COMMAND_OK;
}

int
auditcommand_run(const struct conf *c, int words, char **word)
{
	static struct auditreport report;
	struct audit k = { .conf = c };
	struct privacy_facts facts;
	int status = COMMAND_FAILED;
	enum err e;

	if (words && (words != 2 || strcmp(word[0], "--json")))
		return COMMAND_USAGE;
	k.arena = arena_new(ARENA_BYTES);
	k.report = &report;
	report.arena = k.arena;
	k.db = pg_new(c->database, "piste-audit");
	e = visit_pages(&k);
	if (!e)
		e = judge_retention(&k);
	if (!e)
		e = judge_data(&k, &facts);
	if (e) {
		fprintf(stderr, NAME ": %s\n", pg_message(k.db)[0] ?
		    pg_message(k.db) : err_name(e));
	} else {
		judge_exemption(&k, &facts);
		auditreport_print(k.report, stdout);
		status = keep(&k, words ? word[1] : NULL);
		if (k.report->count[AUDITREPORT_FAIL])
			status = COMMAND_FAILED;
	}
	pg_free(k.db);
	arena_free(k.arena);
	return status;
}
