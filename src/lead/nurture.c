/* Implements nurture.h. */
#include "lead/nurture.h"

#define DAY_MS INT64_C(86400000)
/* A day may be 25 hours long; what is not open by then never is. */
#define LOOK_AHEAD_MS (2 * DAY_MS)

static bool
is_open(const struct nurture_limits *l, const struct shift_zone *zone,
    size_t zones, int64_t at_ms)
{
	struct shift_hours hours = l->hours;
	struct shift s = { .hours = &hours, .hours_count = 1 };

	if (!zones)
		return shift_is_working(&s, at_ms);
	for (size_t i = 0; i < zones; i++) {
		s.zone = &zone[i];
		if (!shift_is_working(&s, at_ms))
			return false;
	}
	return true;
}

int64_t
nurture_open_ms(const struct nurture_limits *l, const struct shift_zone *zone,
    size_t zones, int64_t from_ms)
{
	int64_t at = from_ms;

	while (at - from_ms <= LOOK_AHEAD_MS) {
		if (is_open(l, zone, zones, at))
			return at;
		at += NURTURE_GRID_MS - at % NURTURE_GRID_MS;
	}
	/* A country too wide for one day: where most of its people live. */
	return zones > 1 ? nurture_open_ms(l, zone, 1, from_ms) : at;
}

static int64_t
uncapped_ms(const struct nurture_limits *l, const struct nurture_facts *f,
    int64_t now_ms)
{
	size_t max = (size_t)l->mails_max;
	int64_t free_ms = f->mails < max ? now_ms :
	    f->mailed[f->mails - max] + l->window_ms;

	return free_ms > now_ms ? free_ms : now_ms;
}

/* Why it ends here, whatever step they are at; or NULL. */
static const char *
ending(const struct scenario *s, const struct nurture_state *at,
    const struct nurture_facts *f, int64_t now_ms)
{
	if (f->is_gone)
		return "erased";
	if (f->consent == NURTURE_WITHDRAWN)
		return "withdrawn";
	if (f->consent == NURTURE_NEVER || (f->consent == NURTURE_PENDING &&
	    now_ms - at->entered_ms >= NURTURE_CONFIRM_MS))
		return "no-consent";
	if (f->is_closed)
		return "closed";
	if ((s->ends & SCENARIO_ANSWERED) && f->answered_ms)
		return "answered";
	if ((s->ends & SCENARIO_CONVERTED) && f->converted_ms)
		return "converted";
	if ((s->ends & SCENARIO_SUBMISSION) && f->submitted_ms)
		return "submitted";
	return NULL;
}

static bool
has_happened(const struct scenario_condition *c,
    const struct nurture_facts *f, int64_t now_ms)
{
	for (size_t i = 0; i < f->events; i++)
		if (str_eq(f->event[i].kind, c->event) &&
		    f->event[i].at_ms <= now_ms &&
		    f->event[i].at_ms > now_ms - c->within_ms)
			return true;
	return !c->event.n;
}

static bool
holds(const struct scenario_condition *c, const struct nurture_facts *f,
    int64_t now_ms)
{
	return scenario_fits(&c->offers, f->offer) &&
	    scenario_fits(&c->stages, f->stage) &&
	    scenario_fits(&c->grades, f->grade) && f->score >= c->score &&
	    has_happened(c, f, now_ms);
}

static const struct scenario_content *
choose(const struct scenario_step *step, const struct nurture_facts *f)
{
	for (size_t i = 0; i < step->contents; i++)
		if (scenario_fits(&step->content[i].offers, f->offer) &&
		    scenario_fits(&step->content[i].stages, f->stage))
			return &step->content[i];
	return NULL;
}

static int64_t
mail_ms(const struct nurture_limits *l, const struct nurture_facts *f,
    int64_t now_ms)
{
	if (f->consent == NURTURE_PENDING)
		return now_ms + NURTURE_ASK_MS;
	return nurture_open_ms(l, f->zone, f->zones,
	    uncapped_ms(l, f, now_ms));
}

static void
wait(struct nurture_action *out, int64_t until_ms)
{
	out->what = NURTURE_WAIT;
	out->until_ms = until_ms;
}

static void
end(struct nurture_action *out, const char *outcome)
{
	out->what = NURTURE_END;
	out->outcome = outcome;
}

/* Something is done, and the next step comes after it. */
static void
act(struct nurture_action *out, enum nurture_what what, int64_t now_ms)
{
	out->what = what;
	out->next.step++;
	out->next.since_ms = now_ms;
}

/* True when the step at out->next took no time: the next one is to be asked. */
static bool
pass(const struct scenario_step *step, const struct nurture_facts *f,
    int64_t now_ms, struct nurture_action *out)
{
	int64_t due_ms = out->next.since_ms + step->wait_ms;

	if (step->what == SCENARIO_CONDITION) {
		out->next.step = holds(&step->condition, f, now_ms) ?
		    step->then : step->otherwise;
		return true;
	}
	if (step->what != SCENARIO_WAIT)
		return false;
	if (due_ms > now_ms) {
		wait(out, due_ms);
		return false;
	}
	/* Not from now on: who is late with one wait is not with all. */
	out->next.step++;
	out->next.since_ms = due_ms;
	return true;
}

void
nurture_next(const struct scenario *s, const struct nurture_limits *l,
    const struct nurture_state *at, const struct nurture_facts *f,
    int64_t now_ms, struct nurture_action *out)
{
	const char *why = ending(s, at, f, now_ms);
	const struct scenario_step *step = NULL;
	int64_t due_ms;

	*out = (struct nurture_action){ .what = NURTURE_END, .next = *at };
	/* Conditions lead forward only, so this ends. */
	while (!why && out->next.step < s->steps) {
		step = &s->step[out->next.step];
		if (!pass(step, f, now_ms, out))
			break;
		step = NULL;
	}
	out->step = step;
	if (why || !step) {
		end(out, why ? why : "finished");
	} else if (step->what == SCENARIO_STOP) {
		end(out, "stopped");
	} else if (step->what == SCENARIO_NOTIFY) {
		act(out, NURTURE_NOTIFY, now_ms);
	} else if (step->what == SCENARIO_STAGE) {
		act(out, NURTURE_STAGE, now_ms);
	} else if (step->what == SCENARIO_MAIL) {
		due_ms = mail_ms(l, f, now_ms);
		out->content = choose(step, f);
		if (!out->content)
			end(out, "changed");
		else if (due_ms > now_ms)
			wait(out, due_ms);
		else
			act(out, NURTURE_MAIL, now_ms);
		out->zones = is_open(l, f->zone, f->zones, now_ms) ?
		    f->zones : 1;
	}
}
