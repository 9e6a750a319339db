/* Tests src/deliver/mail.c. */
#include "base/buf.h"
#include "deliver/letter.h"
#include "deliver/mail.h"
#include "support/suite.h"

#define ID "piste.7.1.01a201e8-dab6-7eb9-a4df-9ea70604b617@b.fr"

static struct mail
usual(void)
{
	return (struct mail){ .from = STR("us@b.fr"), .from_name = STR("Us"),
		.to = STR("ana@c.fr"), .subject = STR("Hello"),
		.id = STR(ID), .date_ms = 0, .lang = LANG_EN,
		.text = STR("Text.") };
}

static struct str
compose(const struct mail *m)
{
	struct str out;

	ck_assert_int_eq(mail_compose(suite_arena(), m, &out), OK);
	return out;
}

#define HEAD "From: Us\r\n <us@b.fr>\r\nTo: <ana@c.fr>\r\nSubject: Hello\r\n" \
	"Date: Thu, 01 Jan 1970 00:00:00 +0000\r\nMessage-ID: <" ID ">\r\n" \
	"Content-Language: en\r\nAuto-Submitted: auto-generated\r\n"
#define TEXT "Content-Type: text/plain; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nText.\r\n"

START_TEST(text_alone)
{
	struct mail m = usual();

	ck_assert_str_same(compose(&m), STR(HEAD "MIME-Version: 1.0\r\n"
	    TEXT));
} END_TEST

