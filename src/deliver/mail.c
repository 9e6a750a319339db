/*
 * Implements mail.h.  Both bodies are quoted-printable: every line is short
 * ASCII, whatever the servers on the way can do.  The boundary has "=_", which
 * quoted-printable never has.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "deliver/mail.h"
#include "deliver/wire.h"
#include "form/email.h"

#define BOUNDARY "=_piste"
#define INNER BOUNDARY "-related"
#define ID_PREFIX "piste."

bool
mail_address_is(struct arena *a, struct str s)
{
	struct str address, key;

	return !email_parse(a, s, &address, &key) && str_eq(address, s);
}

/* May it stand in a header as it is?  Ours do; a setting might not. */
static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '<' ||
		    s.p[i] == '>')
			return false;
	return true;
}

static void
add_part(struct buf *b, const char *type, struct str body)
{
	buf_addf(b, "Content-Type: text/%s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n", type);
	wire_quoted(b, body);
}

/* HTML and what it shows are one thing, beside the text (RFC 2387). */
static void
add_html(struct buf *b, const struct mail *m)
{
	if (!m->pictures) {
		add_part(b, "html", m->html);
		return;
	}
	buf_add(b, STR("Content-Type: multipart/related;"
	    " type=\"text/html\";\r\n"
	    " boundary=\"" INNER "\"\r\n\r\n--" INNER "\r\n"));
	add_part(b, "html", m->html);
	for (size_t i = 0; i < m->pictures; i++) {
		buf_addf(b, "--" INNER "\r\nContent-Type: image/png\r\n"
		    "Content-Transfer-Encoding: base64\r\n"
		    "Content-ID: <%s@piste>\r\n"
		    "Content-Disposition: inline; filename=\"%s.png\"\r\n"
		    "\r\n", m->picture[i].name, m->picture[i].name);
		wire_base64(b, m->picture[i].png);
	}
	buf_add(b, STR("--" INNER "--\r\n"));
}

static bool
has_large_picture(const struct mail *m)
{
	for (size_t i = 0; i < m->pictures; i++)
		if (m->picture[i].png.n > MAIL_PICTURE_BYTES_MAX)
			return true;
	return false;
}

static void
add_head(struct buf *b, const struct mail *m)
{
	wire_mailbox(b, "From", m->from_name, m->from);
	wire_mailbox(b, "To", STR_EMPTY, m->to);
	wire_header(b, "Subject", m->subject);
	wire_date(b, "Date", m->date_ms);
	buf_addf(b, "Message-ID: <%.*s>\r\n", STR_ARG(m->id));
	buf_addf(b, "Content-Language: %.*s\r\n", STR_ARG(lang_code(m->lang)));
	buf_add(b, STR("Auto-Submitted: auto-generated\r\n"));
	if (m->unsubscribe_url.n)
		buf_addf(b, "List-Unsubscribe:\r\n <%.*s>\r\n"
		    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
		    STR_ARG(m->unsubscribe_url));
	buf_add(b, STR("MIME-Version: 1.0\r\n"));
}

enum err
mail_compose(struct arena *a, const struct mail *m, struct str *out)
{
	struct buf b;

	if (!mail_address_is(a, m->from) || !mail_address_is(a, m->to) ||
	    !m->id.n || !is_word(m->id) || !is_word(m->unsubscribe_url))
		return ERR_INPUT;
	if (has_large_picture(m))
		return ERR_LIMIT;
	buf_init(&b, a, MAIL_BYTES_MAX);
	add_head(&b, m);
	if (!m->html.n) {
		add_part(&b, "plain", m->text);
	} else {
		buf_add(&b, STR("Content-Type: multipart/alternative;\r\n"
		    " boundary=\"" BOUNDARY "\"\r\n\r\n--" BOUNDARY "\r\n"));
		add_part(&b, "plain", m->text);
		buf_add(&b, STR("--" BOUNDARY "\r\n"));
		add_html(&b, m);
		buf_add(&b, STR("--" BOUNDARY "--\r\n"));
	}
	if (b.full)
		return ERR_LIMIT;
	*out = buf_str(&b);
	return OK;
}

struct str
mail_id_text(struct arena *a, const struct mail_id *id, struct str from)
{
	struct str local, domain;

	str_cut(from, '@', &local, &domain);
	return buf_fmt(a, MAIL_ID_BYTES_MAX, ID_PREFIX "%lld.%u.%.*s@%.*s",
	    (long long)id->row, id->round, STR_ARG(id->submission),
	    STR_ARG(domain));
}

enum err
mail_id_parse(struct str text, struct mail_id *out)
{
	struct str row, round;
	struct uuid u;

	text = str_trim(text);
	if (str_has_prefix(text, STR("<")))
		text = str_slice(text, 1, text.n);
	if (!str_has_prefix(text, STR(ID_PREFIX)) ||
	    !str_cut(text, '@', &text, &row))
		return ERR_INPUT;
	text = str_slice(text, sizeof ID_PREFIX - 1, text.n);
	if (!str_cut(text, '.', &row, &text) ||
	    !str_cut(text, '.', &round, &out->submission) ||
	    !str_i64(row, 1, INT64_MAX, &out->row) ||
	    !str_u32(round, 1, INT32_MAX, &out->round) ||
	    token_uuid_parse(out->submission, &u))
		return ERR_INPUT;
	return OK;
}
