/*
 * Implements score.h.  The points are an order for people to work by, not a
 * probability.  What a rule set may say is scorerule's to check.
 */
#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "form/normal.h"
#include "lead/domain.h"

#include "lead/score.h"

#define REASON_BYTES_MAX 300
#define JSON_BYTES_MAX (64 << 10)
#define WORDS_BYTES_MAX 4096
#define DAY_CHARS 10		/* 2026-12-01 */

struct facts {
	struct str value[SCORE_FACTS_MAX];
	struct str reason[SCORE_FACTS_MAX];	/* to show in its place */
};

/* One being scored. */
struct scoring {
	struct arena *arena;
	const struct score_rules *rules;
	const struct score_input *in;
	int64_t at_ms;
	struct facts facts;
	/* As score_words has them; made when a rule asks. */
	struct str words[SCORE_FACTS_MAX];
	int64_t sum[SCORE_GROUPS_MAX];	/* of a group's own rules */
	struct score *out;
};

const char *
score_fact_name(size_t fact)
{
	static const char *const names[SCORE_FACTS] = {
		[SCORE_EMAIL] = "email", [SCORE_PHONE] = "phone",
		[SCORE_FIRST_NAME] = "first_name",
		[SCORE_LAST_NAME] = "last_name",
		[SCORE_COMPANY] = "company", [SCORE_POSTCODE] = "postcode",
		[SCORE_COUNTRY] = "country",
		[SCORE_GEO_COUNTRY] = "geo_country", [SCORE_ROLE] = "role",
		[SCORE_MAIL] = "mail", [SCORE_NAME] = "name",
		[SCORE_DOMAIN] = "domain", [SCORE_PLACE] = "place",
	};

	return fact < SCORE_FACTS ? names[fact] : NULL;
}

const char *
score_grade_name(enum score_grade g)
{
	return g == SCORE_HOT ? "hot" : g == SCORE_WARM ? "warm" : "cold";
}

struct str
score_words(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a, WORDS_BYTES_MAX);
	for (size_t i = 0, from = 0; i <= s.n; i++) {
		unsigned char c = i < s.n ? (unsigned char)s.p[i] : ' ';
		struct str word;

		if (c >= 0x80 || isalnum(c))
			continue;
		word = normal_letters(a, str_slice(s, from, i - from));
		from = i + 1;
		if (word.n && b.n + word.n + 2 <= WORDS_BYTES_MAX) {
			buf_add(&b, b.n ? STR_EMPTY : STR(" "));
			buf_add(&b, word);
			buf_byte(&b, ' ');
		}
	}
	return buf_str(&b);
}

/*
 * Is a said later than b?  What was said in one moment is told apart by its
 * words, so that no order of the happenings matters.
 */
static bool
is_later(int64_t a_ms, struct str a, int64_t b_ms, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order;

	if (a_ms != b_ms || !b.n)
		return a_ms > b_ms || !b.n;
	order = memcmp(a.p, b.p, n);
	return order ? order > 0 : a.n > b.n;
}

/* The last that was said of each; what was found of an address is with it. */
static void
gather(struct scoring *s)
{
	size_t facts = SCORE_FACTS + s->rules->owns;
	int64_t since[SCORE_FACTS_MAX];
	struct facts *f = &s->facts;

	for (size_t i = 0; i < facts; i++)
		since[i] = INT64_MIN;
	for (size_t h = 0; h < s->in->count; h++) {
		const struct score_happening *one = &s->in->happening[h];
		bool is_address;

		if (!one->said || one->at_ms > s->at_ms)
			continue;
		is_address = one->said[SCORE_EMAIL].n &&
		    is_later(one->at_ms, one->said[SCORE_EMAIL],
		    since[SCORE_EMAIL], f->value[SCORE_EMAIL]);
		for (size_t i = 0; i < facts; i++) {
			struct str v = one->said[i];
			bool is_found = i == SCORE_ROLE || i == SCORE_MAIL;

			if (is_found ? !is_address : !v.n ||
			    !is_later(one->at_ms, v, since[i], f->value[i]))
				continue;
			f->value[i] = v;
			since[i] = one->at_ms;
		}
	}
}