START_TEST(text_and_html)
{
	struct mail m = usual();

	m.html = STR("<p>é</p>");
	ck_assert_str_same(compose(&m), STR(HEAD "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_piste\"\r\n\r\n--=_piste\r\n" TEXT
	    "--=_piste\r\nContent-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "<p>=C3=A9</p>\r\n--=_piste--\r\n"));
} END_TEST

START_TEST(pictures_are_within_html)
{
	struct mail m = usual();

	m.html = STR("<img src=\"cid:days@piste\">");
	m.picture[0] = (struct mail_picture){ "days", STR("\x89PNG\r\n\0") };
	m.pictures = 1;
	ck_assert_str_same(compose(&m), STR(HEAD "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_piste\"\r\n\r\n--=_piste\r\n" TEXT
	    "--=_piste\r\nContent-Type: multipart/related;"
	    " type=\"text/html\";\r\n boundary=\"=_piste-related\"\r\n\r\n"
	    "--=_piste-related\r\nContent-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "<img src=3D\"cid:days@piste\">\r\n--=_piste-related\r\n"
	    "Content-Type: image/png\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-ID: <days@piste>\r\n"
	    "Content-Disposition: inline; filename=\"days.png\"\r\n\r\n"
	    "iVBORw0KAA==\r\n--=_piste-related--\r\n--=_piste--\r\n"));
} END_TEST

/* n bytes of a picture are sent, with the longest text; n + 1 are not. */
START_TEST(a_picture_has_a_limit)
{
	struct mail m = usual();
	char *png = arena_take(suite_arena(), MAIL_PICTURE_BYTES_MAX + 1);
	struct str out, line;

	m.html = STR("<p>");
	m.pictures = MAIL_PICTURES_MAX;
	for (size_t i = 0; i < MAIL_PICTURES_MAX; i++)
		m.picture[i] = (struct mail_picture){ "days",
			{ png, MAIL_PICTURE_BYTES_MAX } };
	for (out = compose(&m); str_cut(out, '\n', &line, &out);)
		ck_assert_uint_le(line.n, 77);
	m.picture[1].png.n++;
	ck_assert_int_eq(mail_compose(suite_arena(), &m, &out), ERR_LIMIT);
} END_TEST

START_TEST(a_way_out_is_named)
{
	struct mail m = usual();

	m.unsubscribe_url = STR("https://b.fr/u/x");
	ck_assert_str_same(compose(&m), STR(HEAD "List-Unsubscribe:\r\n"
	    " <https://b.fr/u/x>\r\n"
	    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	    "MIME-Version: 1.0\r\n" TEXT));
} END_TEST

/* The boundary can't come from a body. */
START_TEST(a_body_ends_no_part)
{
	struct mail m = usual();
	struct str out, rest;
	int boundaries = 0;

	m.text = m.html = STR("\r\n--=_piste--\r\n");
	for (out = compose(&m); str_cut(out, '\n', &rest, &out);)
		boundaries += str_has_prefix(rest, STR("--=_piste"));
	ck_assert_int_eq(boundaries, 3);
} END_TEST

static const struct {
	size_t member;
	const char *text;
} refused[] = {
#define AT(member, text) { offsetof(struct mail, member), text }
	AT(from, ""), AT(from, "us"), AT(from, "us@b.fr\r\nBcc: x@y.z"),
	AT(to, ""), AT(to, "ana@c.fr, bob@c.fr"), AT(to, "ana@c.fr>"),
	AT(to, "ana@c.fr\n"), AT(to, " ana@c.fr"), AT(to, "\"a b\"@c.fr"),
	AT(to, "ana@C.fr"),	/* no normal form: nobody stored it so */
	AT(id, ""), AT(id, "x>\r\nBcc: y"), AT(id, "é@b.fr"),
	AT(unsubscribe_url, "https://b.fr/u/x>\r\nBcc: y"),
	AT(unsubscribe_url, "https://b.fr/u/ x"),
#undef AT
};

START_TEST(what_could_begin_a_header_is_refused)
{
	struct mail m = usual();
	struct str out;

	*(struct str *)((char *)&m + refused[_i].member) =
	    str_of(refused[_i].text);
	ck_assert_int_eq(mail_compose(suite_arena(), &m, &out), ERR_INPUT);
} END_TEST

START_TEST(a_mail_has_a_limit)
{
	struct mail m = usual();
	char *text = arena_take(suite_arena(), MAIL_BYTES_MAX);
	struct str out;

	for (size_t i = 0; i < MAIL_BYTES_MAX; i++)
		text[i] = i % 70 ? 'x' : '\n';
	m.text = (struct str){ text, MAIL_BYTES_MAX / 2 };
	ck_assert_int_eq(mail_compose(suite_arena(), &m, &out), OK);
	m.text.n = MAIL_BYTES_MAX;
	ck_assert_int_eq(mail_compose(suite_arena(), &m, &out), ERR_LIMIT);
} END_TEST

/* What somebody typed in Chinese must not keep a seller from being told. */
START_TEST(a_letter_fits_whatever_it_is_written_in)
{
	struct mail m = usual();
	char *text = arena_take(suite_arena(), LETTER_BYTES_MAX);
	struct str out;

	for (size_t i = 0; i < LETTER_BYTES_MAX; i++)
		text[i] = "\xc3\xa9"[i % 2];
	m.text = m.html = (struct str){ text, LETTER_BYTES_MAX };
	m.pictures = MAIL_PICTURES_MAX;
	for (size_t i = 0; i < MAIL_PICTURES_MAX; i++)
		m.picture[i] = (struct mail_picture){ "a",
			{ text, MAIL_PICTURE_BYTES_MAX } };
	ck_assert_int_eq(mail_compose(suite_arena(), &m, &out), OK);
} END_TEST

START_TEST(id_is_known_again)
{
	const struct mail_id id = { 7, 2,
		STR("01a201e8-dab6-7eb9-a4df-9ea70604b617") };
	struct str text = mail_id_text(suite_arena(), &id, STR("us@b.fr"));
	struct mail_id got;

	ck_assert_str_same(text,
	    STR("piste.7.2.01a201e8-dab6-7eb9-a4df-9ea70604b617@b.fr"));
	ck_assert_int_eq(mail_id_parse(buf_fmt(suite_arena(), 200,
	    " <%.*s>\r", STR_ARG(text)), &got), OK);
	ck_assert_int_eq(got.row, 7);
	ck_assert_uint_eq(got.round, 2);
	ck_assert_str_same(got.submission, id.submission);
} END_TEST

static const char *const no_ids[] = { "", "<>", "x@y", "piste.7@b.fr",
	"piste.0.1.01a201e8-dab6-7eb9-a4df-9ea70604b617@b.fr",
	"piste.7.0.01a201e8-dab6-7eb9-a4df-9ea70604b617@b.fr",
	"piste.7.1.01a201e8-dab6-7eb9-a4df-9ea70604b61@b.fr",
	"piste.7.1.01a201e8-dab6-7eb9-a4df-9ea70604b617",
};

START_TEST(other_ids_are_none_of_ours)
{
	struct mail_id got;

	ck_assert_int_eq(mail_id_parse(str_of(no_ids[_i]), &got), ERR_INPUT);
} END_TEST

SUITE(mail)
{
	SUITE_TEST(text_alone);
	SUITE_TEST(text_and_html);
	SUITE_TEST(pictures_are_within_html);
	SUITE_TEST(a_picture_has_a_limit);
	SUITE_TEST(a_way_out_is_named);
	SUITE_TEST(a_body_ends_no_part);
	SUITE_LOOP(what_could_begin_a_header_is_refused, COUNT(refused));
	SUITE_TEST(a_mail_has_a_limit);
	SUITE_TEST(a_letter_fits_whatever_it_is_written_in);
	SUITE_TEST(id_is_known_again);
	SUITE_LOOP(other_ids_are_none_of_ours, COUNT(no_ids));
}
