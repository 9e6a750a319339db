/*
 * Implements stage.h.  What was answered so far travels in plain hidden fields
 * and is judged anew with each post, the whole of it with the last: the seal
 * keeps no secret, it keeps a question from being skipped.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "form/answers.h"
#include "form/form.h"

#include "form/stage.h"

#define PURPOSE "stage"
#define PAYLOAD_BYTES_MAX 200
/* Of a hash, enough to know a form's fields again. */
#define SUM_CHARS 16

static_assert(FORM_FIELDS_MAX <= 64, "a field is a bit");

static bool
is_among(struct str name, const struct str *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(all[i], name))
			return true;
	return false;
}

struct stage
stage_first(const struct form *f, const struct str *answered, size_t count)
{
	struct stage s = { .step = 0 };
	size_t asked = 0;

	for (size_t i = 0; i < f->stocked; i++) {
		struct str name = f->field[f->stock[i]].name;

		if (asked < f->ask && !is_among(name, answered, count))
			asked++;
		else
			s.unasked |= UINT64_C(1) << f->stock[i];
	}
	return s;
}

/* Other fields, or in another order, and a bit means another question. */
static struct str
sum_of(struct arena *a, const struct form *f)
{
	size_t most = f->key.n + 1;
	struct buf b;

	for (size_t i = 0; i < f->fields; i++)
		most += f->field[i].name.n + 1;
	buf_init(&b, a, most);
	buf_add(&b, f->key);
	for (size_t i = 0; i < f->fields; i++) {
		buf_byte(&b, ' ');
		buf_add(&b, f->field[i].name);
	}
	return str_slice(token_hash(buf_str(&b), arena_take(a,
	    TOKEN_HASH_TEXT)), 0, SUM_CHARS);
}

struct str
stage_seal(struct arena *a, const struct token_key *k, const struct form *f,
    const struct stage *s)
{
	struct stage first = stage_first(f, NULL, 0);

	if (s->step == first.step && s->unasked == first.unasked &&
	    !s->has_begun && !s->is_trapped)
		return STR_EMPTY;
	return token_seal(a, k, PURPOSE, buf_fmt(a, PAYLOAD_BYTES_MAX,
	    "%.*s %u %llu %d%d", STR_ARG(sum_of(a, f)), s->step,
	    (unsigned long long)s->unasked, s->has_begun, s->is_trapped));
}

static bool
parse(struct arena *a, const struct form *f, struct str payload,
    struct stage *out)
{
	struct str sum, step, unasked, flags;

	if (!str_cut(payload, ' ', &sum, &payload) ||
	    !str_cut(payload, ' ', &step, &payload) ||
	    !str_cut(payload, ' ', &unasked, &flags) ||
	    !str_eq(sum, sum_of(a, f)) ||
	    !str_u32(step, 0, FORM_STEPS_MAX, &out->step) ||
	    !str_u64(unasked, 0, UINT64_MAX, &out->unasked) ||
	    out->step > (f->steps ? f->steps - 1 : 0))
		return false;
	out->has_begun = str_has_prefix(flags, STR("1"));
	out->is_trapped = str_has_suffix(flags, STR("1"));
	return true;
}

struct stage
stage_open(struct arena *a, const struct token_key *k, const struct form *f,
    const struct form_post *post)
{
	struct stage s;
	struct str text, payload;

	if (answers_find(post, STR(STAGE_NAME), &text) == 1 &&
	    !token_open(a, k, PURPOSE, text, &payload) &&
	    parse(a, f, payload, &s))
		return s;
	return stage_first(f, NULL, 0);
}

bool
stage_is_last(const struct form *f, const struct stage *s)
{
	return s->step + 1 >= f->steps;
}

static bool
is_in_step(const struct form *f, const struct stage *s, size_t field)
{
	const struct field *one = &f->field[field];

	/* Nobody can answer a hidden one: it is judged at the end. */
	return one->kind == FIELD_HIDDEN ? stage_is_last(f, s) :
	    one->step == s->step;
}

bool
stage_has(const struct form *f, const struct stage *s, size_t field)
{
	return is_in_step(f, s, field) && !(s->unasked >> field & 1);
}

bool
stage_is_passed(const struct form *f, const struct form_result *r,
    size_t field)
{
	const struct field *one = &f->field[field];

	return one->show_if.values && !r->value[field].is_shown &&
	    f->field[one->show_if.field].step < one->step;
}

static bool
has_question(const struct form *f, const struct form_result *r,
    uint32_t step)
{
	const struct stage there = { .step = step,
	    .unasked = r->stage.unasked };

	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind != FIELD_HIDDEN &&
		    stage_has(f, &there, i) && !stage_is_passed(f, r, i))
			return true;
	return stage_is_last(f, &there);
}

static void
go_on(const struct form *f, struct form_result *r)
{
	do
		r->stage.step++;
	while (!has_question(f, r, r->stage.step));
	r->stage.has_begun = true;
}

static void
go_back(const struct form *f, struct form_result *r)
{
	uint32_t step = r->stage.step;

	while (step && !has_question(f, r, --step))
		;
	r->stage.step = step;
}

/* Errors in the step that is shown; of boxes in the last. */
static size_t
count_errors(const struct form *f, const struct form_result *r)
{
	size_t errors = 0;

	for (size_t i = 0; i < f->fields; i++)
		errors += r->value[i].error != FIELD_FINE &&
		    is_in_step(f, &r->stage, i);
	for (size_t i = 0; stage_is_last(f, &r->stage) && i < f->consents; i++)
		errors += r->consent_error[i] != FIELD_FINE;
	return errors;
}

void
stage_focus(const struct form *f, struct form_result *r)
{
	r->errors = count_errors(f, r);
	for (size_t i = 0; i < f->fields; i++)
		if (!is_in_step(f, &r->stage, i))
			r->value[i].error = FIELD_FINE;
	for (size_t i = 0; !stage_is_last(f, &r->stage) && i < f->consents;
	    i++)
		r->consent_error[i] = FIELD_FINE;
}

/* A step that is only shown now is not wrong yet. */
static enum stage_turn
show(const struct form *f, struct form_result *r)
{
	for (size_t i = 0; i < f->fields; i++)
		r->value[i].error = FIELD_FINE;
	for (size_t i = 0; i < f->consents; i++)
		r->consent_error[i] = FIELD_FINE;
	r->errors = 0;
	return STAGE_SHOW;
}

enum stage_turn
stage_move(const struct form *f, const struct form_post *post,
    struct form_result *r)
{
	struct str unused;

	r->stage.is_trapped = r->is_trapped;
	if (f->steps && r->stage.step &&
	    answers_find(post, STR(STAGE_BACK), &unused)) {
		go_back(f, r);
		return show(f, r);
	}
	if (!stage_is_last(f, &r->stage)) {
		if (count_errors(f, r))
			return STAGE_WRONG;
		go_on(f, r);
		return show(f, r);
	}
	if (!r->errors)
		return STAGE_SEND;
	for (r->stage.step = 0; !count_errors(f, r); r->stage.step++)
		assert(!stage_is_last(f, &r->stage));
	return STAGE_WRONG;
}
