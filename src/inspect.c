/* Implements inspect.h.  What it opens it closes again; it changes nothing. */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/localday.h"
#include "base/token.h"
#include "command.h"
#include "deliver/outbox.h"
#include "form/form.h"
#include "geo/geo.h"
#include "http/cookie.h"
#include "inspectrole.h"
#include "lead/disposable.h"
#include "lead/domain.h"
#include "lead/queue.h"
#include "page/define.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "postman.h"
#include "store/lease.h"
#include "store/migrate.h"
#include "store/pg.h"
#include "store/spool.h"
#include "store/upload.h"
#include "track/bot.h"

#include "inspect.h"

#define FILE_NAMES_BYTES ((size_t)64 << 20)	/* of templates and assets */
#define CHECK_ARENA_BYTES \
	(SITE_ARENA_BYTES_MAX + SITE_JSON_BYTES_MAX + FILE_NAMES_BYTES)
#define PAGE_ARENA_BYTES ((size_t)128 << 20)	/* so that all can be told */
#define TOLD_BYTES_MAX (2 * CONF_VALUE_BYTES_MAX + 1000)
#define SPOOL_AGE_S_MAX 60	/* the worker drains once a second */

/* What a check is given, and what it leaves for those after it. */
struct check {
	const struct conf *conf;
	struct arena *arena;
	struct pg *db;
	bool is_database_up;
	struct template_set *templates;	/* NULL unless they are good */
	const struct site *site;	/* NULL unless it could be read */
	struct str told;	/* one line, set by each check */
	size_t mistakes;	/* what this check has found so far */
};

#define TELL(k, ...) \
	((k)->told = buf_fmt((k)->arena, TOLD_BYTES_MAX, __VA_ARGS__))
/* The first mistake is told on the check's own line, others are counted. */
#define MISTAKE(k, ...) do { \
	if (!(k)->mistakes++) \
		TELL((k), __VA_ARGS__); \
} while (0)

/* A browser drops a cookie whose domain isn't its page's. */
static void
judge_cookie(struct check *k)
{
	struct str domain = k->conf->cookie_domain, scheme, host, rest;

	if (!domain.n)
		return;
	if (str_cut(k->conf->url, '/', &scheme, &rest))
		str_cut(str_slice(rest, 1, rest.n), '/', &host, &rest);
	else
		host = STR_EMPTY;
	if (domain_is_public(domain))
		MISTAKE(k, "cookie_domain %.*s: anybody may register below it",
		    STR_ARG(domain));
	else if (!cookie_is_within(host, domain))
		MISTAKE(k, "cookie_domain %.*s: %.*s is not below it",
		    STR_ARG(domain), STR_ARG(k->conf->url));
}

static bool
check_settings(struct check *k)
{
	size_t count = 0;

	/* They were judged before any command runs, or it would not run. */
	while (conf_row(count))
		count++;
	judge_cookie(k);
	if (localday_zone(k->conf->time_zone))
		MISTAKE(k, "time_zone: this machine knows no zone %.*s",
		    STR_ARG(k->conf->time_zone));
	if (!k->mistakes)
		TELL(k, "%zu settings", count);
	return !k->mistakes;
}

static bool
check_templates(struct check *k)
{
	static const char *const needed[] = { "landing/thanks",
		"landing/status", "landing/confirm", "mail/letter" };
	enum err e = template_load(k->conf->templates, &k->templates, stdout);

	TELL(k, "%.*s%s", STR_ARG(k->conf->templates),
	    e == ERR_AWAY ? ": cannot be read" : "");
	if (e)
		return false;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!template_find(k->templates, str_of(needed[i])))
			MISTAKE(k, "%.*s: there is no %s.tpl",
			    STR_ARG(k->conf->templates), needed[i]);
	return !k->mistakes;
}

static bool
check_database(struct check *k)
{
	int missing = 0;
	enum err e = migrate_missing(k->db, &missing);

	k->is_database_up = e != ERR_AWAY;
	if (e == ERR_INPUT)
		TELL(k, "newer than this program");
	else if (e)
		TELL(k, "%s", pg_message(k->db));
	else
		TELL(k, "%d migrations missing%s", missing,
		    missing ? ": run piste migrate" : "");
	return !e && !missing;
}

/* Half of a request's memory is for what a visitor sends. */
static bool
is_too_large(struct check *k, const struct site_page *pg,
    const struct site_variant *v, enum lang l)
{
	struct arena *a = arena_new(PAGE_ARENA_BYTES);
	struct form_result blank;
	struct str page;
	bool is;

	form_blank(a, v->form, &blank);
	page = render_page(a, &(struct render){
		.picture = &(struct picture){ .templates = k->templates },
		.page = pg,
		.variant = v,
		.lang = l,
		.static_url = k->conf->static_url,
		.url = k->conf->url,
		.form = &blank,
		.kept_months = k->conf->retention_prospect_months,
	});
	is = !page.n || page.n > RENDER_OWN_BYTES_MAX ||
	    arena_used(a) > ARENA_REQUEST_BYTES_MAX / 2;
	arena_free(a);
	return is;
}

