/*
 * Implements usercommand.h over src/account.  A password is made here and
 * printed once: one that is typed stays in a shell's history.
 */
#include <stdio.h>
#include <string.h>

#include "account/account.h"
#include "account/password.h"
#include "account/reset.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "command.h"
#include "optionwords.h"
#include "store/pg.h"

#include "usercommand.h"

#define ARENA_BYTES ((size_t)16 << 20)
#define LINE_BYTES_MAX (1 << 20)

/* One run of it. */
struct run {
	struct arena *arena;
	struct pg *db;
	struct str login;
};

static int
start(const struct conf *c, const char *login, struct run *out)
{
	out->arena = arena_new(ARENA_BYTES);
	if (login && account_login(out->arena, str_of(login), &out->login)) {
		fprintf(stderr, "piste user: %s is no e-mail address\n", login);
		arena_free(out->arena);
		return COMMAND_FAILED;
	}
	out->db = command_database(c, "piste-user");
	return COMMAND_OK;
}

static int
end(struct run *r, enum err e)
{
	int status;

	if (e == ERR_LIMIT) {
		fprintf(stderr, "piste user: %.*s has an account\n",
		    STR_ARG(r->login));
		pg_free(r->db);
		status = COMMAND_FAILED;
	} else {
		status = command_end("user", r->db, e);
	}
	arena_free(r->arena);
	return status;
}

/* One by chance, and its hash. */
static enum err
make(char password[PASSWORD_MADE_TEXT], char hash[PASSWORD_HASH_TEXT])
{
	enum err e = password_hash(password_make(password), hash);

	if (e)
		fprintf(stderr, "piste user: no memory to hash a password\n");
	return e;
}

static int
add(const struct conf *c, int words, char **word)
{
	char password[PASSWORD_MADE_TEXT], hash[PASSWORD_HASH_TEXT];
	struct str role = STR_EMPTY, lang = STR_EMPTY, name = STR_EMPTY;
	const struct optionword options[] = {
		{ "--role", &role, ACCOUNT_NAME_BYTES_MAX, true },
		{ "--name", &name, ACCOUNT_NAME_BYTES_MAX, false },
		{ "--lang", &lang, ACCOUNT_NAME_BYTES_MAX, false },
	};
	struct account_wish w = { .by = PG_NULL, .lang = LANG_FR };
	struct run r;
	enum err e;

	if (words < 1 || !optionwords_read(words - 1, word + 1, options, 3,
	    NULL) || account_role_parse(role, &w.role) ||
	    (lang.n && lang_parse(lang, &w.lang)))
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	w.login = r.login;
	w.name = name.n ? name : r.login;
	e = make(password, hash);
	w.password = str_of(hash);
	if (!e)
		e = account_add(r.db, &w);
	if (!e)
		printf("%.*s may log in at %.*s/console with %s\n",
		    STR_ARG(r.login), STR_ARG(c->url), password);
	return end(&r, e);
}

static int
first(const struct conf *c, int words, char **word)
{
	char password[PASSWORD_MADE_TEXT], hash[PASSWORD_HASH_TEXT];
	struct account_wish w = { .lang = command_lang(LANG_FR) };
	bool is_first = false;
	struct run r;
	enum err e;

	if (words != 1)
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	w.login = r.login;
	w.name = r.login;
	e = make(password, hash);
	w.password = str_of(hash);
	if (!e)
		e = account_first(r.db, &w, &is_first);
	if (!e && is_first)
		fprintf(stderr, "console: log in at %.*s/console as %.*s with"
		    " %s (told this once)\n", STR_ARG(c->url),
		    STR_ARG(r.login), password);
	return end(&r, e);
}

static int
passwd(const struct conf *c, int words, char **word)
{
	char password[PASSWORD_MADE_TEXT], hash[PASSWORD_HASH_TEXT];
	struct run r;
	enum err e;

	if (words != 1)
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	e = make(password, hash);
	if (!e)
		e = account_set_password(r.db, PG_NULL, r.login,
		    str_of(hash));
	if (!e)
		printf("%.*s: %s\n", STR_ARG(r.login), password);
	return end(&r, e);
}

static int
reset(const struct conf *c, int words, char **word)
{
	struct run r;
	enum err e;

	if (words != 1)
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	e = reset_ask(r.db, PG_NULL, r.login);
	if (!e)
		printf("a link is mailed, if %.*s has an account\n",
		    STR_ARG(r.login));
	return end(&r, e);
}

static int
role(const struct conf *c, int words, char **word)
{
	enum account_role to;
	struct run r;

	if (words != 2 || account_role_parse(str_of(word[1]), &to))
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	return end(&r, account_set_role(r.db, PG_NULL, r.login, to));
}

static int
disable(const struct conf *c, int words, char **word)
{
	struct run r;

	if (words != 1)
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	return end(&r, account_disable(r.db, PG_NULL, r.login, true));
}

static int
enable(const struct conf *c, int words, char **word)
{
	struct run r;

	if (words != 1)
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	return end(&r, account_disable(r.db, PG_NULL, r.login, false));
}

static int
second(const struct conf *c, int words, char **word)
{
	struct run r;

	if (words != 2 || strcmp(word[1], "off"))
		return COMMAND_USAGE;
	if (start(c, word[0], &r))
		return COMMAND_FAILED;
	return end(&r, account_drop_second(r.db, PG_NULL, r.login));
}

static void
print_one(struct arena *a, const struct account *one, bool is_json)
{
	struct str role_name = account_role_name(one->role);
	struct buf b;

	if (!is_json) {
		printf("%.*s\t%.*s\t%.*s\t%s\t%s\t%s%.*s\n",
		    STR_ARG(one->login), STR_ARG(role_name),
		    STR_ARG(one->name), one->is_disabled ? "disabled" :
		    one->has_password ? "open" : "no password yet",
		    one->has_second ? "with a code" : "password alone",
		    one->seen_at.n ? "last here " : "never here",
		    STR_ARG(one->seen_at));
		return;
	}
	buf_init(&b, a, LINE_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "login", one->login);
	buf_json_pair(&b, "role", role_name);
	buf_json_pair(&b, "name", one->name);
	buf_json_pair(&b, "lang", lang_code(one->lang));
	buf_json_pair(&b, "seen_at", one->seen_at);
	buf_json_pair(&b, "created_at", one->created_at);
	buf_addf(&b, ",\"disabled\":%s,\"password\":%s,\"second\":%s,"
	    "\"sessions\":%lld}", one->is_disabled ? "true" : "false",
	    one->has_password ? "true" : "false",
	    one->has_second ? "true" : "false", (long long)one->sessions);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
}

static int
list(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct account *all;
	size_t count;
	struct run r;
	enum err e;

	if (!optionwords_read(words, word, NULL, 0, &is_json))
		return COMMAND_USAGE;
	if (start(c, NULL, &r))
		return COMMAND_FAILED;
	e = account_list(r.db, r.arena, PG_NULL, &all, &count);
	for (size_t i = 0; !e && i < count; i++)
		print_one(r.arena, &all[i], is_json);
	return end(&r, e);
}

int
usercommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "add", add }, { "first", first }, { "passwd", passwd },
		{ "reset", reset }, { "role", role }, { "disable", disable },
		{ "enable", enable }, { "second", second }, { "list", list },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return COMMAND_USAGE;
}
