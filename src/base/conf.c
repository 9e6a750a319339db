/*
 * Implements conf.h.  The one table of settings: what is not in it can't be
 * set, and `piste help settings` prints it.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/conf.h"
#include "base/lang.h"

#define CONF_PATH "/etc/piste/piste.conf"
#define LINE_BYTES_MAX (CONF_VALUE_BYTES_MAX + 100)
#define VARIABLE_BYTES_MAX 64

enum kind { KIND_TEXT, KIND_PATH, KIND_SOCKET, KIND_URL, KIND_SMTP,
	KIND_ADDRESSES, KIND_NUMBER, KIND_OCTAL, KIND_YES, KIND_WHEN,
	KIND_LANGUAGE };

struct setting {
	struct conf_row row;
	enum kind kind;
	size_t offset;
	int64_t min, max;
};

#define AT(member) offsetof(struct conf, member)
#define TEXT(name, fallback, help) \
	{ { #name, fallback, help }, KIND_TEXT, AT(name), 0, 0 }
#define PATHNAME(name, fallback, help) \
	{ { #name, fallback, help }, KIND_PATH, AT(name), 0, 0 }
#define SOCKET(name, fallback, help) \
	{ { #name, fallback, help }, KIND_SOCKET, AT(name), 0, 0 }
#define URL(name, fallback, help) \
	{ { #name, fallback, help }, KIND_URL, AT(name), 0, 0 }
#define SMTP(name, fallback, help) \
	{ { #name, fallback, help }, KIND_SMTP, AT(name), 0, 0 }
#define ADDRESSES(name, fallback, help) \
	{ { #name, fallback, help }, KIND_ADDRESSES, AT(name), 0, 0 }
#define NUMBER(name, fallback, min, max, help) \
	{ { #name, fallback, help }, KIND_NUMBER, AT(name), min, max }
#define OCTAL(name, fallback, help) \
	{ { #name, fallback, help }, KIND_OCTAL, AT(name), 0, 07777 }
#define YES(name, fallback, help) \
	{ { #name, fallback, help }, KIND_YES, AT(name), 0, 0 }
#define WHEN(name, fallback, help) \
	{ { #name, fallback, help }, KIND_WHEN, AT(name), 0, 0 }
#define LANGUAGE(name, fallback, help) \
	{ { #name, fallback, help }, KIND_LANGUAGE, AT(name), 0, 0 }

#define HOUR_MS INT64_C(3600000)
#define YEAR_MS (365 * 24 * HOUR_MS)

static const struct setting settings[] = {
	TEXT(database, "dbname=piste",
	    "libpq connection string; may name several hosts"),
	TEXT(worker_database, "",
	    "the same for piste work, by a login of its own that is in the"
	    " role piste_worker; empty: database's"),
	TEXT(console_database, "",
	    "the same for the console, by a login that is in the roles"
	    " piste_console, piste_reader, piste_seller, piste_marketer and"
	    " piste_administrator; empty: database's"),
	SOCKET(listen, "/run/piste/piste.sock",
	    "FastCGI socket: an absolute path, or address:port"),
	OCTAL(listen_mode, "0660", "mode of that socket when it is a path"),
	URL(url, "http://127.0.0.1:8080",
	    "how visitors reach the site, without a slash at the end"),
	PATHNAME(templates, "/usr/local/share/piste/templates",
	    "directory of the templates"),
	PATHNAME(assets, "/var/lib/piste/assets",
	    "directory of white papers and other gated files"),
	TEXT(static_url, "/static", "where nginx serves the static files"),
	PATHNAME(spool, "/var/spool/piste",
	    "directory that holds submissions while PostgreSQL is away"),
	PATHNAME(access_log, "/var/log/nginx/piste.log",
	    "nginx's access log, which piste reconcile reads"),
	PATHNAME(uploads, "/var/lib/piste/uploads",
	    "directory of the files visitors sent, for piste alone"),
	PATHNAME(state, "/var/lib/piste",
	    "directory of the signing key and the last known site"),
	PATHNAME(geo, "",
	    "City database (.mmdb), IPv4 or both families; empty for none"),
	PATHNAME(geo6, "", "City database for IPv6, when it is a file apart"),
	ADDRESSES(metrics_from, "127.0.0.0/8 ::1 unix",
	    "networks that may read /readyz and /metrics"),
	ADDRESSES(internal_from, "",
	    "networks whose visits are never counted in experiments"),
	TEXT(time_zone, "Europe/Paris",
	    "IANA name of the zone whose days figures and visitors are"
	    " counted by"),
	TEXT(conversion_purpose, "",
	    "purpose of the consent by which conversions go back to ad"
	    " platforms; empty: none do"),
	TEXT(currency, "EUR",
	    "currency of orders and costs unless they say another (ISO 4217)"),
	TEXT(resolver, "system",
	    "name server that piste work asks whether mail domains take mail:"
	    " address[:port], system, or off"),
	TEXT(log_level, "info", "debug, info, warn or error"),
	NUMBER(processes, "1", 1, 64, "worker processes of piste serve"),
	NUMBER(loops, "0", 0, 64,
	    "event loops in each of them; 0 shares the cores out"),
	NUMBER(crew, "4", 1, 64,
	    "threads in each for requests that wait for the database, and as"
	    " many for the console"),
	NUMBER(min_fill_ms, "2000", 0, HOUR_MS,
	    "a form sent sooner after it was shown is quarantined"),
	WHEN(proof_of_work, "attack",
	    "ask forms for a proof of work: off, attack (while there is one)"
	    " or always"),
	NUMBER(attack_suspects, "60", 0, 1000000000,
	    "so many forms put aside in a minute are an attack; 0: none"),
	NUMBER(attack_posts, "3000", 0, 1000000000,
	    "so many forms sent in a minute are an attack; 0: none"),
	NUMBER(rate_network_max, "500", 0, 100000,
	    "forms from one network (/24, /48) in rate_window_ms; others are"
	    " quarantined; 0: any number"),
	NUMBER(rate_address_max, "50", 0, 100000,
	    "the same for one e-mail address"),
	NUMBER(rate_origin_max, "3000", 0, 1000000,
	    "the same for a program that sends forms by its origin's key"),
	NUMBER(rate_window_ms, "600000", 1000, 24 * HOUR_MS,
	    "what those three count over"),
	NUMBER(form_max_age_ms, "86400000", 1000, YEAR_MS,
	    "an older form comes back filled in, to be sent again"),
	NUMBER(asset_max_age_ms, "86400000", 1000, YEAR_MS,
	    "how long the link to a white paper works"),
	NUMBER(confirm_max_age_ms, "604800000", 60000, YEAR_MS,
	    "how long the link works that confirms a request"),
	NUMBER(report_max_age_ms, "2592000000", 60000, YEAR_MS,
	    "how long the link to a report works that is sent by mail"),
	SMTP(smtp_url, "",
	    "mail server, smtp:// or smtps://; empty: mails go to mail_caught"),
	YES(smtp_starttls, "yes", "refuse an smtp:// server without STARTTLS"),
	NUMBER(smtp_timeout_ms, "20000", 1000, HOUR_MS / 6,
	    "time for one mail to be handed over"),
	PATHNAME(smtp_ca, "",
	    "authorities (PEM) the mail server's certificate must come from;"
	    " empty: the system's"),
	TEXT(mail_from, "",
	    "address mails come from; empty: no-reply at the host of url"),
	TEXT(mail_name, "", "name beside that address"),
	TEXT(alarm_mail, "",
	    "who is told by mail of promises that are broken, and of figures"
	    " out of their usual band; empty: nobody"),
	TEXT(report_mail, "",
	    "who gets the figures of each week and month by mail: addresses, a"
	    " blank between them; empty: nobody"),
	LANGUAGE(staff_lang, "fr",
	    "language of the mails to these two: fr or en"),
	PATHNAME(mail_caught, "/var/lib/piste/mail",
	    "directory of the mails caught while smtp_url is empty"),
	NUMBER(mail_address_max, "5", 0, 1000000,
	    "mails a day to one mailbox; others are dropped and counted"),
	NUMBER(mail_network_max, "200", 0, 1000000,
	    "mails a day asked for from one network (/24, /48)"),
	NUMBER(nurture_mails_max, "2", 1, 1000,
	    "mails of all scenarios together that one person gets within"
	    " nurture_mails_days"),
	NUMBER(nurture_mails_days, "7", 1, 365, "days that these count for"),
	NUMBER(nurture_from, "8", 0, 23,
	    "hour from which scenarios write, by the person's clock: that of"
	    " their country, of one with several zones in all of them at once"),
	NUMBER(nurture_to, "20", 1, 24, "hour at which they stop"),
	TEXT(nurture_zone, "Europe/Paris",
	    "time zone of who is of no known country"),
	NUMBER(retention_prospect_months, "36", 1, 120,
	    "a person is erased that long after the last word from them"),
	NUMBER(retention_quarantine_days, "30", 1, 3650,
	    "what was put aside and not released is emptied then"),
	NUMBER(retention_visitor_months, "25", 1, 120,
	    "who saw which variant is kept that long, then only counted"),
	NUMBER(retention_objection_months, "36", 1, 1200,
	    "how long imports of who objected are refused"),
	NUMBER(retention_event_months, "12", 1, 36,
	    "what people did besides sending forms is kept that long"),
	NUMBER(retention_figure_months, "120", 13, 1200,
	    "sums by day, with nobody in them, are kept that long, and to the"
	    " end of the year"),
	NUMBER(commit_wait_ms, "1500", 10, 60000,
	    "a commit that takes longer leaves its submissions to the spool"),
	NUMBER(spool_bytes_max, "1073741824", 65536, INT64_C(1) << 50,
	    "what the spool may hold; beyond it visitors are asked to retry"),
	NUMBER(exposure_flush_ms, "200", 10, 10000,
	    "how long an exposure may wait in memory"),
	NUMBER(first_visits_max, "5000", 0, 1000000000,
	    "first visits an hour from one address; more are robots', 0: any"),
	TEXT(cookie_domain, "",
	    "domain of a visitor's cookie, for pages under several hosts of it;"
	    " empty: each host its own"),
	YES(api_open, "yes",
	    "JSON submissions need no key, but from pages of other sites"),
	YES(keep_full_address, "no",
	    "store whole addresses instead of IPv4 /24 and IPv6 /48"),
	NUMBER(lease_ms, "60000", 1000, HOUR_MS,
	    "a queue row claimed for longer is given to another worker"),
	NUMBER(stop_ms, "2000", 0, 60000,
	    "time to finish requests when asked to stop"),
};
#define SETTINGS (sizeof settings / sizeof *settings)

const struct conf_row *
conf_row(size_t at)
{
	return at < SETTINGS ? &settings[at].row : NULL;
}

static bool
octal(struct str value, int64_t max, int64_t *out)
{
	int64_t v = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '7' || v > max)
			return false;
		v = v * 8 + (value.p[i] - '0');
	}
	if (!value.n || v > max)
		return false;
	*out = v;
	return true;
}

static bool
language(struct str value, int64_t *out)
{
	enum lang l = LANG_FR;
	enum err e = lang_parse(value, &l);

	*out = l;
	return !e;
}

static bool
when(struct str value, int64_t *out)
{
	static const struct str words[] = {
		[CONF_WHEN_OFF] = STR("off"),
		[CONF_WHEN_ATTACK] = STR("attack"),
		[CONF_WHEN_ALWAYS] = STR("always"),
	};

	for (*out = 0; *out < (int64_t)(sizeof words / sizeof *words); ++*out)
		if (str_eq(value, words[*out]))
			return true;
	return false;
}

/* An empty path would mean the root directory, a relative one anywhere. */
static bool
is_path(const struct setting *s, struct str value)
{
	return str_has_prefix(value, STR("/")) ||
	    (!value.n && !*s->row.fallback);
}

