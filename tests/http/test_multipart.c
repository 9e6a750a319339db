/*
 * Telling parts apart: http/multipart.c.  What becomes of them as fields, and
 * what is refused, are rows of test_body.c.
 */
#include "base/buf.h"
#include "http/multipart.h"

#include "support/suite.h"

#define BYTES(literal) { literal, sizeof (literal) - 1 }
#define DISPOSITION "Content-Disposition: form-data; name=\"a\""
#define PART "\r\n" DISPOSITION "\r\n\r\nv\r\n"

static const struct {
	struct str bytes;
	bool has_begun;
	size_t parts;
	enum multipart_step end;
} bodies[] = {
	{ BYTES(""), false, 0, MULTIPART_END },
	{ BYTES("--X"), false, 0, MULTIPART_END },
	{ BYTES("no line --XyZ--"), false, 0, MULTIPART_END },
	{ BYTES("--XyZ"), true, 0, MULTIPART_BROKEN },
	{ BYTES("--XyZ--"), true, 0, MULTIPART_END },
	{ BYTES("\r\n--XyZ--\r\nepilogue"), true, 0, MULTIPART_END },
	{ BYTES("--XyZ" PART "--XyZ--"), true, 1, MULTIPART_END },
	{ BYTES("pre\r\namble\r\n--XyZ" PART "--XyZ" PART "--XyZ--\r\n"),
	    true, 2, MULTIPART_END },
	{ BYTES("--XyZ" PART), true, 1, MULTIPART_BROKEN },
};

START_TEST(parts_are_told_apart)
{
	struct multipart m;
	struct multipart_part part;
	enum multipart_step step;
	size_t parts = 0;

	ck_assert_int_eq(multipart_begin(suite_arena(), STR("XyZ"),
	    bodies[_i].bytes, &m), bodies[_i].has_begun);
	if (!bodies[_i].has_begun)
		return;
	while ((step = multipart_next(&m, &part)) == MULTIPART_PART) {
		ck_assert_str_same(part.name, STR("a"));
		ck_assert_str_same(part.value, STR("v"));
		ck_assert(!part.is_file);
		parts++;
		/* Only the last of a body without an end. */
		ck_assert_int_eq(part.is_cut, parts == bodies[_i].parts &&
		    bodies[_i].end == MULTIPART_BROKEN);
	}
	ck_assert_int_eq(step, bodies[_i].end);
	ck_assert_uint_eq(parts, bodies[_i].parts);
}
END_TEST

START_TEST(a_boundary_is_limited)
{
	for (size_t n = MULTIPART_BOUNDARY_BYTES_MAX;
	    n <= MULTIPART_BOUNDARY_BYTES_MAX + 1; n++) {
		struct multipart m;
		struct buf boundary;

		buf_init(&boundary, suite_arena(), n);
		for (size_t i = 0; i < n; i++)
			buf_byte(&boundary, 'b');
		ck_assert_int_eq(multipart_begin(suite_arena(),
		    buf_str(&boundary), buf_join(suite_arena(), STR("--"),
		    buf_str(&boundary)), &m),
		    n <= MULTIPART_BOUNDARY_BYTES_MAX);
	}
}
END_TEST

START_TEST(part_heads_are_limited)
{
	static const struct str fixed = BYTES(DISPOSITION "\r\nX: \r\n\r\n");

	for (size_t n = MULTIPART_HEAD_BYTES_MAX;
	    n <= MULTIPART_HEAD_BYTES_MAX + 1; n++) {
		struct buf b;
		struct multipart m;
		struct multipart_part part;

		buf_init(&b, suite_arena(), 4096);
		buf_add(&b, STR("--XyZ\r\n" DISPOSITION "\r\nX: "));
		for (size_t i = fixed.n; i < n; i++)
			buf_byte(&b, 'x');
		buf_add(&b, STR("\r\n\r\nv\r\n--XyZ--\r\n"));
		ck_assert(multipart_begin(suite_arena(), STR("XyZ"),
		    buf_str(&b), &m));
		ck_assert_int_eq(multipart_next(&m, &part),
		    n > MULTIPART_HEAD_BYTES_MAX ? MULTIPART_BROKEN :
		    MULTIPART_PART);
	}
}
END_TEST

SUITE(multipart)
{
	SUITE_LOOP(parts_are_told_apart, COUNT(bodies));
	SUITE_TEST(a_boundary_is_limited);
	SUITE_TEST(part_heads_are_limited);
}
