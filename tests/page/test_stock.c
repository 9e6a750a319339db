/* Tests src/page/stock.c with the templates of the tree. */
#include <stdlib.h>

#include "page/stock.h"
#include "page/template.h"
#include "support/suite.h"

static const struct {
	const char *json;
	const char *said;	/* empty: all is there */
} documents[] = {
	{ "{\"pages\":[{\"variants\":[{\"template\":\"hero\"}]}]}", "" },
	{ "{\"pages\":[{\"variants\":[{\"template\":\"hero\"},"
	    "{\"template\":\"nope\"}]},{\"variants\":[{\"template\":\"x\"}]}]}",
	    "$.pages[0].variants[1].template: there is no landing/nope.tpl\n"
	    "$.pages[1].variants[0].template: there is no landing/x.tpl\n" },
	{ "{\"pages\":[{\"archived\":true,\"variants\":"
	    "[{\"template\":\"gone\"}]}]}", "" },
	{ "{\"pages\":{}}", "" }, { "{\"pages\":[{\"variants\":[{}]}]}", "" },
	{ "[]", "" }, { "", "" }, { "{", "" },
};

START_TEST(templates_that_are_not_there_are_named)
{
	struct template_set *set;
	char *said;
	size_t n;
	FILE *out = open_memstream(&said, &n);
	enum err e;

	ck_assert_int_eq(template_load(STR("templates"), &set, stderr), OK);
	e = stock_check(str_of(documents[_i].json), set, out);
	fclose(out);
	ck_assert_str_eq(said, documents[_i].said);
	ck_assert_int_eq(e, *documents[_i].said ? ERR_INPUT : OK);
	template_free(set);
	free(said);
} END_TEST

SUITE(stock)
{
	SUITE_LOOP(templates_that_are_not_there_are_named, COUNT(documents));
}
