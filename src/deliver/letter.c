/* Implements letter.h; the sentences are in base/phrase. */
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
		.text = sentence(a, f),
		.button = phrase_in(words[f->kind].button, l),
		.url = f->url,
		.note = phrase_in(words[f->kind].note, l),
		.unsubscribe_url = f->unsubscribe_url,
		.lang = l,
	};
	if (f->unsubscribe_url.n)
		out->unsubscribe = phrase_in(PHRASE_MAIL_UNSUBSCRIBE, l);
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
add_link(struct buf *b, enum lang l, struct str words_of, struct str url)
{
	if (!url.n)
		return;
	buf_add(b, words_of);
	buf_add(b, phrase_in(PHRASE_PAGE_COLON, l));
	buf_add(b, STR("\n"));
	add_paragraph(b, url);
}

struct str
letter_text(struct arena *a, const struct letter *l)
{
	struct buf b;

	buf_init(&b, a, LETTER_BYTES_MAX);
	add_paragraph(&b, l->headline);
	add_paragraph(&b, l->text);
	add_link(&b, l->lang, l->button, l->url);
	add_paragraph(&b, l->note);
	add_link(&b, l->lang, l->unsubscribe, l->unsubscribe_url);
	if (l->brand.n) {
		buf_add(&b, STR("-- \n"));
		buf_add(&b, l->brand);
	}
	return buf_str(&b);
}
