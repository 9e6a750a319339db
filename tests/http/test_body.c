/* Parsing form bodies: http/body.c. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/body.h"

#include "support/suite.h"

#define URLENCODED "application/x-www-form-urlencoded"
#define MULTIPART "multipart/form-data; boundary=XyZ"
#define PART(name, value) \
	"--XyZ\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" \
	value "\r\n"
#define END "--XyZ--\r\n"
/* A part whose head is given whole. */
#define HEAD(head) "--XyZ\r\n" head "\r\n\r\nv\r\n" END
#define DISPOSITION "Content-Disposition: form-data; name=\"a\""

/* As it is shown for bytes that are no text. */
#define FFFD "\xef\xbf\xbd"

#define BYTES(literal) { literal, sizeof (literal) - 1 }
static const struct {
	const char *type;
	struct str bytes;
	enum body_fault fault;
	const char *fields;	/* "name=value\n" or "name=value (damage)\n" */
} cases[] = {
	/* URL-encoded */
	{ URLENCODED, BYTES(""), BODY_FINE, "" },
	{ URLENCODED, BYTES("a=1&b=2"), BODY_FINE, "a=1\nb=2\n" },
	{ URLENCODED, BYTES("a=1&a=2"), BODY_FINE, "a=1\na=2\n" },
	{ URLENCODED, BYTES("&&a=1&"), BODY_FINE, "a=1\n" },
	{ URLENCODED, BYTES("a&b="), BODY_FINE, "a=\nb=\n" },
	{ URLENCODED, BYTES("a=b=c"), BODY_FINE, "a=b=c\n" },
	{ URLENCODED, BYTES("a=x+y%2Bz"), BODY_FINE, "a=x y+z\n" },
	{ URLENCODED, BYTES("%61=%C3%A9"), BODY_FINE, "a=\xc3\xa9\n" },
	{ URLENCODED "; charset=UTF-8", BYTES("a=1"), BODY_FINE, "a=1\n" },
	{ URLENCODED ";charset=\"utf-8\"", BYTES("a=1"), BODY_FINE, "a=1\n" },
	{ "Application/X-WWW-Form-URLEncoded", BYTES("a=1"), BODY_FINE,
	    "a=1\n" },
	{ URLENCODED, BYTES("a=%4&b=2"), BODY_BROKEN_ESCAPE,
	    "a=%4 (broken-escape)\nb=2\n" },
	{ URLENCODED, BYTES("a=%&b=2"), BODY_BROKEN_ESCAPE,
	    "a=% (broken-escape)\nb=2\n" },
	{ URLENCODED, BYTES("a=%zz&b=2"), BODY_BROKEN_ESCAPE,
	    "a=%zz (broken-escape)\nb=2\n" },
	{ URLENCODED, BYTES("a=100%25+or+100%+%C3%A9%4"), BODY_BROKEN_ESCAPE,
	    "a=100% or 100% \xc3\xa9%4 (broken-escape)\n" },
	{ URLENCODED, BYTES("a=%%41"), BODY_BROKEN_ESCAPE,
	    "a=%A (broken-escape)\n" },
	{ URLENCODED, BYTES("%zz=1&b=2"), BODY_BROKEN_ESCAPE, "b=2\n" },
	{ URLENCODED, BYTES("a=%FF&b=2"), BODY_NOT_UTF8,
	    "a=" FFFD " (not-utf8)\nb=2\n" },
	{ URLENCODED, BYTES("a=\xe9&b=2"), BODY_NOT_UTF8,
	    "a=" FFFD " (not-utf8)\nb=2\n" },
	{ URLENCODED, BYTES("a=caf%e9+%C3%A9+%zz"), BODY_NOT_UTF8,
	    "a=caf" FFFD " \xc3\xa9 %zz (not-utf8)\n" },
	/* A long form, a surrogate, a sequence cut at the end. */
	{ URLENCODED, BYTES("a=%C0%80x%ED%A0%80y%E2%82"), BODY_NOT_UTF8,
	    "a=" FFFD FFFD "x" FFFD FFFD FFFD "y" FFFD FFFD
	    " (not-utf8)\n" },
	{ URLENCODED, BYTES("%E9=1&b=2"), BODY_NOT_UTF8, "b=2\n" },
	{ URLENCODED, BYTES("a=x%00y&b=2"), BODY_HAS_NUL,
	    "a=x" FFFD "y (has-nul)\nb=2\n" },
	{ URLENCODED, BYTES("a=x\0y&b=2"), BODY_HAS_NUL,
	    "a=x" FFFD "y (has-nul)\nb=2\n" },
	{ URLENCODED, BYTES("a%00=1&b=2"), BODY_HAS_NUL, "b=2\n" },
	/* The first fault is told, and each field's. */
	{ URLENCODED, BYTES("a=%FF&b=%zz"), BODY_NOT_UTF8,
	    "a=" FFFD " (not-utf8)\nb=%zz (broken-escape)\n" },

	/* Types */
	{ "", BYTES("a=1"), BODY_TYPE_UNKNOWN, "" },
	{ "text/plain", BYTES("a=1"), BODY_TYPE_UNKNOWN, "" },
	{ "application/json", BYTES("{}"), BODY_TYPE_UNKNOWN, "" },
	{ URLENCODED "x", BYTES("a=1"), BODY_TYPE_UNKNOWN, "" },
	{ URLENCODED "; charset=iso-8859-1", BYTES("a=1"), BODY_TYPE_UNKNOWN,
	    "" },
	{ URLENCODED "; charset", BYTES("a=1"), BODY_TYPE_UNKNOWN, "" },
	{ URLENCODED " charset=utf-8", BYTES("a=1"), BODY_TYPE_UNKNOWN, "" },
	{ MULTIPART "; charset=latin1", BYTES(END), BODY_TYPE_UNKNOWN, "" },

	/* Multipart */
	{ MULTIPART, BYTES(PART("a", "1") PART("b", "2") END), BODY_FINE,
	    "a=1\nb=2\n" },
	{ MULTIPART, BYTES(END), BODY_FINE, "" },
	{ MULTIPART, BYTES(PART("a", "1") "--XyZ--"), BODY_FINE, "a=1\n" },
	{ MULTIPART, BYTES(PART("a", "") END), BODY_FINE, "a=\n" },
	{ MULTIPART, BYTES(PART("a", "\xc3\xa9 %41+") END), BODY_FINE,
	    "a=\xc3\xa9 %41+\n" },
	{ MULTIPART, BYTES(PART("a", "--XyZ") END), BODY_FINE,
	    "a=--XyZ\n" },
	{ "multipart/form-data; boundary=\"XyZ\"", BYTES(PART("a", "1") END),
	    BODY_FINE, "a=1\n" },
	{ MULTIPART, BYTES(HEAD("content-disposition:form-data;name=a")),
	    BODY_FINE, "a=v\n" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION
	    "\r\nContent-Type: text/plain; charset=utf-8\r\nX-Other: 1")),
	    BODY_FINE, "a=v\n" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION
	    "\r\nContent-Transfer-Encoding: 8bit")), BODY_FINE, "a=v\n" },

	/* Preamble and epilogue, which nobody reads */
	{ MULTIPART, BYTES("\r\n" END), BODY_FINE, "" },
	{ MULTIPART, BYTES("preamble\r\n" PART("a", "1") END), BODY_FINE,
	    "a=1\n" },
	{ MULTIPART, BYTES("a --XyZ\r\n\0\xff\r\n" PART("a", "1") END),
	    BODY_FINE, "a=1\n" },
	{ MULTIPART, BYTES(PART("a", "1") END "epilogue"), BODY_FINE,
	    "a=1\n" },
	{ MULTIPART, BYTES(PART("a", "1") END PART("b", "2") END), BODY_FINE,
	    "a=1\n" },

	/* Files, and what passes for one */
	{ MULTIPART, BYTES(HEAD(DISPOSITION "; filename=\"x.txt\"")),
	    BODY_HAS_FILE, "a= (has-file)\n" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "; filename=\"\"")),
	    BODY_HAS_FILE, "a= (has-file)\n" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION
	    "\r\nContent-Type: application/pdf")), BODY_HAS_FILE,
	    "a= (has-file)\n" },
	{ MULTIPART, BYTES("--XyZ\r\n" DISPOSITION "; filename=x\r\n\r\n"
	    "%PDF\r\n" PART("b", "2") END), BODY_HAS_FILE,
	    "a= (has-file)\nb=2\n" },

	/* Texts that are none */
	{ MULTIPART, BYTES(PART("a", "x\xff") PART("b", "2") END),
	    BODY_NOT_UTF8, "a=x" FFFD " (not-utf8)\nb=2\n" },
	{ MULTIPART, BYTES(PART("a", "x\0y") PART("b", "2") END),
	    BODY_HAS_NUL, "a=x" FFFD "y (has-nul)\nb=2\n" },
	{ MULTIPART, BYTES(PART("\xff", "1") PART("b", "2") END),
	    BODY_NOT_UTF8, "b=2\n" },

	/* Broken, or read differently by different parsers */
	{ "multipart/form-data", BYTES(END), BODY_BROKEN_MULTIPART, "" },
	{ "multipart/form-data; boundary", BYTES(END), BODY_BROKEN_MULTIPART,
	    "" },
	{ "multipart/form-data; boundary=", BYTES("----\r\n"),
	    BODY_BROKEN_MULTIPART, "" },
	{ "multipart/form-data; boundary=\"\"", BYTES("----\r\n"),
	    BODY_BROKEN_MULTIPART, "" },
	{ "multipart/form-data; boundary=a; boundary=b", BYTES("--a--"),
	    BODY_BROKEN_MULTIPART, "" },
	{ "multipart/form-data; boundary=\"a@b\"", BYTES("--a@b--"),
	    BODY_BROKEN_MULTIPART, "" },
	{ "multipart/form-data; boundary=\"a \"", BYTES("--a --"),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(""), BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES("preamble\n" END), BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES("preamble" END), BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES("x\r\n--XyZz\r\n" END), BODY_BROKEN_MULTIPART,
	    "" },
	{ MULTIPART, BYTES(PART("a", "1") "--XyZ--epilogue"),
	    BODY_BROKEN_MULTIPART, "a=1\n" },
	/* What is cut short is read as far as it goes. */
	{ MULTIPART, BYTES(PART("a", "1")), BODY_BROKEN_MULTIPART,
	    "a=1 (broken-multipart)\n" },
	{ MULTIPART, BYTES(PART("a", "1") PART("b", "long") "--Xy"),
	    BODY_BROKEN_MULTIPART, "a=1\nb=long (broken-multipart)\n" },
	{ MULTIPART, BYTES("--XyZ\r\n" DISPOSITION "\r\n\r\nno \xff end"),
	    BODY_BROKEN_MULTIPART,
	    "a=no " FFFD " end (broken-multipart)\n" },
	{ MULTIPART, BYTES("--XyZ\r\n" DISPOSITION "\r\n"),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(PART("a", "1") "--XyZ"), BODY_BROKEN_MULTIPART,
	    "a=1\n" },
	{ MULTIPART, BYTES(PART("a", "1") "--XyZ-"), BODY_BROKEN_MULTIPART,
	    "a=1\n" },
	{ MULTIPART, BYTES("--XyZ\n" DISPOSITION "\n\nv\n--XyZ--"),
	    BODY_BROKEN_MULTIPART, "" },
	/* A delimiter with something behind it. */
	{ MULTIPART, BYTES(PART("a", "1\r\n--XyZz") END),
	    BODY_BROKEN_MULTIPART, "a=1\n" },
	{ MULTIPART, BYTES("--XyZ \r\n" DISPOSITION "\r\n\r\nv\r\n" END),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION ";\r\n filename=\"x\"")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "\r\n folded")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "\r\n\tX: folded")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "; filename*=utf-8''x")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "; name=\"b\"")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "\r\n" DISPOSITION)),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD("Content-Disposition: form-data")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD("Content-Disposition: attachment; name=a")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD("Content-Disposition: form-data; name=\"a")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD("Content-Disposition: form-data;"
	    " name=\"a\\\"b\"")), BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD("Content-Type: text/plain")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES("--XyZ\r\n\r\nv\r\n" END), BODY_BROKEN_MULTIPART,
	    "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "\r\nno colon")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "\r\nX-A : 1")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "\nX-A: 1")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION "\r\nX-A: \0")),
	    BODY_BROKEN_MULTIPART, "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION
	    "\r\nContent-Transfer-Encoding: base64")), BODY_BROKEN_MULTIPART,
	    "" },
	{ MULTIPART, BYTES(HEAD(DISPOSITION
	    "\r\nContent-Type: text/plain; charset=latin1")),
	    BODY_BROKEN_MULTIPART, "" },
};

