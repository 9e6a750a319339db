/* Implements reportmail.h over report/bulletinword and report/raster. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "deliver/letter.h"
#include "deliver/mail.h"
#include "page/template.h"
#include "page/view.h"
#include "report/bulletin.h"
#include "report/bulletinword.h"
#include "report/raster.h"

#include "reportmail.h"

static const struct {
	enum bulletinword_chart which;
	const char *name;
	const char *marker;	/* the picture's words, in the template */
} charts[] = {
	{ BULLETINWORD_DAYS, "days", "DAYS" },
	{ BULLETINWORD_TREND, "trend", "TREND" },
};
#define CHARTS (sizeof charts / sizeof *charts)

/* What can't be drawn is left out: the figures say the same. */
static void
add_charts(struct arena *a, struct view *v, const struct bulletin *b,
    enum lang l, struct mail *m)
{
	enum phrase trend = b->period == BULLETIN_WEEK ?
	    PHRASE_REPORT_TREND_WEEK : PHRASE_REPORT_TREND_MONTH;

	for (size_t i = 0; i < CHARTS && m->pictures < MAIL_PICTURES_MAX;
	    i++) {
		struct mail_picture *p = &m->picture[m->pictures];

		p->name = charts[i].name;
		if (raster_png(a, bulletinword_chart(a, b, charts[i].which, l,
		    true), REPORTMAIL_CHART_PIXELS, &p->png) ||
		    p->png.n > MAIL_PICTURE_BYTES_MAX)
			continue;
		m->pictures++;
		view_set(v, charts[i].marker, phrase_in(charts[i].which ==
		    BULLETINWORD_DAYS ? PHRASE_REPORT_DAYS : trend, l));
	}
}

static void
add_figures(struct arena *a, struct view *v, const struct bulletin *b,
    enum lang l)
{
	for (size_t i = 0; bulletin_headline(i) != KPI_FIGURES; i++) {
		struct bulletinword_figure f = bulletinword_figure(a, b,
		    bulletin_headline(i), l);
		struct view *row = view_add(v, "ROW");

		view_set(row, "NAME", f.name);
		view_set(row, "NOW", f.now);
		view_set(row, "BEFORE", f.before);
		view_set(row, "CHANGE", f.change);
		view_set(row, "YOUNG", f.is_young ?
		    phrase_in(PHRASE_REPORT_YOUNG, l) : STR_EMPTY);
	}
}

static void
add_campaigns(struct arena *a, struct view *v, const struct bulletin *b,
    enum lang l)
{
	static const struct {
		const char *marker;
		const char *word;
		enum kpi_figure figure;
	} cells[] = { { "LEADS", "WORD_LEADS", KPI_LEADS },
		{ "RATE", "WORD_RATE", KPI_CONVERSION },
		{ "PRICE", "WORD_PRICE", KPI_COST_LEAD } };
	struct view *list = b->cells ? view_add(v, "CAMPAIGNS") : NULL;

	for (size_t k = 0; list && k < sizeof cells / sizeof *cells; k++)
		view_set(list, cells[k].word,
		    str_of(kpi_definition(cells[k].figure)->name[l]));
	for (size_t i = 0; i < b->cells; i++) {
		struct view *row = view_add(list, "CAMPAIGN");

		view_set(row, "NAME", bulletinword_name(a, &b->cell[i], l));
		for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
			view_set(row, cells[k].marker, bulletinword_value(a,
			    b, &b->cell[i], cells[k].figure, l));
	}
}

bool
reportmail_html(struct arena *a, const struct template_set *set,
    const struct letter *l, struct mail *m)
{
	const struct view_template *t = template_find(set,
	    STR("mail/report"));
	struct bulletin *b = ARENA_NEW(a, struct bulletin);
	struct view *v;
	struct buf out;

	if (!t || bulletin_read(a, l->figures, b))
		return false;
	v = view_new(a, NULL);
	view_set(v, "LANG", lang_code(l->lang));
	view_set(v, "SUBJECT", l->subject);
	view_set(v, "BRAND", l->brand);
	view_set(v, "HEADLINE", bulletinword_title(a, b, l->lang));
	view_set(v, "WORD_FIGURE", phrase_in(PHRASE_REPORT_FIGURE, l->lang));
	view_set(v, "WORD_NOW", bulletinword_now(b, l->lang));
	view_set(v, "WORD_BEFORE", bulletinword_before(b, l->lang));
	view_set(v, "WORD_CHANGE", phrase_in(PHRASE_REPORT_CHANGE, l->lang));
	view_set(v, "WORD_CAMPAIGNS", phrase_in(PHRASE_REPORT_CAMPAIGNS,
	    l->lang));
	view_set(v, "WORD_CAMPAIGN", phrase_in(PHRASE_REPORT_CAMPAIGN,
	    l->lang));
	view_set(v, "ASIDE", bulletinword_aside(a, b, l->lang));
	view_set(v, "YOUNG_NOTE", bulletinword_young(a, b, l->lang));
	view_set(v, "NOTE", phrase_in(PHRASE_REPORT_NOTE, l->lang));
	add_figures(a, v, b, l->lang);
	add_campaigns(a, v, b, l->lang);
	add_charts(a, v, b, l->lang, m);
	for (size_t i = 0; i < l->buttons; i++) {
		struct view *button = view_add(v, "LINK");

		view_set(button, "BUTTON", l->button[i].label);
		view_set(button, "URL", l->button[i].url);
	}
	buf_init(&out, a, LETTER_BYTES_MAX);
	view_expand(t, v, &out);
	m->html = out.full ? STR_EMPTY : buf_str(&out);
	if (!m->html.n)
		m->pictures = 0;
	return m->html.n > 0;
}
