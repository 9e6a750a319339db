/*
 * Implements objection.h.  What becomes of such visits is choice.c's: the
 * control, in no experiment, and no cookie.
 */
#include "app.h"
#include "base/conf.h"
#include "base/phrase.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/response.h"
#include "page/render.h"
#include "page/site.h"
#include "visit.h"
#include "visitor.h"

#include "objection.h"

enum turn
objection_ask(struct request *rq)
{
	bool is_refused = choice_is_refused(rq);
	const struct site_variant *shown;
	struct visit v;

	if (!visit_begin(rq, &v))
		return TURN_ANSWERED;
	shown = v.variant;
	response_set(rq, 200, RESPONSE_HTML, render_answer(rq->arena,
	    &(struct render_answer){
		.picture = v.picture,
		.static_url = rq->app->conf->static_url,
		.lang = v.lang,
		.brand = site_part(shown->part, shown->parts, STR("brand"),
		    v.lang),
		.headline = phrase_in(is_refused ? PHRASE_MEASURE_OFF :
		    PHRASE_MEASURE_ON, v.lang),
		.text = phrase_in(is_refused ? PHRASE_MEASURE_OFF_TEXT :
		    PHRASE_MEASURE_ON_TEXT, v.lang),
		.action = visit_path(rq, &v, is_refused ?
		    RENDER_MEASURE_PATH "/again" : RENDER_MEASURE_PATH),
		.button = phrase_in(is_refused ? PHRASE_MEASURE_ON_BUTTON :
		    PHRASE_MEASURE_OFF_BUTTON, v.lang),
		.back = visit_path(rq, &v, ""),
	    }));
	visit_end(rq, &v);
	return TURN_ANSWERED;
}

static enum turn
keep(struct request *rq, struct str value, int64_t age_s)
{
	struct visit v;

	if (!visit_begin(rq, &v))
		return TURN_ANSWERED;
	response_redirect(rq, 303, visit_path(rq, &v, RENDER_MEASURE_PATH));
	cookie_set(rq, STR(VISITOR_COOKIE), value,
	    rq->app->conf->cookie_domain, age_s);
	visit_end(rq, &v);
	return TURN_ANSWERED;
}

enum turn
objection_take(struct request *rq)
{
	return keep(rq, STR(VISITOR_OBJECTS), VISITOR_COOKIE_AGE_S);
}

enum turn
objection_take_back(struct request *rq)
{
	return keep(rq, STR_EMPTY, 0);
}
