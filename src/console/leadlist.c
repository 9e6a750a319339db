/* Implements leadlist.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/shell.h"
#include "console/term.h"
#include "http/request.h"
#include "http/url.h"
#include "page/view.h"

#include "console/leadlist.h"

#define QUERY_BYTES_MAX 8192

/* How a filter is called, in words and in the template. */
static const struct {
	enum word word;
	const char *marker;	/* the value that was typed */
	const char *error;
	const char *section;	/* an option; NULL: it is typed */
} fields[INBOX_FILTERS] = {
	[INBOX_TEXT] = { WORD_FILTER_TEXT, "TEXT", "TEXT_ERROR", NULL },
	[INBOX_STAGE] = { WORD_LEAD_STAGE, "STAGE", "STAGE_ERROR", "STAGES" },
	[INBOX_GRADE] = { WORD_LEAD_GRADE, "GRADE", "GRADE_ERROR", "GRADES" },
	[INBOX_OWNER] = { WORD_FILTER_OWNER, "OWNER", "OWNER_ERROR",
	    "OWNERS" },
	[INBOX_OFFER] = { WORD_LEAD_OFFER, "OFFER", "OFFER_ERROR", "OFFERS" },
	[INBOX_PAGE] = { WORD_FILTER_PAGE, "PAGE", "PAGE_ERROR", "PAGES" },
	[INBOX_VARIANT] = { WORD_FILTER_VARIANT, "VARIANT", "VARIANT_ERROR",
	    NULL },
	[INBOX_CAMPAIGN] = { WORD_FILTER_CAMPAIGN, "CAMPAIGN",
	    "CAMPAIGN_ERROR", "CAMPAIGNS" },
	[INBOX_COUNTRY] = { WORD_FILTER_COUNTRY, "COUNTRY", "COUNTRY_ERROR",
	    NULL },
	[INBOX_OUTCOME] = { WORD_FILTER_OUTCOME, "OUTCOME", "OUTCOME_ERROR",
	    "OUTCOMES" },
	[INBOX_FROM] = { WORD_FILTER_FROM, "FROM", "FROM_ERROR", NULL },
	[INBOX_TO] = { WORD_FILTER_TO, "TO", "TO_ERROR", NULL },
};

struct inbox_wish
leadlist_wish_of(struct desk *d, struct str query)
{
	struct arena *a = d->rq->arena;
	struct inbox_wish w = { .session = d->session };
	struct str before = url_query(a, query, STR("before"));
	struct str after = url_query(a, query, STR("after"));
	int64_t id;

	for (enum inbox_filter f = 0; f < INBOX_FILTERS; f++)
		w.value[f] = str_trim(url_query(a, query,
		    str_of(inbox_filter_name(f))));
	w.is_back = !before.n && after.n;
	w.edge = w.is_back ? after : before;
	if (!str_i64(w.edge, 1, INT64_MAX, &id)) {
		w.edge = STR_EMPTY;
		w.is_back = false;
	}
	return w;
}

struct inbox_wish
leadlist_wish(struct desk *d)
{
	return leadlist_wish_of(d, d->rq->query);
}

static void
add_pair(struct buf *b, struct str name, struct str value)
{
	buf_add(b, b->n ? STR("&") : STR_EMPTY);
	buf_add(b, name);
	buf_byte(b, '=');
	url_encode(b, value);
}

struct str
leadlist_query(struct arena *a, const struct inbox_wish *w)
{
	struct buf b;

	buf_init(&b, a, QUERY_BYTES_MAX);
	for (enum inbox_filter f = 0; f < INBOX_FILTERS; f++)
		if (w->value[f].n)
			add_pair(&b, str_of(inbox_filter_name(f)),
			    w->value[f]);
	if (w->edge.n)
		add_pair(&b, w->is_back ? STR("after") : STR("before"),
		    w->edge);
	return b.full ? STR_EMPTY : buf_str(&b);
}

struct str
leadlist_url(struct arena *a, const char *path, const struct inbox_wish *w)
{
	struct str query = leadlist_query(a, w);

	return query.n ? buf_fmt(a, QUERY_BYTES_MAX, "%s?%.*s", path,
	    STR_ARG(query)) : str_of(path);
}

