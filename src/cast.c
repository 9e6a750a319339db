/*
 * Implements cast.h.  Everything a visitor draws follows from the stage's
 * seed and the visitor's number, not from the order in which answers come.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "browse.h"
#include "choice.h"
#include "form/form.h"
#include "form/ticket.h"
#include "http/url.h"
#include "track/device.h"

#include "cast.h"

#define ACT_ARENA_BYTES ((size_t)1 << 30)
#define SCRATCH_ARENA_BYTES ((size_t)1 << 20)
#define URL_BYTES_MAX 8000
#define FORM_BYTES_MAX 16384
#define ID_BITS 5
/* What is drawn, so that no two draws are one. */
enum { DRAW_ID = 1, DRAW_SENDS = 1000, DRAW_STAYS_AWAY = 2000 };

/* A form filled in, on its way. */
struct post {
	size_t visitor;
	struct str form;
};

struct play {
	const struct cast_stage *stage;
	struct cast_act *act;
	struct cast_visitor *visitor;
	size_t visitors;
	struct arena *arena;
	struct arena *scratch;	/* of one answer */
	struct str page_url;
	struct str post_url;
	/* Rings: a visitor is at most once in each. */
	size_t *waiting;
	size_t waiting_first, waiting_count;
	struct post *post;
	size_t post_first, post_count;
	unsigned char *tries;
};

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* From 0 to 1, by what is drawn and for whom. */
static double
chance(const struct play *p, uint64_t what, size_t i)
{
	return (double)(mix(mix(mix(p->stage->seed) ^
	    (what + p->act->number)) ^ i) >> 11) * 0x1p-53;
}

static void
name_visitor(const struct play *p, size_t i)
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint64_t state = mix(mix(mix(p->stage->seed) ^ DRAW_ID) ^ i) +
	    p->tries[i];
	char *id = p->visitor[i].id;

	for (int k = 0; k < TOKEN_ID_CHARS; k++) {
		state = mix(state);
		id[k] = digits[state >> (64 - ID_BITS)];
	}
	id[TOKEN_ID_CHARS] = '\0';
}

static void __attribute__((format(printf, 2, 3)))
fail(struct cast_act *act, const char *format, ...)
{
	va_list list;

	if (act->failures++)
		return;
	va_start(list, format);
	vsnprintf(act->reason, sizeof act->reason, format, list);
	va_end(list);
}

static void
come(struct play *p, size_t i)
{
	p->waiting[(p->waiting_first + p->waiting_count++) % p->visitors] = i;
}

/* Forms go before pages: people don't wait with a form until all came. */
static bool
next(void *context, struct browse_request *out)
{
	struct play *p = context;

	if (p->act->failures >= CAST_FAILURES_MAX)
		return false;
	if (p->post_count) {
		const struct post *post = &p->post[p->post_first];

		p->post_first = (p->post_first + 1) % p->visitors;
		p->post_count--;
		*out = (struct browse_request){ .url = p->post_url,
			.form = post->form, .tag = post->visitor };
	} else if (p->waiting_count) {
		*out = (struct browse_request){ .url = p->page_url,
			.tag = p->waiting[p->waiting_first] };
		p->waiting_first = (p->waiting_first + 1) % p->visitors;
		p->waiting_count--;
	} else {
		return false;
	}
	out->cookie = str_of(p->visitor[out->tag].id);
	return true;
}

/* What somebody might answer. */
static struct str
value_of(const struct play *p, const struct field *f, const struct form *form,
    size_t i)
{
	switch (f->kind) {
	case FIELD_EMAIL:
		return buf_fmt(p->arena, FORM_BYTES_MAX, "v%zu%.*s", i,
		    STR_ARG(p->stage->domain));
	case FIELD_PHONE:
		return STR("+33 6 12 34 56 78");
	case FIELD_POSTCODE:
		return str_eq(form->country, STR("FR")) ? STR("75001") :
		    STR("1000");
	case FIELD_COUNTRY:
		return form->country;
	case FIELD_CHOICE:
		return f->options ? f->option[0].value : STR_EMPTY;
	case FIELD_CONSENT:
		return FIELD_TICKED;
	case FIELD_HIDDEN:
		return STR_EMPTY;
	default:
		return STR("Selftest");
	}
}

