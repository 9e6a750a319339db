/* Implements bant.h. */
#include "base/arena.h"
#include "form/date.h"
#include "form/number.h"

#include "lead/bant.h"

#define CENTS 2

static const char *const topic_names[BANT_TOPICS] = {
	[BANT_BUDGET] = "budget", [BANT_AUTHORITY] = "authority",
	[BANT_NEED] = "need", [BANT_TIMING] = "timing",
};

const char *
bant_topic_name(size_t topic)
{
	return topic < BANT_TOPICS ? topic_names[topic] : NULL;
}

enum err
bant_topic_parse(struct str name, enum bant_topic *out)
{
	for (size_t i = 0; i < BANT_TOPICS; i++)
		if (str_eq(name, str_of(topic_names[i]))) {
			*out = (enum bant_topic)i;
			return OK;
		}
	return ERR_INPUT;
}

static enum err
parse_amount(struct arena *a, struct str typed, int64_t *out)
{
	struct str normal;
	int64_t cents = 0;
	enum err e = number_parse(a, str_trim(typed), CENTS, &normal, &cents);

	if (e || cents < 0 || cents >= NUMBER_WHOLE_MAX * number_scale(CENTS) +
	    number_scale(CENTS))
		return ERR_INPUT;
	*out = cents / number_scale(CENTS);
	return OK;
}

enum err
bant_parse(struct arena *a, enum bant_topic topic, struct str typed,
    struct bant_answer *out)
{
	static const struct {
		const char *word;
		enum bant_word means;
	} words[] = {
		{ "yes", BANT_YES }, { "no", BANT_NO },
		{ "unknown", BANT_UNKNOWN },
	};

	*out = (struct bant_answer){ 0 };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(typed, str_of(words[i].word))) {
			out->word = words[i].means;
			return OK;
		}
	if (topic == BANT_TIMING && str_eq(typed, STR("now"))) {
		out->word = BANT_YES;
		return OK;
	}
	out->word = BANT_NUMBER;
	if (topic == BANT_TIMING)
		return date_parse(typed, &out->number);
	return topic == BANT_BUDGET ? parse_amount(a, typed, &out->number) :
	    ERR_INPUT;
}

struct str
bant_text(struct arena *a, enum bant_topic topic, struct str typed,
    const struct bant_answer *answer)
{
	if (answer->word != BANT_NUMBER)
		return typed;
	return topic == BANT_TIMING ? date_iso(a, answer->number) :
	    str_from_i64(arena_take(a, STR_I64_BYTES), answer->number);
}

struct bant_rule
bant_rule_default(void)
{
	return (struct bant_rule){ .timing_days_max = BANT_TIMING_DAYS,
	    .good_min = BANT_TOPICS };
}

/* An amount or a date becomes the yes or no that it means. */
static enum bant_word
meaning(const struct bant_rule *r, const struct bant_answer *a,
    enum bant_topic topic, int64_t last_day)
{
	if (a->word != BANT_NUMBER)
		return a->word;
	if (topic == BANT_BUDGET)
		return a->number >= r->budget_min ? BANT_YES : BANT_NO;
	return a->number <= last_day ? BANT_YES : BANT_NO;
}

void
bant_decide(const struct bant_rule *r,
    const struct bant_answer answer[BANT_TOPICS], int64_t last_day,
    struct bant_verdict *out)
{
	enum bant_word means[BANT_TOPICS];

	*out = (struct bant_verdict){ .reason = "" };
	for (size_t i = 0; i < BANT_TOPICS; i++) {
		means[i] = meaning(r, &answer[i], (enum bant_topic)i,
		    last_day);
		out->good += means[i] == BANT_YES;
		/* Who decides can still be found: no is not the last word. */
		out->is_missing[i] = means[i] == BANT_UNKNOWN ||
		    (i == BANT_AUTHORITY && means[i] == BANT_NO);
	}
	if (means[BANT_NEED] == BANT_NO || means[BANT_BUDGET] == BANT_NO) {
		out->outcome = BANT_DISQUALIFIED;
		out->reason = means[BANT_NEED] == BANT_NO ? "no-need" :
		    "no-budget";
	} else if (means[BANT_TIMING] == BANT_NO) {
		out->outcome = BANT_LATER;
		out->reason = "too-early";
		out->until = answer[BANT_TIMING].number;
	} else if (out->good >= r->good_min) {
		out->outcome = BANT_READY;
	}
}
