/* Implements preferences.h over deliver/preference.  Translates only. */
#include "app.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/phrase.h"
#include "confirm.h"
#include "deliver/link.h"
#include "deliver/preference.h"
#include "http/body.h"
#include "http/request.h"
#include "http/response.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "store/group.h"
#include "store/pool.h"
#include "visitor.h"

#include "preferences.h"

#define SHOWN STR("shown")
#define KEEP STR("keep")

static enum turn
refuse(struct request *rq, int status)
{
	visitor_refuse(rq, status);
	return TURN_ANSWERED;
}

static bool
is_away(const struct request *rq)
{
	struct group_count group;

	group_counts(rq->app->group, &group);
	return group.is_away;
}

/*
 * The page, with a box for what stands.  Without our template there would be
 * a button and no boxes: then there is no page.
 */
static enum turn
answer(struct request *rq, const struct link *l, bool is_done,
    const struct preference *p, size_t count)
{
	const struct picture *picture = snapshot_hold(rq->app->snapshot);
	struct render_choice *choice = arena_array(rq->arena, count,
	    sizeof *choice);
	struct render_answer r = { .picture = picture, .lang = l->lang,
		.static_url = rq->app->conf->static_url,
		.choice = choice, .choices = count };
	enum phrase text = PHRASE_PREFERENCES_NONE_TEXT;

	if (!picture)
		return refuse(rq, 503);
	r.brand = confirm_brand(rq, site_find(picture->site, l->page),
	    l->lang);
	for (size_t i = 0; i < count; i++) {
		choice[i] = (struct render_choice){ p[i].name, p[i].wording,
			p[i].is_live };
		if (!p[i].is_live)
			continue;
		text = PHRASE_PREFERENCES_ASK_TEXT;
		r.action = rq->path;
		r.button = phrase_in(PHRASE_PREFERENCES_BUTTON, l->lang);
	}
	if (is_done && text == PHRASE_PREFERENCES_ASK_TEXT)
		text = PHRASE_PREFERENCES_DONE_TEXT;
	r.headline = phrase_in(is_done ? PHRASE_PREFERENCES_DONE :
	    PHRASE_PREFERENCES_ASK, l->lang);
	r.text = phrase_in(text, l->lang);
	response_set(rq, 200, RESPONSE_HTML, render_answer(rq->arena, &r));
	snapshot_release(rq->app->snapshot, picture);
	return TURN_ANSWERED;
}

static enum turn
show(struct request *rq, const struct link *l, struct pg *db, bool is_done)
{
	struct preference *p;
	size_t count;

	if (preference_list(db, rq->arena, &l->submission, l->lang, &p,
	    &count))
		return refuse(rq, 503);
	return answer(rq, l, is_done, p, count);
}

enum turn
preferences_ask(struct request *rq)
{
	enum turn turn;
	struct link l;
	struct pg *db;

	if (link_open(rq->arena, &rq->app->key, LINK_PREFERENCES,
	    rq->param[0], &l))
		return refuse(rq, 403);
	if (is_away(rq))
		return refuse(rq, 503);
	db = pool_take(rq->app->pool);
	turn = show(rq, &l, db, false);
	pool_give(rq->app->pool, db);
	return turn;
}

static bool
is_kept(const struct body *b, struct str name)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_eq(b->field[i].name, KEEP) &&
		    str_eq(b->field[i].value, name))
			return true;
	return false;
}

/* What was shown with a box that is no longer ticked. */
static size_t
read_gone(const struct body *b, struct str gone[PREFERENCE_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < b->count && count < PREFERENCE_MAX; i++)
		if (str_eq(b->field[i].name, SHOWN) &&
		    b->field[i].value.n <= PREFERENCE_NAME_BYTES_MAX &&
		    !is_kept(b, b->field[i].value))
			gone[count++] = b->field[i].value;
	return count;
}

enum turn
preferences_take(struct request *rq)
{
	struct str gone[PREFERENCE_MAX];
	struct body body = { .count = 0 };
	enum turn turn;
	size_t count;
	struct link l;
	struct pg *db;

	if (link_open(rq->arena, &rq->app->key, LINK_PREFERENCES,
	    rq->param[0], &l))
		return refuse(rq, 403);
	if (body_parse(rq->arena, rq->content_type, rq->body, &body))
		return refuse(rq, 400);
	if (is_away(rq))
		return refuse(rq, 503);
	count = read_gone(&body, gone);
	db = pool_take(rq->app->pool);
	turn = preference_end(db, rq->arena, &l.submission, gone, count) ?
	    refuse(rq, 503) : show(rq, &l, db, true);
	pool_give(rq->app->pool, db);
	return turn;
}
