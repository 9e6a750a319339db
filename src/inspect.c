/* Implements inspect.h.  What it opens it closes again; it changes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/token.h"
#include "inspect.h"
#include "command.h"
#include "geo/geo.h"
#include "lead/queue.h"
#include "page/define.h"
#include "page/site.h"
#include "page/template.h"
#include "store/migrate.h"
#include "store/pg.h"
#include "store/spool.h"

#define CHECK_ARENA_BYTES (SITE_ARENA_BYTES_MAX + SITE_JSON_BYTES_MAX)

/* What a check is given, and where it may tell more than one line. */
struct check {
	const struct conf *conf;
	struct arena *arena;
	struct pg *db;
	struct str told;	/* one line, set by each check */
};

#define TELL(k, ...) ((k)->told = buf_fmt((k)->arena, 1000, __VA_ARGS__))

static bool
check_settings(struct check *k)
{
	const struct conf_row *row;

	/* They were read before any command runs, or it would not run. */
	TELL(k, "%zu settings", conf_rows(&row));
	return true;
}

static bool
check_templates(struct check *k)
{
	struct template_set *set;
	enum err e = template_load(k->conf->templates, &set, stdout);

	TELL(k, "%.*s%s", STR_ARG(k->conf->templates),
	    e == ERR_AWAY ? ": cannot be read" : "");
	if (e)
		return false;
	template_free(set);
	return true;
}

static bool
check_database(struct check *k)
{
	int missing;

	if (migrate_missing(k->db, &missing)) {
		TELL(k, "%s", pg_message(k->db));
		return false;
	}
	TELL(k, "%d migrations missing%s", missing,
	    missing ? ": run piste migrate" : "");
	return missing == 0;
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
	TELL(k, "%zu pages, %zu experiments", site->pages, site->experiments);
	return true;
}

static bool
check_queue(struct check *k)
{
	struct queue_depth d;

	if (queue_depth(k->db, &d)) {
		TELL(k, "%s", pg_message(k->db));
		return false;
	}
	TELL(k, "%lld ready, %lld claimed, %lld dead", (long long)d.ready,
	    (long long)d.claimed, (long long)d.dead);
	return true;
}

static bool
check_geo(struct check *k)
{
	struct str build = STR_EMPTY;
	struct geo *g;
	bool is_open;

	if (!k->conf->geo.n) {
		TELL(k, "none set: countries and cities stay unknown");
		return true;
	}
	g = geo_new(k->conf->geo, k->conf->geo6);
	is_open = geo_is_open(g, k->arena, &build);
	TELL(k, "%.*s %.*s", STR_ARG(k->conf->geo),
	    STR_ARG(is_open ? build : STR("cannot be opened")));
	geo_free(g);
	return is_open;
}

static bool
is_writable(struct check *k, struct str dir)
{
	char path[PATH_MAX];

	if (!str_z(dir, path, sizeof path) && !access(path, R_OK | W_OK | X_OK))
		return true;
	TELL(k, "%.*s: %s", STR_ARG(dir), strerror(errno));
	return false;
}

static bool
check_spool(struct check *k)
{
	struct spool_depth d = { 0 };

	if (!is_writable(k, k->conf->spool))
		return false;
	if (spool_depth(k->conf->spool, &d)) {
		TELL(k, "%.*s: cannot be read", STR_ARG(k->conf->spool));
		return false;
	}
	TELL(k, "%lld submissions, %lld bytes, oldest %lld s, %lld aside",
	    (long long)d.records, (long long)d.bytes, d.oldest_ms ?
	    (long long)(clock_now_ms() - d.oldest_ms) / 1000 : 0,
	    (long long)d.bad);
	return true;
}

static bool
check_state(struct check *k)
{
	char path[PATH_MAX];
	struct stat st;

	if (!is_writable(k, k->conf->state))
		return false;
	snprintf(path, sizeof path, "%.*s/" TOKEN_KEY_FILE,
	    STR_ARG(k->conf->state));
	if (stat(path, &st)) {
		TELL(k, "no key yet: piste serve makes one");
		return errno == ENOENT;
	}
	TELL(k, "%s%s", path, st.st_mode & 077 ? ": others may read it" : "");
	return !(st.st_mode & 077);
}

int
inspect_run(const struct conf *c, int words, char **word)
{
	static const struct {
		const char *name;
		bool (*run)(struct check *k);
	} checks[] = {
		{ "settings", check_settings },
		{ "templates", check_templates },
		{ "database", check_database },
		{ "site", check_site },
		{ "queue", check_queue },
		{ "geo", check_geo },
		{ "spool", check_spool },
		{ "state", check_state },
	};
	struct check k = { .conf = c };
	bool all = true;

	(void)word;
	if (words)
		return COMMAND_USAGE;
	k.arena = arena_new(CHECK_ARENA_BYTES);
	k.db = pg_new(c->database, "piste-check");
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		bool ok = checks[i].run(&k);

		printf("%-5s%-10s %.*s\n", ok ? "ok" : "BAD", checks[i].name,
		    STR_ARG(k.told));
		all = all && ok;
	}
	pg_free(k.db);
	arena_free(k.arena);
	return all ? COMMAND_OK : COMMAND_FAILED;
}