static bool
is_url(struct str value)
{
	struct str scheme, host;

	return str_cut(value, ':', &scheme, &host) &&
	    (str_eq(scheme, STR("http")) || str_eq(scheme, STR("https"))) &&
	    str_has_prefix(host, STR("//")) && host.n > 2 &&
	    host.p[2] != '/' && !str_has_suffix(host, STR("/"));
}

static bool
is_smtp_url(struct str value)
{
	struct str scheme, host;

	return !value.n || (str_cut(value, ':', &scheme, &host) &&
	    (str_eq(scheme, STR("smtp")) || str_eq(scheme, STR("smtps"))) &&
	    str_has_prefix(host, STR("//")) && host.n > 2);
}

/* A fallback is a constant and stays where it is; others are copied. */
static void
keep(const struct setting *s, struct str value, struct str *member)
{
	if (member->p != s->row.fallback)
		free((char *)member->p);
	*member = value;
	if (value.p == s->row.fallback)
		return;
	member->p = strndup(value.p, value.n);
	if (!member->p)
		abort();
}

/* NULL when the value is taken, else why it is not. */
static const char *
assign(const struct setting *s, struct str value, struct conf *out)
{
	void *member = (char *)out + s->offset;

	if (value.n > CONF_VALUE_BYTES_MAX)
		return "too long";
	if (str_has_control(value, false))
		return "holds a control character";
	switch (s->kind) {
	case KIND_NUMBER:
		return str_i64(value, s->min, s->max, member) ? NULL :
		    "not a whole number in its range";
	case KIND_OCTAL:
		return octal(value, s->max, member) ? NULL :
		    "not an octal number in its range";
	case KIND_YES:
		*(int64_t *)member = str_eq(value, STR("yes"));
		return str_eq(value, STR("yes")) || str_eq(value, STR("no")) ?
		    NULL : "neither yes nor no";
	case KIND_WHEN:
		return when(value, member) ? NULL :
		    "neither off nor attack nor always";
	case KIND_LANGUAGE:
		return language(value, member) ? NULL : "neither fr nor en";
	case KIND_ADDRESSES:
		if (!addr_list_is(value))
			return "not a list of addresses and networks";
		break;
	case KIND_PATH:
		if (!is_path(s, value))
			return "not an absolute path";
		break;
	case KIND_SOCKET:
		if (!str_has_prefix(value, STR("/")) &&
		    !addr_port_is(value))
			return "neither an absolute path nor address:port";
		break;
	case KIND_URL:
		if (!is_url(value))
			return "not http:// or https:// and a host, without"
			    " a slash at the end";
		break;
	case KIND_SMTP:
		if (!is_smtp_url(value))
			return "not smtp:// or smtps:// and a host";
		break;
	case KIND_TEXT:
		break;
	}
	keep(s, value, member);
	return NULL;
}