static void
add_pair(struct buf *b, struct str name, struct str value)
{
	if (b->n)
		buf_byte(b, '&');
	url_encode(b, name);
	buf_byte(b, '=');
	url_encode(b, value);
}

/* No more than the form demands. */
static struct str
fill_in(const struct play *p, const struct form *form, struct str token,
    size_t i)
{
	struct buf b;

	buf_init(&b, p->arena, FORM_BYTES_MAX);
	add_pair(&b, STR(FORM_TOKEN), token);
	for (size_t k = 0; k < form->fields; k++)
		if (form->field[k].is_required)
			add_pair(&b, form->field[k].name, value_of(p,
			    &form->field[k], form, i));
	for (size_t k = 0; k < form->consents; k++)
		if (form->consent[k].is_required)
			add_pair(&b, buf_join(p->arena,
			    STR(FORM_CONSENT_PREFIX), form->consent[k].key),
			    FIELD_TICKED);
	return buf_str(&b);
}

/* The form's token, or empty. */
static struct str
find_token(struct str page)
{
	static const char mark[] = "name=\"" FORM_TOKEN "\" value=\"";
	const char *at = memmem(page.p, page.n, mark, sizeof mark - 1);
	struct str token = STR_EMPTY, rest;

	if (!at)
		return token;
	at += sizeof mark - 1;
	str_cut((struct str){ at, page.n - (size_t)(at - page.p) }, '"',
	    &token, &rest);
	return token;
}

static int
arm_of(const struct site_page *pg, struct str variant)
{
	for (size_t i = 0; i < pg->variants; i++)
		if (str_eq(pg->variant[i].key, variant))
			return (int)i;
	return CAST_AWAY;
}

/* Of who is in no experiment: outside of coverage, a layer, a holdout… */
static void
replace(struct play *p, size_t i)
{
	if (!p->act->is_first) {
		fail(p->act, "who was counted once is not counted again");
	} else if (++p->tries[i] == CAST_TRIES) {
		fail(p->act, "of %d visitors the experiment takes none: is it"
		    " for other countries?", CAST_TRIES);
	} else {
		name_visitor(p, i);
		come(p, i);
	}
}

/* Served arm, a visitor may go on to send the form. */
static void
serve(struct play *p, size_t i, int arm, struct str token)
{
	struct cast_visitor *v = &p->visitor[i];
	size_t last = (p->post_first + p->post_count) % p->visitors;

	if (arm == CAST_AWAY) {
		fail(p->act, "a variant that is not the page's");
		return;
	}
	p->act->moved += !p->act->is_first && v->arm != arm;
	v->arm = arm;
	if (chance(p, DRAW_SENDS, i) >= p->act->sends[arm])
		return;
	p->post[last] = (struct post){ i, fill_in(p,
	    p->stage->page->variant[arm].form, token, i) };
	p->post_count++;
}

static void
take_page(struct play *p, size_t i, const struct browse_answer *answer)
{
	struct str token = find_token(answer->body);
	struct cast_visitor *v = &p->visitor[i];
	struct ticket t;

	p->act->pages++;
	arena_reset(p->scratch);
	if (!v->id[0] && token_id_is(answer->cookie)) {
		memcpy(v->id, answer->cookie.p, TOKEN_ID_CHARS);
		p->act->cookies++;
	}
	if (!v->id[0])
		fail(p->act, "a visitor without a cookie is given none");
	else if (ticket_open(p->scratch, &p->stage->key, token, &t))
		fail(p->act, "a page without a form of ours");
	else if (!t.experiment.n)
		replace(p, i);
	else if (!t.is_synthetic || !str_eq(t.experiment, p->act->book))
		fail(p->act, "a visitor is counted in %.*s",
		    STR_ARG(t.experiment));
	else
		serve(p, i, arm_of(p->stage->page, t.variant), token);
}

static void
take(void *context, const struct browse_request *rq,
    const struct browse_answer *answer)
{
	struct play *p = context;

	if (rq->form.n && answer->status == 303)
		p->visitor[rq->tag].is_sent = true;
	else if (rq->form.n)
		fail(p->act, "a form is answered with status %ld",
		    answer->status);
	else if (answer->status == 200)
		take_page(p, rq->tag, answer);
	else
		fail(p->act, "the page is answered with status %ld",
		    answer->status);
}

