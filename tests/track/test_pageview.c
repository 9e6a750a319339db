/* Tests track/pageview. */
#include <string.h>

#include "support/suite.h"
#include "track/pageview.h"

#define ID "0192f0c1-7c1e-7abc-8def-0123456789ab"
#define FIELDS_MAX 5

static struct str
repeated(char c, size_t n, const char *first)
{
	char *p = arena_array(suite_arena(), n + 1, 1);

	memset(p, c, n);
	memcpy(p, first, strlen(first));
	return (struct str){ p, n };
}

static const struct {
	const char *field[FIELDS_MAX][2];
	bool ok, is_linked;
} views[] = {
	{ { { "id", ID }, { "path", "/" } }, true, false },
	{ { { "kind", "view" }, { "id", ID }, { "path", "/a%20b/c" },
	    { "who", "" }, { "link", "" } }, true, false },
	{ { { "id", ID }, { "path", "/" }, { "who", "t" }, { "link", "1" } },
	    true, true },
	{ { { "id", ID }, { "path", "/" }, { "link", "1" } }, false, false },
	{ { { "id", ID }, { "path", "/" }, { "who", "t" }, { "link", "2" } },
	    false, false },
	{ { { "path", "/" } }, false, false },
	{ { { "id", ID } }, false, false },
	{ { { "id", "7" }, { "path", "/" } }, false, false },
	{ { { "id", ID }, { "id", ID }, { "path", "/" } }, false, false },
	{ { { "id", ID }, { "path", "/" }, { "path", "/" } }, false, false },
	{ { { "id", ID }, { "path", "" } }, false, false },
	{ { { "id", ID }, { "path", "a" } }, false, false },
	{ { { "id", ID }, { "path", "/a b" } }, false, false },
	{ { { "id", ID }, { "path", "/a?mail=ana@example.org" } }, false,
	    false },
	{ { { "id", ID }, { "path", "/a#b" } }, false, false },
	{ { { "id", ID }, { "path", "/a\xc3\xa9" } }, false, false },
	{ { { "id", ID }, { "path", "/a\n" } }, false, false },
};
START_TEST(a_view_is_read)
{
	struct str_pair field[FIELDS_MAX];
	struct pageview v;
	size_t count = 0;

	for (; count < FIELDS_MAX && views[_i].field[count][0]; count++)
		field[count] = (struct str_pair){
			str_of(views[_i].field[count][0]),
			str_of(views[_i].field[count][1]) };
	ck_assert_int_eq(pageview_read(field, count, &v),
	    views[_i].ok ? OK : ERR_INPUT);
	if (views[_i].ok)
		ck_assert_int_eq(v.is_linked, views[_i].is_linked);
} END_TEST

static const struct { size_t path, who; bool ok; } sizes[] = {
	{ PAGEVIEW_PATH_BYTES_MAX, TOKEN_TEXT_BYTES_MAX, true },
	{ PAGEVIEW_PATH_BYTES_MAX + 1, 1, false },
	{ 1, TOKEN_TEXT_BYTES_MAX + 1, false },
};
START_TEST(a_view_has_limits)
{
	const struct str_pair field[] = { { STR("id"), STR(ID) },
		{ STR("path"), repeated('a', sizes[_i].path, "/") },
		{ STR("who"), repeated('a', sizes[_i].who, "") } };
	struct pageview v;

	ck_assert_int_eq(pageview_read(field, COUNT(field), &v),
	    sizes[_i].ok ? OK : ERR_INPUT);
} END_TEST

SUITE(pageview)
{
	SUITE_LOOP(a_view_is_read, COUNT(views));
	SUITE_LOOP(a_view_has_limits, COUNT(sizes));
}