static const struct setting *
find(struct str name)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (str_eq(name, str_of(settings[i].row.name)))
			return &settings[i];
	return NULL;
}

static bool
read_line(struct str line, struct conf *out, const char **why)
{
	struct str name, value;
	const struct setting *s;

	line = str_trim(line);
	if (!line.n || line.p[0] == '#')
		return true;
	if (!str_cut(line, '=', &name, &value)) {
		*why = "not of the form name = value";
		return false;
	}
	s = find(str_trim(name));
	*why = s ? assign(s, str_trim(value), out) : "no such setting";
	return !*why;
}

static enum err
read_file(const char *path, bool must_exist, struct conf *out, FILE *say)
{
	char line[LINE_BYTES_MAX];
	FILE *f = fopen(path, "re");
	enum err e = OK;

	if (!f) {
		if (!must_exist && errno == ENOENT)
			return OK;
		fprintf(say, "%s: %s\n", path, strerror(errno));
		return ERR_INPUT;
	}
	for (int number = 1; fgets(line, sizeof line, f); number++) {
		struct str l = str_of(line), name;
		const char *why;

		if (read_line(l, out, &why))
			continue;
		str_cut(str_trim(l), '=', &name, &l);
		name = str_trim(name);
		fprintf(say, "%s:%d: %.*s: %s\n", path, number,
		    STR_ARG(name), why);
		e = ERR_INPUT;
	}
	/* A directory, say, opens well and only then can't be read. */
	if (ferror(f)) {
		fprintf(say, "%s: %s\n", path, strerror(errno));
		e = ERR_INPUT;
	}
	fclose(f);
	return e;
}

