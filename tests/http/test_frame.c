/* Scanning FastCGI records: http/frame.c. */
#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>

#include "http/frame.h"

#include "support/fastcgi.h"
#include "support/suite.h"

static const char *const vars[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/p/a",
    "EMPTY=", NULL };

static struct str
zeros(size_t n)
{
	return (struct str){ arena_take(suite_arena(), n), n };
}

static struct str
letters(size_t n)
{
	char *p = arena_take(suite_arena(), n);

	memset(p, 'a', n);
	return (struct str){ p, n };
}

/* The state that bytes are in, scanned in memory of their own. */
static enum frame_state
scan(struct frame *f, struct str bytes)
{
	char *copy = malloc(bytes.n ? bytes.n : 1);
	enum frame_state s;

	memcpy(copy, bytes.p, bytes.n);
	frame_init(f);
	s = frame_scan(f, (struct str){ copy, bytes.n });
	free(copy);
	return s;
}

START_TEST(every_cut_is_partial)
{
	struct str whole = fastcgi_request(suite_arena(), true, vars,
	    STR("a=1&b=2"));
	struct frame f;

	for (size_t n = 0; n < whole.n; n++)
		ck_assert_int_eq(scan(&f, str_slice(whole, 0, n)),
		    FRAME_PARTIAL);
	ck_assert_int_eq(scan(&f, whole), FRAME_COMPLETE);
	ck_assert_uint_eq(f.end, whole.n);
	ck_assert_uint_eq(f.feed, whole.n - FRAME_HEADER_BYTES);
	ck_assert_uint_eq(f.body_bytes, 7);
	ck_assert_uint_eq(f.id, FASTCGI_ID);
}
END_TEST

START_TEST(scanning_goes_on_where_it_was)
{
	struct str whole = fastcgi_request(suite_arena(), true, vars,
	    letters(70000));

	for (size_t step = 1; step < 20000; step = step * 3 + 1) {
		struct frame f;

		frame_init(&f);
		for (size_t n = 0; n < whole.n; n += step)
			ck_assert_int_eq(frame_scan(&f,
			    str_slice(whole, 0, n)), FRAME_PARTIAL);
		ck_assert_int_eq(frame_scan(&f, whole), FRAME_COMPLETE);
		ck_assert_uint_eq(f.end, whole.n);
		ck_assert_uint_eq(f.body_bytes, 70000);
	}
}
END_TEST

START_TEST(what_follows_is_left)
{
	struct str one = fastcgi_request(suite_arena(), true, vars,
	    STR_EMPTY);
	struct frame f;
	struct buf b;

	buf_init(&b, suite_arena(), 4096);
	buf_add(&b, one);
	buf_add(&b, STR("anything"));
	ck_assert_int_eq(scan(&f, buf_str(&b)), FRAME_COMPLETE);
	ck_assert_uint_eq(f.end, one.n);
}
END_TEST

/* Pairs may be cut anywhere between records. */
START_TEST(pairs_may_cross_records)
{
	struct buf b, pairs;
	struct frame f;
	static char var[300] = "NAME=";

	memset(var + 5, 'v', sizeof var - 6);
	buf_init(&pairs, suite_arena(), 4096);
	fastcgi_pair(&pairs, var);
	fastcgi_pair(&pairs, "A=b");
	buf_init(&b, suite_arena(), 1 << 16);
	fastcgi_begin(&b, true);
	for (size_t i = 0; i < pairs.n; i++)
		fastcgi_record(&b, FCGI_PARAMS,
		    str_slice(buf_str(&pairs), i, 1));
	fastcgi_record(&b, FCGI_PARAMS, STR_EMPTY);
	fastcgi_record(&b, FCGI_STDIN, STR_EMPTY);
	ck_assert_int_eq(scan(&f, buf_str(&b)), FRAME_COMPLETE);
	ck_assert_uint_eq(f.params_bytes, pairs.n);
}
END_TEST

#define R(type, id, hi, lo, padding) \
	"\1" type "\0" id hi lo padding "\0"