/* What follows from it, and what is shown of each. */
static void
follow(struct facts *f)
{
	static const char *const kinds[] = { [DOMAIN_NONE] = "",
		[DOMAIN_FREE] = "free", [DOMAIN_DISPOSABLE] = "disposable",
		[DOMAIN_COMPANY] = "company" };
	struct str domain = domain_of(f->value[SCORE_EMAIL]);
	struct str form = f->value[SCORE_COUNTRY];
	struct str geo = f->value[SCORE_GEO_COUNTRY];
	bool is_named = f->value[SCORE_FIRST_NAME].n &&
	    f->value[SCORE_LAST_NAME].n;

	f->value[SCORE_NAME] = is_named ? STR("given") : STR_EMPTY;
	f->value[SCORE_DOMAIN] = str_of(kinds[domain_kind(domain)]);
	/* "Unknown" is no point either way. */
	f->value[SCORE_PLACE] = !geo.n || !form.n ? STR("unknown") :
	    str_eq_fold(geo, form) ? STR("match") : STR("differs");
	for (size_t i = 0; i < SCORE_FACTS_MAX; i++)
		f->reason[i] = f->value[i];
	f->reason[SCORE_ROLE] = f->reason[SCORE_DOMAIN] = domain;
	f->reason[SCORE_PLACE] = form.n ? geo : STR_EMPTY;
}

static void
add(struct scoring *s, const struct score_share *share)
{
	assert(s->out->shares < SCORE_SHARES_MAX);
	s->out->share[s->out->shares++] = *share;
}

static void
count(struct scoring *s, const struct score_rule *r, int64_t points,
    struct str reason)
{
	s->sum[r->group] += points * SCORE_POINT;
	add(s, &(struct score_share){ r->key, s->rules->group[r->group].key,
	    points * SCORE_POINT, reason, 1, false });
}

static void
judge_number(struct scoring *s, const struct score_rule *r)
{
	int64_t n;

	if (!str_i64(s->facts.value[r->fact], INT64_MIN + 1, INT64_MAX - 1,
	    &n))
		return;
	for (size_t i = 0; i < r->bands; i++)
		if (n >= r->band[i].from && n < r->band[i].below)
			count(s, r, r->band[i].points,
			    s->facts.reason[r->fact]);
}

static void
judge_words(struct scoring *s, const struct score_rule *r)
{
	struct str text = s->facts.value[r->fact];
	bool is_whole = r->test == SCORE_IN;

	if (!text.n)
		return;
	if (!is_whole) {
		if (!s->words[r->fact].p)
			s->words[r->fact] = score_words(s->arena, text);
		text = s->words[r->fact];
	}
	for (size_t i = 0; i < r->words; i++) {
		if (is_whole ? !str_eq_fold(text, r->word[i]) :
		    !memmem(text.p, text.n, r->word[i].p, r->word[i].n))
			continue;
		count(s, r, r->points, is_whole ? s->facts.reason[r->fact] :
		    str_trim(r->word[i]));
		return;
	}
}

static int64_t
lasts_ms(const struct score_rule *r)
{
	return (int64_t)(r->half_life_ms * SCORE_HALF_LIVES_MAX);
}

int64_t
score_since(const struct score_rules *r, int64_t at_ms)
{
	int64_t most = r->recent_ms;

	for (size_t i = 0; i < r->rules; i++)
		if (r->rule[i].test == SCORE_EVENT &&
		    lasts_ms(&r->rule[i]) > most)
			most = lasts_ms(&r->rule[i]);
	return at_ms - most;
}

/* Each fades by itself, rounded by itself: their sum knows no order. */
static void
judge_events(struct scoring *s, const struct score_rule *r)
{
	int64_t left = 0, seen = 0, last_ms = INT64_MIN;
	char day[CLOCK_TEXT_BYTES];

	for (size_t i = 0; i < s->in->count; i++) {
		const struct score_happening *h = &s->in->happening[i];

		if (h->at_ms > s->at_ms || !str_eq(h->kind, r->kind) ||
		    (r->name.n && !str_eq(h->name, r->name)) ||
		    s->at_ms - h->at_ms > lasts_ms(r))
			continue;
		left += llround(exp2(-(double)(s->at_ms - h->at_ms) /
		    r->half_life_ms) * r->points * SCORE_POINT);
		seen++;
		if (h->at_ms > last_ms)
			last_ms = h->at_ms;
	}
	if (!seen)
		return;
	s->sum[r->group] += left;
	clock_text(last_ms, day);
	add(s, &(struct score_share){ r->key, s->rules->group[r->group].key,
	    left, buf_fmt(s->arena, REASON_BYTES_MAX, "%lld, last on %.*s",
	    (long long)seen, DAY_CHARS, day), r->points ? (double)left /
	    ((double)seen * r->points * SCORE_POINT) : 1, true });
}