size_t
leadlist_count(const struct inbox_wish *w)
{
	size_t n = 0;

	for (enum inbox_filter f = 0; f < INBOX_FILTERS; f++)
		n += w->value[f].n > 0;
	return n;
}

static void
add_option(struct view *v, const char *section, struct str key,
    struct str name, struct str chosen)
{
	struct view *option = view_add(v, section);

	view_set(option, "OPTION_KEY", key);
	view_set(option, "OPTION_NAME", name);
	if (str_eq(key, chosen))
		view_set(option, "OPTION_CHOSEN", STR("1"));
}

static enum err
fill_choices(struct desk *d, struct view *v, enum inbox_filter f,
    struct str chosen)
{
	struct inbox_choice *choice;
	size_t count;
	enum err e = inbox_choices(d->db, d->rq->arena, f, &choice, &count);

	if (f == INBOX_OWNER)
		add_option(v, fields[f].section, STR("none"),
		    word_in(WORD_FILTER_NOBODY, d->lang), chosen);
	for (size_t i = 0; i < count; i++)
		add_option(v, fields[f].section, choice[i].key,
		    choice[i].name.n ? choice[i].name : choice[i].key,
		    chosen);
	return e;
}

static struct str
word_of(struct desk *d, enum inbox_filter f, const char *word)
{
	return f == INBOX_GRADE && str_eq(str_of(word), STR("none")) ?
	    word_in(WORD_FILTER_UNJUDGED, d->lang) :
	    term_in(str_of(word), d->lang);
}

static enum err
fill_field(struct desk *d, struct view *v, enum inbox_filter f,
    struct str chosen)
{
	const char *const *word = inbox_words(f);

	view_set(v, fields[f].marker, chosen);
	if (f == INBOX_OWNER && d->role != ACCOUNT_SELLER)
		view_set(v, "CAN_OWNER", STR("1"));
	if (!fields[f].section ||
	    (f == INBOX_OWNER && d->role == ACCOUNT_SELLER))
		return OK;
	if (!word)
		return fill_choices(d, v, f, chosen);
	for (; *word; word++)
		add_option(v, fields[f].section, str_of(*word),
		    word_of(d, f, *word), chosen);
	return OK;
}

enum err
leadlist_fill(struct desk *d, struct view *v, const struct inbox_wish *w,
    enum inbox_filter wrong)
{
	struct arena *a = d->rq->arena;
	size_t more = leadlist_count(w) - (w->value[INBOX_TEXT].n > 0);
	enum err e = OK;

	for (enum inbox_filter f = 0; !e && f < INBOX_FILTERS; f++)
		e = fill_field(d, v, f, w->value[f]);
	if (more)
		view_set(v, "MORE_OPEN", word_number(a, WORD_FILTER_COUNT,
		    d->lang, (int64_t)more));
	if (leadlist_count(w))
		view_set(v, "IS_FILTERED", STR("1"));
	if (wrong == INBOX_FILTERS)
		return e;
	view_set(v, fields[wrong].error, STR("1"));
	shell_notice(v, SHELL_BAD, wrong == INBOX_TEXT &&
	    w->value[wrong].n <= INBOX_TEXT_BYTES_MAX ?
	    word_in(WORD_FILTER_SHORT, d->lang) : word_fill(a,
	    WORD_FILTER_WRONG, d->lang, (struct str[]){
	    word_in(fields[wrong].word, d->lang) }, 1));
	return e;
}

struct str
leadlist_brief(struct arena *a, struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < LEADLIST_BRIEF_CHARS && n < text.n; i++)
		n += str_utf8_step(str_slice(text, n, text.n));
	return n < text.n ? buf_join(a, str_slice(text, 0, n), STR("…")) :
	    text;
}

struct str
leadlist_name(struct desk *d, struct str first, struct str last,
    struct str email, struct str id)
{
	struct arena *a = d->rq->arena;
	struct str given = buf_join(a, leadlist_brief(a, first), STR(" "));
	struct str name = str_trim(buf_join(a, given, leadlist_brief(a,
	    last)));

	return name.n ? name : email.n ? email : word_fill(a,
	    WORD_LEAD_NAMELESS, d->lang, &id, 1);
}
