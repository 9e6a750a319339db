/*
 * What every unit test includes: Check, and SUITE, which makes a suite known
 * to the runner by itself.
 *
 *	SUITE(url)
 *	{
 *		SUITE_LOOP(escapes_are_decoded, COUNT(cases));
 *		SUITE_TEST(query_finds_the_first);
 *	}
 */
#ifndef PISTE_TESTS_SUPPORT_SUITE_H
#define PISTE_TESTS_SUPPORT_SUITE_H

#include <check.h>

#include "base/arena.h"
#include "base/str.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

struct suite_entry {
	const char *name;
	void (*fill)(TCase *tc);
	bool is_apart;
};
#define SUITE(name) SUITE_AS(name, false)
/*
 * Each test in a process of its own: it has a database, may die, or bends what
 * all share.
 */
#define SUITE_APART(name) SUITE_AS(name, true)
#define SUITE_AS(name, apart) \
	static void suite_fill_##name(TCase *suite_case); \
	static const struct suite_entry suite_entry_##name = \
	    { #name, suite_fill_##name, apart }; \
	static const struct suite_entry *const suite_pointer_##name \
	    __attribute__((used, section("piste_suites"))) = \
	    &suite_entry_##name; \
	static void suite_fill_##name(TCase *suite_case)
#define SUITE_TEST(test) tcase_add_test(suite_case, test)
#define SUITE_LOOP(test, count) \
	tcase_add_loop_test(suite_case, test, 0, (int)(count))

/* An arena that is empty when a test begins. */
struct arena *suite_arena(void);

/* Two texts are the same bytes. */
#define ck_assert_str_same(got, want) do { \
	struct str suite_got = (got), suite_want = (want); \
	ck_assert_msg(str_eq(suite_got, suite_want), \
	    "got \"%.*s\", wanted \"%.*s\"", STR_ARG(suite_got), \
	    STR_ARG(suite_want)); \
} while (0)

/*
 * The conninfo of a database of this test's own, freshly migrated, on the
 * cluster PISTE_TEST_DATABASE names; the test fails when there is none.
 */
struct str suite_database(void);
/* An empty directory of this test's own, below $TMPDIR or /tmp. */
struct str suite_directory(void);
/* The host, a directory, of a server that accepts and never says a word. */
struct str suite_silent_server(void);

#endif