#define BEGIN R("\1", "\1", "\0", "\10", "\0") "\0\1\1\0\0\0\0\0"
#define BYTES(literal) { literal, sizeof (literal) - 1 }
static const struct {
	struct str bytes;
	const char *fault;
} bad[] = {
	{ BYTES("\2\1\0\1\0\10\0\0"), "version" },
	{ BYTES("GET / HTTP/1.1\r\n"), "version" },
	{ BYTES(R("\4", "\1", "\0", "\0", "\0")), "begin" },
	{ BYTES(R("\1", "\0", "\0", "\10", "\0")), "begin" },
	{ BYTES(R("\1", "\1", "\0", "\7", "\0")), "begin" },
	{ BYTES(R("\1", "\1", "\0", "\11", "\0")), "begin" },
	{ BYTES(R("\11", "\0", "\0", "\0", "\0")), "begin" },	/* GET_VALUES */
	{ BYTES(R("\1", "\1", "\0", "\10", "\0") "\0\2\1\0\0\0\0\0"),
	    "role" },
	{ BYTES(R("\1", "\1", "\0", "\10", "\0") "\1\1\1\0\0\0\0\0"),
	    "role" },
	{ BYTES(BEGIN R("\4", "\2", "\0", "\0", "\0")), "other-request" },
	{ BYTES(BEGIN R("\11", "\0", "\0", "\0", "\0")), "other-request" },
	{ BYTES(BEGIN BEGIN), "record-type" },
	{ BYTES(BEGIN R("\2", "\1", "\0", "\0", "\0")), "record-type" },
	{ BYTES(BEGIN R("\5", "\1", "\0", "\0", "\0")), "record-type" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\0", "\0")
	    R("\4", "\1", "\0", "\0", "\0")), "record-type" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\0", "\0")
	    R("\10", "\1", "\0", "\0", "\0")), "record-type" },
	/* Padding that libfcgi would read as the next record. */
	{ BYTES(R("\1", "\1", "\0", "\10", "\10") "\0\1\1\0\0\0\0\0"
	    "\1\4\0\1\0\0\0\0"), "padding" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\0", "\10")
	    "\1\5\0\1\0\0\0\0"), "padding" },
	/* Lengths that do not fit the stream, and those libfcgi dies of. */
	{ BYTES(BEGIN R("\4", "\1", "\0", "\3", "\0") "\1\2A"
	    R("\4", "\1", "\0", "\0", "\0")), "params-cut" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\1", "\0") "\1"
	    R("\4", "\1", "\0", "\0", "\0")), "params-cut" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\2", "\0") "\200\1"
	    R("\4", "\1", "\0", "\0", "\0")), "params-cut" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\10", "\0")
	    "\300\0\0\0\277\377\377\377"), "param-length" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\10", "\0")
	    "\377\377\377\377\377\377\377\377"), "param-length" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\5", "\0") "\1\300\0\0\0"),
	    "param-length" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\4", "\0") "\1\1A\0"),
	    "param-nul" },
	{ BYTES(BEGIN R("\4", "\1", "\0", "\4", "\0") "\1\1\0A"),
	    "param-nul" },
};

START_TEST(bad_records_are_refused)
{
	struct frame f;

	ck_assert_int_eq(scan(&f, bad[_i].bytes), FRAME_BAD);
	ck_assert_str_eq(f.fault, bad[_i].fault);
}
END_TEST

START_TEST(a_header_is_judged_before_its_content)
{
	struct frame f;

	ck_assert_int_eq(scan(&f, STR(BEGIN
	    R("\5", "\1", "\377", "\377", "\0"))), FRAME_BAD);
}
END_TEST

/* A request up to its stdin, whose params are n bytes. */
static void
add_params(struct buf *b, size_t n)
{
	/* One pair: four bytes of length each, a name of one byte. */
	const char head[] = { (char)0x80, 0, 0, 1, (char)(0x80),
	    (char)((n - 9) >> 16), (char)((n - 9) >> 8), (char)(n - 9), 'N' };
	struct str rest = letters(n - 9);

	fastcgi_begin(b, true);
	fastcgi_record(b, FCGI_PARAMS, (struct str){ head, sizeof head });
	for (; rest.n; rest = str_slice(rest, 32768, rest.n))
		fastcgi_record(b, FCGI_PARAMS, str_slice(rest, 0, 32768));
	fastcgi_record(b, FCGI_PARAMS, STR_EMPTY);
}

