/*
 * Implements accounts.h over account/account.  Nobody sets another's password
 * here: who is new, or has forgotten theirs, gets a link.
 */
#include "account/reset.h"
#include "base/arena.h"
#include "console/desk.h"
#include "console/shell.h"
#include "form/normal.h"
#include "http/request.h"
#include "page/view.h"
#include "store/pg.h"

#include "console/accounts.h"

#define WHERE "/console/accounts"

static const enum word role_words[ACCOUNT_ROLES] = {
	[ACCOUNT_READER] = WORD_ROLE_READER,
	[ACCOUNT_SELLER] = WORD_ROLE_SELLER,
	[ACCOUNT_MARKETER] = WORD_ROLE_MARKETER,
	[ACCOUNT_ADMINISTRATOR] = WORD_ROLE_ADMINISTRATOR,
};

/* What is said above the list, and what was typed below it. */
struct said {
	enum word text;
	bool is_said;
	int status;		/* 0: it went well */
	struct str login;
	struct str name;
};

static void
fill_roles(struct desk *d, struct view *v, const char *section,
    enum account_role chosen)
{
	for (size_t i = 0; i < ACCOUNT_ROLES; i++) {
		struct view *one = view_add(v, section);

		view_set(one, "ROLE", account_role_name(
		    (enum account_role)i));
		view_set(one, "ROLE_NAME", word_in(role_words[i], d->lang));
		if (i == chosen)
			view_set(one, "ROLE_CHOSEN", STR("1"));
	}
}

static void
fill_one(struct desk *d, struct view *v, const struct account *one)
{
	view_set(v, "USER_LOGIN", one->login);
	view_set(v, "USER_NAME", one->name);
	view_set(v, "USER_ROLE", word_in(role_words[one->role], d->lang));
	view_set(v, "USER_SEEN", one->seen_at.n ? one->seen_at :
	    word_in(WORD_NONE, d->lang));
	view_set(v, one->is_disabled ? "USER_CLOSED" : "USER_OPEN", STR("1"));
	if (!one->is_disabled && !one->has_password)
		view_set(v, "USER_INVITED", STR("1"));
	if (one->has_second)
		view_set(v, "USER_SECOND", STR("1"));
	if (!str_eq(one->login, d->login))
		view_set(v, "USER_OTHER", STR("1"));
	fill_roles(d, v, "USER_ROLES", one->role);
}

static enum turn
show(struct desk *d, const struct said *said)
{
	struct view *v = shell_begin(d, SHELL_ACCOUNTS,
	    word_in(WORD_NAV_ACCOUNTS, d->lang));
	struct account *all;
	size_t count;
	enum err e = account_list(d->db, d->rq->arena, d->session, &all,
	    &count);

	if (e)
		return desk_refuse(d, e);
	for (size_t i = 0; i < count; i++)
		fill_one(d, view_add(v, "USER"), &all[i]);
	fill_roles(d, v, "NEW_ROLES", ACCOUNT_READER);
	view_set(v, "NEW_LOGIN", said->login);
	view_set(v, "NEW_NAME", said->name);
	if (said->is_said)
		shell_notice(v, said->status ? SHELL_BAD : SHELL_GOOD,
		    word_in(said->text, d->lang));
	return shell_answer(d->rq, v, said->status ? said->status : 200,
	    "accounts");
}

static enum turn
look(struct desk *d)
{
	return show(d, &(struct said){ .is_said = false });
}

enum turn
accounts_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_ADMINISTRATOR, look);
}

/* A failure that who typed it can do something about; others refuse. */
static enum turn
tell(struct desk *d, enum err e, struct said *said)
{
	said->is_said = true;
	if (e == ERR_AWAY)
		return desk_refuse(d, e);
	if (e) {
		said->status = 422;
		said->text = e == ERR_LIMIT ? WORD_USER_THERE :
		    e == ERR_DENIED ? WORD_USER_LAST :
		    e == ERR_ABSENT ? WORD_USER_ABSENT : WORD_USER_UNFIT;
	}
	return show(d, said);
}

static enum turn
add(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct said said = { .text = WORD_USER_ADDED,
		.login = desk_field(d, STR("login")),
		.name = normal_text(a, desk_field(d, STR("name")), true) };
	struct account_wish w = { .by = d->session, .lang = d->lang,
		.name = said.name, .password = PG_NULL };
	enum err e = account_login(a, said.login, &w.login);

	if (!e && (!w.name.n || w.name.n > ACCOUNT_NAME_BYTES_MAX ||
	    str_has_control(w.name, false)))
		e = ERR_INPUT;
	if (!e)
		e = account_role_parse(desk_field(d, STR("role")), &w.role);
	if (!e)
		e = account_add(d->db, &w);
	if (!e)
		e = reset_ask(d->db, d->session, w.login);
	if (!e)
		said.login = said.name = STR_EMPTY;
	return tell(d, e, &said);
}

enum turn
accounts_add(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_ADMINISTRATOR, add);
}

static enum err
set_role(struct desk *d, struct str login)
{
	enum account_role role;
	enum err e = account_role_parse(desk_field(d, STR("role")), &role);

	return e ? e : account_set_role(d->db, d->session, login, role);
}

static enum err
disable(struct desk *d, struct str login)
{
	return account_disable(d->db, d->session, login, true);
}

static enum err
enable(struct desk *d, struct str login)
{
	return account_disable(d->db, d->session, login, false);
}

static enum err
drop_second(struct desk *d, struct str login)
{
	return account_drop_second(d->db, d->session, login);
}

static enum err
mail_link(struct desk *d, struct str login)
{
	return reset_ask(d->db, d->session, login);
}

static enum turn
change(struct desk *d)
{
	static const struct {
		struct str name;
		enum err (*run)(struct desk *d, struct str login);
	} deeds[] = {
		{ STR("role"), set_role },
		{ STR("disable"), disable },
		{ STR("enable"), enable },
		{ STR("second-off"), drop_second },
		{ STR("reset"), mail_link },
	};
	struct said said = { .text = WORD_USER_CHANGED };
	struct str deed = desk_field(d, STR("deed")), login;
	enum err e = account_login(d->rq->arena, desk_field(d,
	    STR("login")), &login);

	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (str_eq(deed, deeds[i].name))
			return tell(d, e ? e : deeds[i].run(d, login), &said);
	return desk_refuse(d, ERR_INPUT);
}

enum turn
accounts_change(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_ADMINISTRATOR, change);
}
