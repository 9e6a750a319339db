/* Factorial plans that can't be what they say are refused by path. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "experiment/designcheck.h"
#include "support/suite.h"

#define FACTORS "\"factors\":[{\"key\":\"f\",\"levels\":[\"0\",\"1\"]}," \
    "{\"key\":\"g\",\"levels\":[\"0\",\"1\"]}," \
    "{\"key\":\"h\",\"levels\":[\"0\",\"1\"]}]"
#define VARIANT(key, f, g, h) "{\"key\":\"" key "\",\"levels\":{\"f\":\"" f \
    "\",\"g\":\"" g "\",\"h\":\"" h "\"}}"
#define SITE(variants, more) "{\"pages\":[{\"key\":\"p\",\"variants\":[" \
    variants "]}],\"experiments\":[{\"key\":\"x\",\"page\":\"p\"," FACTORS \
    more "}]}"
#define RUNS VARIANT("a", "0", "0", "1") "," \
    VARIANT("b", "0", "1", "0") "," \
    VARIANT("c", "1", "0", "0") "," VARIANT("d", "1", "1", "1")
#define OTHERS VARIANT("a", "0", "0", "0") "," VARIANT("b", "0", "1", "0") \
    "," VARIANT("c", "1", "0", "0") "," VARIANT("d", "1", "1", "1")
#define WEIGHTS "\"weights\":{\"a\":0.25,\"b\":0.25,\"c\":0.25," \
    "\"d\":0.25}"
#define HALF ",\"design\":\"2^(3-1)\""

static const struct {
	const char *json;
	const char *complaint;	/* NULL: none */
} cases[] = {
	{ SITE(RUNS, HALF), NULL },
	{ SITE(OTHERS, HALF), "$.experiments[0].design: variant a is no run" },
	{ SITE(OTHERS, ""), NULL },
	{ SITE(RUNS, HALF ",\"planned_visitors\":2000,\"baseline\":0.1,"
	    WEIGHTS), NULL },
	/* 100 visitors in the smallest cell are enough, 99 are not. */
	{ SITE(RUNS, HALF ",\"planned_visitors\":400,\"baseline\":0.5,"
	    WEIGHTS), NULL },
	{ SITE(RUNS, HALF ",\"planned_visitors\":396,\"baseline\":0.5,"
	    WEIGHTS),
	    "$.experiments[0].planned_visitors: the smallest cell would have"
	    " 99 visitors" },
	/* So are 25 conversions, in cells that are products of weights. */
	{ SITE("", ",\"planned_visitors\":8000,\"baseline\":0.025"), NULL },
	{ SITE("", ",\"planned_visitors\":8000,\"baseline\":0.024"),
	    "$.experiments[0].planned_visitors: the smallest cell would have"
	    " 1000 visitors and 24 conversions" },
	{ SITE("", ",\"planned_visitors\":100"), NULL },
	{ "{\"experiments\":[{\"key\":\"x\",\"page\":\"p\"}]}", NULL },
	{ "{\"experiments\":[{\"page\":7," FACTORS HALF "}]}", NULL },
	{ "[", NULL },
};

START_TEST(a_design_is_what_it_says)
{
	char *text = NULL;
	size_t n = 0;
	FILE *complaints = open_memstream(&text, &n);
	enum err e = designcheck_run(str_of(cases[_i].json), complaints);

	fclose(complaints);
	ck_assert_int_eq(e, cases[_i].complaint ? ERR_INPUT : OK);
	if (cases[_i].complaint)
		ck_assert_msg(str_has_prefix(str_of(text),
		    str_of(cases[_i].complaint)), "%s", text);
	else
		ck_assert_uint_eq(n, 0);
	free(text);
} END_TEST

SUITE(designcheck)
{
	SUITE_LOOP(a_design_is_what_it_says, COUNT(cases));
}