static struct str
fields_text(const struct body *body)
{
	struct buf b;

	buf_init(&b, suite_arena(), 1 << 20);
	for (size_t i = 0; i < body->count; i++) {
		buf_addf(&b, "%.*s=%.*s", STR_ARG(body->field[i].name),
		    STR_ARG(body->field[i].value));
		if (body->damage[i])
			buf_addf(&b, " (%s)",
			    body_fault_name(body->damage[i]));
		buf_byte(&b, '\n');
	}
	return buf_str(&b);
}

START_TEST(bodies_are_parsed)
{
	struct body body;
	enum err e = body_parse(suite_arena(), str_of(cases[_i].type),
	    cases[_i].bytes, &body);

	ck_assert_str_eq(body_fault_name(body.fault),
	    body_fault_name(cases[_i].fault));
	ck_assert_int_eq(e, cases[_i].fault ? ERR_INPUT : OK);
	ck_assert_str_same(fields_text(&body), str_of(cases[_i].fields));
}
END_TEST

static const struct {
	enum body_fault fault;
	int status;
} statuses[] = {
	{ BODY_TYPE_UNKNOWN, 415 },
	{ BODY_TOO_MANY_FIELDS, 413 },
	{ BODY_NAME_TOO_LONG, 413 },
	{ BODY_VALUE_TOO_LONG, 413 },
	{ BODY_TOO_MUCH_TEXT, 413 },
	{ BODY_TOO_MANY_FILES, 413 },
	{ BODY_BROKEN_ESCAPE, 400 },
	{ BODY_NOT_UTF8, 400 },
	{ BODY_HAS_NUL, 400 },
	{ BODY_BROKEN_MULTIPART, 400 },
	{ BODY_HAS_FILE, 415 },
};

