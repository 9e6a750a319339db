/* Implements letter.h; the sentences are in base/phrase. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "deliver/letter.h"

#define TITLE_BYTES_MAX 300	/* of a page's, in a sentence */

static const struct {
	enum phrase subject;
	enum phrase headline;
	enum phrase text;		/* {} is the page's title */
	enum phrase untitled;		/* when it has none */
	enum phrase button;
	enum phrase note;
} words[] = {
	[LETTER_CONFIRM] = {
		PHRASE_MAIL_CONFIRM_SUBJECT, PHRASE_MAIL_CONFIRM_HEADLINE,
		PHRASE_MAIL_CONFIRM_TEXT, PHRASE_MAIL_CONFIRM_UNTITLED,
		PHRASE_MAIL_CONFIRM_BUTTON, PHRASE_MAIL_CONFIRM_NOTE,
	},
	[LETTER_ASSET] = {
		PHRASE_MAIL_ASSET_SUBJECT, PHRASE_MAIL_ASSET_HEADLINE,
		PHRASE_MAIL_ASSET_TEXT, PHRASE_MAIL_ASSET_UNTITLED,
		PHRASE_MAIL_ASSET_BUTTON, PHRASE_MAIL_ASSET_NOTE,
	},
};

/* A long title is left out rather than cut. */
static struct str
sentence(struct arena *a, const struct letter_facts *f)
{
	return f->title.n && f->title.n <= TITLE_BYTES_MAX ?
	    phrase_fill(a, words[f->kind].text, f->lang, f->title) :
	    phrase_in(words[f->kind].untitled, f->lang);
}

void
letter_write(struct arena *a, const struct letter_facts *f,
    struct letter *out)
{
	enum lang l = f->lang;

	*out = (struct letter){
		.subject = phrase_in(words[f->kind].subject, l),
		.brand = f->brand,
		.headline = phrase_in(words[f->kind].headline, l),
		.button = { { phrase_in(words[f->kind].button, l), f->url } },
		.buttons = 1,
		.note = phrase_in(words[f->kind].note, l),
		.lang = l,
	};
	letter_paragraphs(a, sentence(a, f), out);
	letter_sign_off(out, f->unsubscribe_url, STR_EMPTY);
}

void
letter_paragraphs(struct arena *a, struct str text, struct letter *out)
{
	struct str *paragraph = arena_array(a, LETTER_PARAGRAPHS_MAX,
	    sizeof *paragraph);

	out->paragraph = paragraph;
	out->paragraphs = 0;
	while (text.n && out->paragraphs < LETTER_PARAGRAPHS_MAX) {
		const char *gap = memmem(text.p, text.n, "\n\n", 2);
		size_t n = gap ? (size_t)(gap - text.p) : text.n;
		struct str one = str_trim(str_slice(text, 0, n));

		if (one.n)
			paragraph[out->paragraphs++] = one;
		text = str_slice(text, n + (gap ? 2 : 0), text.n);
	}
}

void
letter_sign_off(struct letter *l, struct str unsubscribe_url,
    struct str preferences_url)
{
	l->unsubscribe = (struct letter_button){
	    phrase_in(PHRASE_MAIL_UNSUBSCRIBE, l->lang), unsubscribe_url };
	l->preferences = (struct letter_button){
	    phrase_in(PHRASE_MAIL_PREFERENCES, l->lang), preferences_url };
}

static void
add_paragraph(struct buf *b, struct str s)
{
	if (!s.n)
		return;
	buf_add(b, s);
	buf_add(b, STR("\n\n"));
}

/* A line of the link alone: what reads mails makes it one to click. */
static void
add_link(struct buf *b, enum lang l, const struct letter_button *link)
{
	if (!link->url.n)
		return;
	buf_add(b, link->label);
	buf_add(b, phrase_in(PHRASE_PAGE_COLON, l));
	buf_add(b, STR("\n"));
	add_paragraph(b, link->url);
}

struct str
letter_text(struct arena *a, const struct letter *l)
{
	struct buf b;

	buf_init(&b, a, LETTER_BYTES_MAX);
	add_paragraph(&b, l->headline);
	for (size_t i = 0; i < l->paragraphs; i++)
		add_paragraph(&b, l->paragraph[i]);
	for (size_t i = 0; i < l->buttons; i++)
		add_link(&b, l->lang, &l->button[i]);
	add_paragraph(&b, l->note);
	add_link(&b, l->lang, &l->preferences);
	add_link(&b, l->lang, &l->unsubscribe);
	if (l->brand.n) {
		buf_add(&b, STR("-- \n"));
		buf_add(&b, l->brand);
	}
	return buf_str(&b);
}
