#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "support/golden.h"
#include "support/suite.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define PATH_BYTES_MAX 200

struct str
golden_read(struct str path)
{
	char *p = arena_take(suite_arena(), FILE_BYTES_MAX);
	FILE *f = fopen(arena_copy(suite_arena(), path).p, "r");
	size_t n;

	ck_assert_msg(f != NULL, "%.*s is missing", STR_ARG(path));
	n = fread(p, 1, FILE_BYTES_MAX, f);
	fclose(f);
	return (struct str){ p, n };
}

static void
write_file(struct str path, struct str text)
{
	FILE *f = fopen(arena_copy(suite_arena(), path).p, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text.p, 1, text.n, f), text.n);
	ck_assert_int_eq(fclose(f), 0);
}

void
golden_check(const char *name, struct str got)
{
	struct str path = buf_fmt(suite_arena(), PATH_BYTES_MAX,
	    "tests/golden/%s.html", name), want, got_line, want_line;
	const char *mode = getenv("PISTE_GOLDEN");

	if (mode && !strcmp(mode, "update"))
		write_file(path, got);
	want = golden_read(path);
	for (unsigned line = 1; got.n || want.n; line++) {
		bool got_end = str_cut(got, '\n', &got_line, &got);
		bool want_end = str_cut(want, '\n', &want_line, &want);

		ck_assert_msg(str_eq(got_line, want_line) &&
		    got_end == want_end,
		    "%.*s:%u:\ngot    \"%.*s\"\nwanted \"%.*s\"",
		    STR_ARG(path), line, STR_ARG(got_line),
		    STR_ARG(want_line));
	}
}