static void
judge(struct scoring *s, const struct score_rule *r)
{
	switch (r->test) {
	case SCORE_GIVEN:
		if (s->facts.value[r->fact].n)
			count(s, r, r->points, STR("given"));
		else
			count(s, r, 0, STR("missing"));
		break;
	case SCORE_IN:
	case SCORE_WORDS:
		judge_words(s, r);
		break;
	case SCORE_BANDS:
		judge_number(s, r);
		break;
	case SCORE_EVENT:
		judge_events(s, r);
		break;
	}
}

/* What a group and those within it give, held to its bounds. */
static int64_t
close_group(struct scoring *s, size_t at)
{
	const struct score_group *g = &s->rules->group[at];
	int64_t cap = (int64_t)g->cap * SCORE_POINT;
	int64_t floor = (int64_t)g->floor * SCORE_POINT;
	int64_t sum = s->sum[at], held;

	for (size_t i = 0; i < s->rules->groups; i++)
		if (s->rules->group[i].within == (int)at)
			sum += close_group(s, i);
	held = sum > cap ? cap : sum < floor ? floor : sum;
	if (held != sum)
		add(s, &(struct score_share){ STR_EMPTY, g->key, held - sum,
		    buf_fmt(s->arena, REASON_BYTES_MAX, held < sum ?
		    "at most %d" : "at least %d", (int)(held < sum ? g->cap :
		    g->floor)), 1, false });
	return held;
}

static enum score_grade
grade(const struct scoring *s)
{
	const struct score_rules *r = s->rules;
	int64_t timing = s->in->timing_ms, last_ms = INT64_MIN;

	for (size_t i = 0; i < s->in->count; i++) {
		int64_t at = s->in->happening[i].at_ms;

		if (at <= s->at_ms && at > last_ms)
			last_ms = at;
	}
	if (s->out->points < r->warm)
		return SCORE_COLD;
	if (s->out->points < r->hot)
		return SCORE_WARM;
	/*
	 * What they told a seller is worth more than when they last came, until
	 * the day they named is long past.
	 */
	if (timing && s->at_ms - timing <= r->timing_ms)
		return timing - s->at_ms <= r->timing_ms ? SCORE_HOT :
		    SCORE_WARM;
	return last_ms > INT64_MIN && s->at_ms - last_ms <= r->recent_ms ?
	    SCORE_HOT : SCORE_WARM;
}

void
score_lead(struct arena *a, const struct score_rules *r,
    const struct score_input *in, int64_t at_ms, struct score *out)
{
	struct scoring s = { .arena = a, .rules = r, .in = in, .at_ms = at_ms,
		.out = out };
	int64_t sum;

	out->fit = out->engagement = 0;
	out->shares = 0;
	gather(&s);
	follow(&s.facts);
	for (size_t i = 0; i < r->rules; i++)
		judge(&s, &r->rule[i]);
	for (size_t i = 0; i < r->groups; i++)
		if (r->group[i].within < 0)
			*(r->group[i].part == SCORE_FIT ? &out->fit :
			    &out->engagement) += close_group(&s, i);
	sum = out->fit + out->engagement;
	sum = sum < 0 ? 0 : (sum + SCORE_POINT / 2) / SCORE_POINT;
	out->points = (int32_t)(sum > SCORE_MAX ? SCORE_MAX : sum);
	out->grade = grade(&s);
	out->is_mql = out->points >= r->mql.score &&
	    out->fit >= (int64_t)r->mql.fit * SCORE_POINT &&
	    out->engagement >= (int64_t)r->mql.engagement * SCORE_POINT;
}

struct str
score_points(struct arena *a, int64_t thousandths)
{
	int64_t whole = thousandths / SCORE_POINT;
	int64_t rest = llabs(thousandths % SCORE_POINT);
	struct str s = buf_fmt(a, STR_I64_BYTES, "%s%lld.%03d",
	    thousandths < 0 && !whole ? "-" : "", (long long)whole, (int)rest);

	while (s.p[s.n - 1] == '0')
		s.n--;
	s.n -= s.p[s.n - 1] == '.';
	return s;
}

struct str
score_json(struct arena *a, const struct score *s)
{
	struct buf b;

	buf_init(&b, a, JSON_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < s->shares; i++) {
		const struct score_share *p = &s->share[i];

		buf_addf(&b, "%s{", i ? "," : "");
		if (p->rule.n)
			buf_json_pair(&b, "rule", p->rule);
		else
			buf_add(&b, STR("\"rule\":null"));
		buf_json_pair(&b, "group", p->group);
		buf_json_name(&b, "points");
		buf_add(&b, score_points(a, p->thousandths));
		buf_json_pair(&b, "reason", p->reason);
		if (p->is_event)
			buf_addf(&b, ",\"decay\":%.4f", p->decay);
		buf_byte(&b, '}');
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}