START_TEST(faults_have_a_status)
{
	ck_assert_int_eq(body_fault_status(statuses[_i].fault),
	    statuses[_i].status);
}
END_TEST

/* One field of that many bytes of name and value, in either coding. */
static struct str
one_field(bool multipart, size_t name, size_t value)
{
	struct buf b;

	buf_init(&b, suite_arena(), 1 << 20);
	buf_add(&b, multipart ? STR("--XyZ\r\nContent-Disposition: form-data;"
	    " name=\"") : STR(""));
	while (name--)
		buf_byte(&b, 'n');
	buf_add(&b, multipart ? STR("\"\r\n\r\n") : STR("="));
	while (value--)
		buf_byte(&b, 'v');
	buf_add(&b, multipart ? STR("\r\n" PART("z", "1") END) :
	    STR("&z=1"));
	return buf_str(&b);
}

static const struct {
	bool multipart;
	size_t name;
	size_t value;
	enum body_fault fault;
} sizes[] = {
	{ false, BODY_NAME_BYTES_MAX, 1, BODY_FINE },
	{ false, BODY_NAME_BYTES_MAX + 1, 1, BODY_NAME_TOO_LONG },
	{ false, 1, BODY_VALUE_BYTES_MAX, BODY_FINE },
	{ false, 1, BODY_VALUE_BYTES_MAX + 1, BODY_VALUE_TOO_LONG },
	{ true, BODY_NAME_BYTES_MAX, 1, BODY_FINE },
	{ true, BODY_NAME_BYTES_MAX + 1, 1, BODY_NAME_TOO_LONG },
	{ true, 1, BODY_VALUE_BYTES_MAX, BODY_FINE },
	{ true, 1, BODY_VALUE_BYTES_MAX + 1, BODY_VALUE_TOO_LONG },
};