static void
judge_variant(struct check *k, const struct site_page *pg,
    const struct site_variant *v)
{
	if (!template_find(k->templates, buf_join(k->arena, STR("landing/"),
	    v->template))) {
		MISTAKE(k, "page %.*s, variant %.*s: there is no template"
		    " %.*s", STR_ARG(pg->key), STR_ARG(v->key),
		    STR_ARG(v->template));
		return;
	}
	for (size_t i = 0; i < pg->langs; i++)
		if (is_too_large(k, pg, v, pg->lang[i]))
			MISTAKE(k, "page %.*s, variant %.*s: too large in"
			    " %.*s", STR_ARG(pg->key), STR_ARG(v->key),
			    STR_ARG(lang_code(pg->lang[i])));
}

static bool
check_site(struct check *k)
{
	const struct site *site;
	struct site_error *error;
	struct str json;
	size_t errors;

	if (define_snapshot(k->db, k->arena, &json)) {
		TELL(k, "%s", pg_message(k->db));
		return false;
	}
	if (site_parse(k->arena, json, &site, &error, &errors)) {
		TELL(k, "%.*s: %.*s", STR_ARG(error[0].path),
		    STR_ARG(error[0].reason));
		return false;
	}
	k->site = site;
	TELL(k, "%zu pages, %zu experiments", site->pages, site->experiments);
	for (size_t i = 0; k->templates && i < site->pages; i++)
		for (size_t j = 0; !site->page[i].is_archived &&
		    j < site->page[i].variants; j++)
			judge_variant(k, &site->page[i],
			    &site->page[i].variant[j]);
	return !k->mistakes;
}

static bool
tell_depth(struct check *k, enum err e, const struct lease_depth *d)
{
	if (e)
		TELL(k, "%s", pg_message(k->db));
	else
		TELL(k, "%lld ready, %lld claimed, %lld dead",
		    (long long)d->ready, (long long)d->claimed,
		    (long long)d->dead);
	return !e;
}

static bool
check_queue(struct check *k)
{
	struct lease_depth d;

	return tell_depth(k, queue_depth(k->db, &d), &d);
}

static bool
check_outbox(struct check *k)
{
	struct lease_depth d;

	return tell_depth(k, outbox_depth(k->db, &d), &d);
}

static bool
check_mail(struct check *k)
{
	return !postman_check(k->arena, k->conf, &k->told);
}

static bool
check_worker(struct check *k)
{
	return !inspectrole_worker(k->arena, k->conf, &k->told);
}

static bool
check_console(struct check *k)
{
	return !inspectrole_console(k->arena, k->conf, &k->told);
}

static void
find_asset(struct check *k, const struct site_page *pg)
{
	struct str path = buf_join(k->arena, buf_join(k->arena,
	    k->conf->assets, STR("/")), pg->asset);
	struct stat st;
	bool is_there = !stat(path.p, &st);

	if (!is_there || !S_ISREG(st.st_mode))
		MISTAKE(k, "page %.*s: %s: %s", STR_ARG(pg->key), path.p,
		    is_there ? "not a file" : strerror(errno));
	else if (access(path.p, R_OK))
		MISTAKE(k, "page %.*s: %s: %s", STR_ARG(pg->key), path.p,
		    strerror(errno));
}

