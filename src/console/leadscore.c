/* Implements leadscore.h over lead/rescore and lead/score. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "console/desk.h"
#include "console/shell.h"
#include "console/term.h"
#include "form/date.h"
#include "http/request.h"
#include "http/url.h"
#include "lead/leaddesk.h"
#include "lead/rescore.h"
#include "page/view.h"

#include "console/leadscore.h"

static void
fill_share(struct arena *a, struct view *v, const struct score_share *p)
{
	struct view *row = view_add(v, "SHARE");

	view_set(row, "SHARE_RULE", arena_copy(a, p->rule.n ? p->rule :
	    p->group));
	view_set(row, "SHARE_POINTS", arena_copy(a, score_points(a,
	    p->thousandths)));
	view_set(row, "SHARE_WHY", arena_copy(a, p->reason));
}

static void
fill_score(struct desk *d, struct view *v, const struct score_rules *r,
    const struct score *s)
{
	struct arena *a = d->rq->arena;
	char points[STR_I64_BYTES], version[STR_I64_BYTES];

	view_set(v, "SCORE_SUM", word_fill(a, WORD_DESK_SCORE_SUM, d->lang,
	    (struct str[]){ str_from_i64(points, s->points),
	    term_in(str_of(score_grade_name(s->grade)), d->lang),
	    score_points(a, s->fit), score_points(a, s->engagement),
	    str_from_i64(version, r->version) }, 5));
	if (s->shares)
		view_set(v, "SHARES", STR("1"));
	for (size_t i = 0; i < s->shares; i++)
		fill_share(a, v, &s->share[i]);
}

/* The end of a day that was asked for, or now. */
static enum err
moment_of(struct desk *d, struct view *v, int64_t *at_ms)
{
	struct arena *a = d->rq->arena;
	struct str typed = str_trim(url_query(a, d->rq->query, STR("at")));
	int64_t day;
	enum err e;

	*at_ms = clock_now_ms();
	if (!typed.n)
		return OK;
	if (date_parse(typed, &day)) {
		shell_notice(v, SHELL_BAD, word_in(WORD_TOLD_DAY, d->lang));
		return OK;
	}
	view_set(v, "SCORE_DAY", date_iso(a, day));
	e = rescore_moment(d->db, date_iso(a, day), at_ms);
	if (!e && *at_ms + SCORE_DAY_MS < clock_now_ms())
		*at_ms += SCORE_DAY_MS - 1;
	else
		*at_ms = clock_now_ms();
	return e == ERR_INPUT ? OK : e;
}

enum err
leadscore_fill(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct arena *a = arena_new(RESCORE_LEAD_BYTES_MAX);
	struct rescore_view view = { .session = d->session, .lead = l->id };
	struct score *s = ARENA_NEW(a, struct score);
	const struct score_rules *r;
	struct rescore_lead lead;
	enum err e = moment_of(d, v, &view.at_ms);

	if (!e)
		e = rescore_rules(d->db, a, view.at_ms + RESCORE_SKEW_MS, &r);
	if (!e)
		e = rescore_desk(d->db, a, r, &view, &lead);
	if (!e) {
		score_lead(a, r, &lead.in, view.at_ms, s);
		fill_score(d, v, r, s);
	}
	if (e == ERR_ABSENT)
		view_set(v, "NO_SCORE", STR("1"));
	view_set(v, "SCORING", STR("1"));
	arena_free(a);
	return e == ERR_ABSENT ? OK : e;
}