START_TEST(sizes_are_limited)
{
	struct body body;
	enum err e = body_parse(suite_arena(), sizes[_i].multipart ?
	    STR(MULTIPART) : STR(URLENCODED), one_field(sizes[_i].multipart,
	    sizes[_i].name, sizes[_i].value), &body);

	ck_assert_int_eq(body.fault, sizes[_i].fault);
	ck_assert_int_eq(e, sizes[_i].fault ? ERR_LIMIT : OK);
	/* A long value is given back; the other field is fine in any case. */
	if (sizes[_i].fault != BODY_NAME_TOO_LONG) {
		ck_assert_uint_eq(body.count, 2);
		ck_assert_uint_eq(body.field[0].value.n, sizes[_i].value);
		ck_assert_int_eq(body.damage[0], sizes[_i].fault);
	} else {
		ck_assert_uint_eq(body.count, 1);
	}
	ck_assert_str_same(body.field[body.count - 1].name, STR("z"));
	ck_assert_int_eq(body.damage[body.count - 1], BODY_FINE);
}
END_TEST

static struct str
many_fields(bool multipart, size_t count)
{
	struct buf b;

	buf_init(&b, suite_arena(), 1 << 20);
	while (count--)
		buf_add(&b, multipart ? STR(PART("a", "1")) : STR("a=1&"));
	if (multipart)
		buf_add(&b, STR(END));
	return buf_str(&b);
}