/* May we do that to a directory?  If not, say why. */
static bool
is_usable(struct check *k, struct str dir, int mode)
{
	char path[PATH_MAX];
	struct stat st;

	if (str_z(dir, path, sizeof path))
		errno = ENAMETOOLONG;
	else if (!stat(path, &st) && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (!access(path, mode))
		return true;
	TELL(k, "%.*s: %s", STR_ARG(dir), strerror(errno));
	return false;
}

static bool
check_assets(struct check *k)
{
	size_t assets = 0;

	if (!is_usable(k, k->conf->assets, R_OK | X_OK))
		return false;
	for (size_t i = 0; k->site && i < k->site->pages; i++) {
		const struct site_page *pg = &k->site->page[i];

		if (pg->is_archived || !pg->asset.n)
			continue;
		assets++;
		find_asset(k, pg);
	}
	if (!k->mistakes)
		TELL(k, "%.*s, %zu of them offered", STR_ARG(k->conf->assets),
		    assets);
	return !k->mistakes;
}

/* Adds what it found to told; false when there is a file we can't open. */
static bool
is_geo_open(struct check *k, struct str path)
{
	struct str build = STR_EMPTY, before = k->told;
	struct geo *g;
	bool is_open;

	if (!path.n)
		return true;
	g = geo_new(path, STR_EMPTY);
	is_open = geo_is_open(g, k->arena, &build);
	geo_free(g);
	TELL(k, "%.*s%s%.*s %.*s", STR_ARG(before), before.n ? ", " : "",
	    STR_ARG(path), STR_ARG(is_open ? build :
	    STR("cannot be opened")));
	return is_open;
}

static bool
check_geo(struct check *k)
{
	bool is_open = is_geo_open(k, k->conf->geo);

	is_open = is_geo_open(k, k->conf->geo6) && is_open;
	if (!k->told.n)
		TELL(k, "none set: countries and cities stay unknown");
	return is_open;
}

/* Our own list will do; that it is alone should not go unseen. */
static bool
check_robots(struct check *k)
{
	TELL(k, "%.*s", STR_ARG(bot_list()));
	return true;
}

/* As of the robots. */
static bool
check_disposable(struct check *k)
{
	size_t n = disposable_count();

	TELL(k, n ? "%zu throw-away mail domains" :
	    "%zu: only our own short list of throw-away mail domains", n);
	return true;
}

static bool
check_spool(struct check *k)
{
	struct spool_depth d = { 0 };
	long long age_s;

	if (!is_usable(k, k->conf->spool, R_OK | W_OK | X_OK))
		return false;
	if (spool_depth(k->conf->spool, &d)) {
		TELL(k, "%.*s: cannot be read", STR_ARG(k->conf->spool));
		return false;
	}
	age_s = d.oldest_ms ? (clock_now_ms() - d.oldest_ms) / 1000 : 0;
	TELL(k, "%lld submissions, %lld bytes, oldest %lld s, %lld aside,"
	    " %lld files that cannot be opened", (long long)d.records,
	    (long long)d.bytes, age_s, (long long)d.bad, (long long)d.unread);
	/* With the database away they wait as they should. */
	return !d.unread && !(k->is_database_up && age_s > SPOOL_AGE_S_MAX);
}

/* Without a directory there was no file yet; the parent must take one. */
static bool
check_uploads(struct check *k)
{
	struct str dir = k->conf->uploads;
	struct spool_depth d = { 0 };
	enum err e = upload_look(dir);
	bool is_asked = false;

	for (size_t i = 0; k->site && i < k->site->forms; i++)
		is_asked = is_asked || form_takes_files(&k->site->form[i]);
	if (!e && !is_usable(k, dir, R_OK | W_OK | X_OK))
		return false;
	/* Any file may be named by what can't be read. */
	if (spool_depth(k->conf->spool, &d))
		d.bad = 0;
	TELL(k, "%.*s%s%s%s", STR_ARG(dir),
	    e == ERR_ABSENT ? ": none yet, the first file makes it" :
	    e == ERR_DENIED ? ": others may read it" :
	    e ? ": cannot be read" : "",
	    is_asked ? "" : ", no form takes files",
	    d.bad ? ", none is ever removed while pieces lie in spool/aside" :
	    "");
	return !e || e == ERR_ABSENT;
}

static bool
check_state(struct check *k)
{
	struct token_key key;
	enum err e;

	if (!is_usable(k, k->conf->state, R_OK | W_OK | X_OK))
		return false;
	e = token_key_read(k->conf->state, &key);
	explicit_bzero(&key, sizeof key);
	TELL(k, "%.*s/" TOKEN_KEY_FILE "%s", STR_ARG(k->conf->state),
	    e == ERR_ABSENT ? ": none yet, piste serve makes one" :
	    e == ERR_DENIED ? ": others may read it" :
	    e == ERR_INPUT ? ": not 32 bytes" :
	    e ? ": cannot be read" : "");
	return !e || e == ERR_ABSENT;
}

/* Root may open what the servers' user may not. */
static struct str
user_name(struct arena *a)
{
	const struct passwd *pw = getpwuid(geteuid());

	return pw ? arena_copy(a, str_of(pw->pw_name)) :
	    buf_fmt(a, TOLD_BYTES_MAX, "user %u", geteuid());
}

int
inspect_run(const struct conf *c, int words, char **word)
{
	static const struct {
		const char *name;
		bool (*run)(struct check *k);
		bool is_of_files;	/* so the user matters */
	} checks[] = {
		{ "settings", check_settings, false },
		{ "templates", check_templates, true },
		{ "database", check_database, false },
		{ "site", check_site, false },
		{ "queue", check_queue, false },
		{ "outbox", check_outbox, false },
		{ "mail", check_mail, true },
		{ "worker", check_worker, false },
		{ "console", check_console, false },
		{ "assets", check_assets, true },
		{ "geo", check_geo, true },
		{ "robots", check_robots, false },
		{ "disposable", check_disposable, false },
		{ "spool", check_spool, true },
		{ "uploads", check_uploads, true },
		{ "state", check_state, true },
	};
	struct check k = { .conf = c };
	struct str user;
	bool all = true;

	(void)word;
	if (words)
		return COMMAND_USAGE;
	k.arena = arena_new(CHECK_ARENA_BYTES);
	k.db = pg_new(c->database, "piste-check");
	user = user_name(k.arena);
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		bool ok;

		k.told = STR_EMPTY;
		k.mistakes = 0;
		ok = checks[i].run(&k);
		printf("%-5s%-10s %.*s", ok ? "ok" : "BAD", checks[i].name,
		    STR_ARG(k.told));
		if (k.mistakes > 1)
			printf(", and %zu more", k.mistakes - 1);
		if (checks[i].is_of_files)
			printf(", as %.*s", STR_ARG(user));
		printf("\n");
		all = all && ok;
	}
	template_free(k.templates);
	pg_free(k.db);
	arena_free(k.arena);
	return all ? COMMAND_OK : COMMAND_FAILED;
}
