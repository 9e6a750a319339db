/* Implements looksline.h: reads and writes JSON, the arithmetic is looks'. */
#include "experiment/looks.h"
#include "experiment/looksline.h"
#include "experiment/testread.h"

#define COLUMNS 5

static const char error[] =
    "n, x: must be lists of one length, at each look of two arms";

static void
tell_row(const struct looks_row *row, json_t *column[COLUMNS])
{
	json_array_append_new(column[0], jsonline_interval(row->lift));
	json_array_append_new(column[1], jsonline_real(row->p));
	json_array_append_new(column[2], json_boolean(row->is_ready));
	json_array_append_new(column[3], jsonline_real(row->running_p));
	json_array_append_new(column[4], jsonline_real(row->split_p));
}

json_t *
looksline_answer(struct jsonline *q)
{
	const json_t *n = jsonline_member(q, "n"), *x = jsonline_member(q, "x");
	size_t count = json_array_size(n);
	struct looks_plan plan = {
		.alpha = testread_alpha(q),
		.n_star = testread_n_star(q, "n_star"),
		.split_concentration = testread_concentration(q,
		    "split_test_concentration", LOOKS_SPLIT_CONCENTRATION),
	};
	struct stats_arm arm[STATS_ARMS_MAX];
	json_t *column[COLUMNS];
	struct looks_row row;
	struct looks l;

	if (!count || count > LOOKSLINE_MAX || json_array_size(x) != count)
		jsonline_fail(q, error);
	if (!testread_weights(q, 2, plan.weight) || q->error)
		return NULL;
	for (size_t i = 0; i < COLUMNS; i++)
		column[i] = json_array();
	looks_init(&l, &plan);
	for (size_t i = 0; i < count && !q->error; i++) {
		if (jsonline_arms(q, json_array_get(n, i),
		    json_array_get(x, i), arm) != 2) {
			jsonline_fail(q, error);
			break;
		}
		looks_add(&l, arm[0], arm[1], &row);
		tell_row(&row, column);
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
	    "av_lift_ci", column[0],
	    "av_p", column[1],
	    "av_ready", column[2],
	    "av_running_p", column[3],
	    "first_significant_look", l.first_significant == LOOKS_NONE ?
	    json_null() : json_integer(l.first_significant),
	    "split_test_running_p", column[4]);
}