START_TEST(fields_are_limited)
{
	static const size_t counts[] = { BODY_FIELDS_MAX,
	    BODY_FIELDS_MAX + 1, 10000 };

	for (size_t i = 0; i < 2 * COUNT(counts); i++) {
		bool multipart = i % 2;
		size_t n = counts[i / 2];
		struct body body;
		enum err e = body_parse(suite_arena(), multipart ?
		    STR(MULTIPART) : STR(URLENCODED),
		    many_fields(multipart, n), &body);

		ck_assert_int_eq(body.fault, n > BODY_FIELDS_MAX ?
		    BODY_TOO_MANY_FIELDS : BODY_FINE);
		ck_assert_int_eq(e, n > BODY_FIELDS_MAX ? ERR_LIMIT : OK);
		ck_assert_uint_eq(body.count, BODY_FIELDS_MAX);
	}
}
END_TEST

/* The worst there is for a search: 10,000 files, which are no fields. */
START_TEST(ten_thousand_parts_cost_little)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b;
	struct body body;
	int64_t began_ms;

	buf_init(&b, suite_arena(), 2 << 20);
	for (int i = 0; i < 10000; i++)
		buf_add(&b, STR("--XyZ\r\n" DISPOSITION
		    "; filename=x\r\n\r\n\r\n-\r\n--Xy\r\n"));
	buf_add(&b, STR(END));
	began_ms = clock_mono_ms();
	ck_assert_int_eq(body_parse(a, STR(MULTIPART), buf_str(&b), &body),
	    ERR_INPUT);
	ck_assert_int_eq(body.fault, BODY_HAS_FILE);
	ck_assert_int_lt(clock_mono_ms() - began_ms, 1000);
	ck_assert_uint_lt(arena_used(a), 8192);
	arena_free(a);
}
END_TEST

/* The worst there is to mend: as much again, twice, and no more. */
START_TEST(nothing_but_damage_costs_little)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b;
	struct body body;

	buf_init(&b, suite_arena(), 1 << 20);
	buf_add(&b, STR("a="));
	while (b.n < 128 << 10)
		buf_byte(&b, '\xff');
	ck_assert_int_eq(body_parse(a, STR(URLENCODED), buf_str(&b), &body),
	    ERR_LIMIT);
	ck_assert_int_eq(body.damage[0], BODY_VALUE_TOO_LONG);
	ck_assert_uint_eq(body.field[0].value.n, 3 * (b.n - 2));
	arena_free(a);
}
END_TEST

START_TEST(every_cut_is_noticed)
{
	static const struct str whole = BYTES(PART("a", "1") PART("b", "2")
	    "--XyZ--");

	for (size_t n = 0; n < whole.n; n++) {
		struct body body;
		/* In memory of its own, so that reading on is seen. */
		char *cut = malloc(n ? n : 1);

		memcpy(cut, whole.p, n);
		ck_assert_int_eq(body_parse(suite_arena(), STR(MULTIPART),
		    (struct str){ cut, n }, &body), ERR_INPUT);
		ck_assert_int_eq(body.fault, BODY_BROKEN_MULTIPART);
		free(cut);
	}
}
END_TEST

SUITE(body)
{
	SUITE_LOOP(bodies_are_parsed, COUNT(cases));
	SUITE_LOOP(faults_have_a_status, COUNT(statuses));
	SUITE_LOOP(sizes_are_limited, COUNT(sizes));
	SUITE_TEST(fields_are_limited);
	SUITE_TEST(ten_thousand_parts_cost_little);
	SUITE_TEST(nothing_but_damage_costs_little);
	SUITE_TEST(every_cut_is_noticed);
}
