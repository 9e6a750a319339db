/* Parameters of header values: http/mime.c. */
#include "http/mime.h"

#include "support/suite.h"

static const struct {
	const char *value;
	const char *kind;
	const char *name, *text;	/* of the first parameter; NULL: none */
	const char *rest;
} values[] = {
	{ "text/plain", "text/plain", NULL, NULL, "" },
	{ " text/plain ;a=b", "text/plain", "a", "b", "" },
	{ "x; a=b; c=d", "x", "a", "b", "; c=d" },
	{ "x; a=\"b; c\"; d=e", "x", "a", "b; c", "; d=e" },
	{ "x; a=\"\"", "x", "a", "", "" },
	{ "x;a=b ", "x", "a", "b", "" },
	{ "", "", NULL, NULL, "" },
	{ "x;", "x", NULL, NULL, "" },
	{ "x; a", "x", NULL, NULL, "" },
	{ "x; a=", "x", NULL, NULL, "" },
	{ "x; =b", "x", NULL, NULL, "" },
	{ "x; a =b", "x", NULL, NULL, "" },
	{ "x; a=b c", "x", NULL, NULL, "" },
	{ "x; a=\"b", "x", NULL, NULL, "" },
	{ "x; a=\"b\\\"c\"", "x", NULL, NULL, "" },
	{ "x; a=b@c", "x", NULL, NULL, "" },
};

START_TEST(parameters_are_cut)
{
	struct str kind, rest, name, text;
	bool is_one;

	mime_cut(str_of(values[_i].value), &kind, &rest);
	ck_assert_str_same(kind, str_of(values[_i].kind));
	is_one = mime_cut_parameter(&rest, &name, &text);
	ck_assert_int_eq(is_one, values[_i].name != NULL);
	if (!is_one)
		return;
	ck_assert_str_same(name, str_of(values[_i].name));
	ck_assert_str_same(text, str_of(values[_i].text));
	ck_assert_str_same(rest, str_of(values[_i].rest));
}
END_TEST

static const struct { const char *charset; bool is_utf8; } charsets[] = {
	{ "utf-8", true }, { "UTF8", true }, { "utf-16", false },
	{ "", false }, { "utf-8 ", false }, { "iso-8859-1", false },
};

START_TEST(utf8_has_two_names)
{
	ck_assert_int_eq(mime_is_utf8(str_of(charsets[_i].charset)),
	    charsets[_i].is_utf8);
}
END_TEST

static const struct { struct str in; bool is_token; } tokens[] = {
	{ { "a-b.c_1!", 8 }, true }, { { "", 0 }, false },
	{ { "a b", 3 }, false }, { { "a\0b", 3 }, false },
	{ { "a\x7f", 2 }, false }, { { "\xc3\xa9", 2 }, false },
	{ { "a/b", 3 }, false }, { { "a=b", 3 }, false },
};

START_TEST(tokens_are_told)
{
	ck_assert_int_eq(mime_is_token(tokens[_i].in), tokens[_i].is_token);
}
END_TEST

SUITE(mime)
{
	SUITE_LOOP(parameters_are_cut, COUNT(values));
	SUITE_LOOP(utf8_has_two_names, COUNT(charsets));
	SUITE_LOOP(tokens_are_told, COUNT(tokens));
}