START_TEST(params_are_limited)
{
	for (size_t n = FRAME_PARAMS_BYTES_MAX;
	    n <= FRAME_PARAMS_BYTES_MAX + 1; n++) {
		struct frame f;
		struct buf b;

		buf_init(&b, suite_arena(), 1 << 20);
		add_params(&b, n);
		fastcgi_record(&b, FCGI_STDIN, STR_EMPTY);
		ck_assert_int_eq(scan(&f, buf_str(&b)),
		    n > FRAME_PARAMS_BYTES_MAX ? FRAME_BAD : FRAME_COMPLETE);
	}
}
END_TEST

START_TEST(the_body_is_limited)
{
	struct frame f;
	struct str most = fastcgi_request(suite_arena(), true, vars,
	    zeros(REQUEST_BODY_BYTES_MAX));
	struct str more = fastcgi_request(suite_arena(), true, vars,
	    zeros(REQUEST_BODY_BYTES_MAX + 1));
	struct str none = fastcgi_request(suite_arena(), true, vars,
	    STR_EMPTY);

	ck_assert_int_eq(scan(&f, most), FRAME_COMPLETE);
	ck_assert_uint_eq(f.body_bytes, REQUEST_BODY_BYTES_MAX);
	ck_assert_int_eq(scan(&f, more), FRAME_TOO_BIG);
	/* What is lent to libfcgi then ends where stdin begins. */
	ck_assert_uint_eq(f.feed, none.n - FRAME_HEADER_BYTES);
}
END_TEST

START_TEST(the_largest_request_fits)
{
	struct frame f;
	struct buf b;

	buf_init(&b, suite_arena(), 2 * FRAME_BYTES_MAX);
	add_params(&b, FRAME_PARAMS_BYTES_MAX);
	for (int i = 0; i < REQUEST_BODY_BYTES_MAX / 8192; i++)
		fastcgi_record(&b, FCGI_STDIN, zeros(8192));
	fastcgi_record(&b, FCGI_STDIN, STR_EMPTY);
	ck_assert_uint_lt(b.n, FRAME_BYTES_MAX);
	ck_assert_int_eq(scan(&f, buf_str(&b)), FRAME_COMPLETE);
}
END_TEST

/* A stream of tiny records has an end, too. */
START_TEST(all_of_it_is_limited)
{
	for (int in_stdin = 0; in_stdin < 2; in_stdin++) {
		struct frame f;
		struct buf b;

		buf_init(&b, suite_arena(), 2 * FRAME_BYTES_MAX);
		fastcgi_begin(&b, true);
		if (in_stdin)
			fastcgi_record(&b, FCGI_PARAMS, STR_EMPTY);
		while (b.n < FRAME_BYTES_MAX + 64)
			fastcgi_record(&b, in_stdin ? FCGI_STDIN :
			    FCGI_PARAMS, in_stdin ? STR("x") : STR("\0\0"));
		ck_assert_int_eq(scan(&f, str_slice(buf_str(&b), 0,
		    FRAME_BYTES_MAX - 1)), in_stdin ? FRAME_PARTIAL :
		    FRAME_BAD);
		ck_assert_int_eq(scan(&f, str_slice(buf_str(&b), 0,
		    FRAME_BYTES_MAX)), in_stdin ? FRAME_TOO_BIG : FRAME_BAD);
	}
}
END_TEST

SUITE(frame)
{
	SUITE_TEST(every_cut_is_partial);
	SUITE_TEST(scanning_goes_on_where_it_was);
	SUITE_TEST(what_follows_is_left);
	SUITE_TEST(pairs_may_cross_records);
	SUITE_LOOP(bad_records_are_refused, COUNT(bad));
	SUITE_TEST(a_header_is_judged_before_its_content);
	SUITE_TEST(params_are_limited);
	SUITE_TEST(the_body_is_limited);
	SUITE_TEST(the_largest_request_fits);
	SUITE_TEST(all_of_it_is_limited);
}