static enum err
read_environment(struct conf *out, FILE *say)
{
	enum err e = OK;

	for (size_t i = 0; i < SETTINGS; i++) {
		char name[VARIABLE_BYTES_MAX];
		const char *value, *why;

		snprintf(name, sizeof name, "PISTE_%s", settings[i].row.name);
		for (char *p = name; *p; p++)
			if (*p >= 'a' && *p <= 'z')
				*p += 'A' - 'a';
		value = getenv(name);
		why = value ? assign(&settings[i], str_of(value), out) : NULL;
		if (why) {
			fprintf(say, "environment: %s: %s\n", name, why);
			e = ERR_INPUT;
		}
	}
	return e;
}

/* What is good by itself and makes no sense together. */
static enum err
judge(const struct conf *c, FILE *say)
{
	if (c->nurture_from < c->nurture_to)
		return OK;
	fprintf(say, "nurture_from, nurture_to: no hour is left between"
	    " them\n");
	return ERR_INPUT;
}

enum err
conf_load(const char *path, struct conf *out, FILE *complaints)
{
	enum err file, environment;

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < SETTINGS; i++)
		if (assign(&settings[i], str_of(settings[i].row.fallback), out))
			abort();
	if (!path)
		path = getenv("PISTE_CONF");
	file = read_file(path ? path : CONF_PATH, path != NULL, out,
	    complaints);
	environment = read_environment(out, complaints);
	if (file || environment)
		return file ? file : environment;
	return judge(out, complaints);
}