static bool
is_stranger(const struct play *p, size_t i)
{
	return i < CAST_STRANGERS && p->stage->experiment->targeting.returning
	    != SITE_RETURNING;
}

/* Everybody who comes, at the beginning. */
static void
gather(struct play *p)
{
	for (size_t i = 0; i < p->visitors; i++) {
		struct cast_visitor *v = &p->visitor[i];

		v->is_sent = false;
		if (p->act->is_first) {
			*v = (struct cast_visitor){ .arm = CAST_AWAY };
			if (!is_stranger(p, i))
				name_visitor(p, i);
		} else if (v->arm == CAST_AWAY || chance(p, DRAW_STAYS_AWAY, i)
		    < p->act->stays_away[v->arm]) {
			v->arm = CAST_AWAY;
			continue;
		}
		come(p, i);
	}
}

static enum lang
language_of(const struct cast_stage *s)
{
	unsigned wanted = s->experiment->targeting.langs;

	for (size_t i = 0; i < s->page->langs; i++)
		if (wanted >> s->page->lang[i] & 1)
			return s->page->lang[i];
	return s->page->lang[0];
}

static void
find_urls(struct play *p, struct str lang)
{
	const struct cast_stage *s = p->stage;
	const struct site_words *sources = &s->experiment->targeting.sources;
	struct str query = choice_selftest(p->arena, &s->key, s->page->key,
	    s->experiment->key, p->act->book);
	struct buf b;

	p->post_url = buf_fmt(p->arena, URL_BYTES_MAX, "%.*s/p/%.*s?lang=%.*s",
	    STR_ARG(s->conf->url), STR_ARG(s->page->key), STR_ARG(lang));
	buf_init(&b, p->arena, URL_BYTES_MAX);
	buf_addf(&b, "%.*s/p/%.*s%.*s&lang=%.*s", STR_ARG(s->conf->url),
	    STR_ARG(s->page->key), STR_ARG(query), STR_ARG(lang));
	if (sources->count) {
		buf_add(&b, STR("&utm_source="));
		url_encode(&b, sources->word[0]);
	}
	p->page_url = buf_str(&b);
}

/* A browser on a machine the experiment is for. */
static const char *
agent_of(const struct site_experiment *x)
{
	static const char *const agents[DEVICE_COUNT] = {
		[DEVICE_DESKTOP] = "Mozilla/5.0 (X11; Linux x86_64)"
		    " AppleWebKit/537.36 (KHTML, like Gecko)"
		    " Chrome/130.0.0.0 Safari/537.36",
		[DEVICE_MOBILE] = "Mozilla/5.0 (Linux; Android 10; K)"
		    " AppleWebKit/537.36 (KHTML, like Gecko)"
		    " Chrome/130.0.0.0 Mobile Safari/537.36",
		[DEVICE_TABLET] = "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac"
		    " OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
		    " Version/12.1.2 Mobile/15E148 Safari/604.1",
		[DEVICE_OTHER] = "Mozilla/5.0 (PlayStation; PlayStation"
		    " 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko)"
		    " Version/15.4 Safari/605.1.15",
	};
	enum device d;

	if (!x->targeting.devices.count ||
	    device_parse(x->targeting.devices.word[0], &d))
		d = DEVICE_DESKTOP;
	return agents[d];
}

enum err
cast_play(const struct cast_stage *stage, struct cast_act *act,
    struct cast_visitor *visitor, size_t visitors)
{
	struct play p = { .stage = stage, .act = act, .visitor = visitor,
		.visitors = visitors, .arena = arena_new(ACT_ARENA_BYTES),
		.scratch = arena_new(SCRATCH_ARENA_BYTES) };
	struct str lang = lang_code(language_of(stage));
	enum err e;

	p.waiting = arena_array(p.arena, visitors, sizeof *p.waiting);
	p.post = arena_array(p.arena, visitors, sizeof *p.post);
	p.tries = arena_array(p.arena, visitors, sizeof *p.tries);
	find_urls(&p, lang);
	gather(&p);
	e = browse_run(&(struct browse_plan){
		.agent = agent_of(stage->experiment),
		.language = lang,
		.next = next,
		.take = take,
		.context = &p,
	}, stage->stop, &act->limited);
	arena_free(p.scratch);
	arena_free(p.arena);
	return e;
}
