/* Implements importplan.h. */
#include <stdio.h>

#include "base/arena.h"
#include "consent/wording.h"
#include "importwish.h"
#include "page/site.h"
#include "store/pg.h"

#include "importplan.h"

#define NAME "piste import"

static enum err
absent(FILE *complaints, const char *what, struct str key)
{
	fprintf(complaints, NAME ": there is no %s %.*s\n", what, STR_ARG(key));
	return ERR_ABSENT;
}

static const struct site_campaign *
find_campaign(const struct site *s, struct str key)
{
	for (size_t i = 0; i < s->campaigns; i++)
		if (str_eq(s->campaign[i].key, key))
			return &s->campaign[i];
	return NULL;
}

/*
 * The first page of the campaign (any, for NULL) with that form (any, for
 * NULL); *is_clear: no other has another form.
 */
static const struct site_page *
first_page(const struct site *s, const struct site_campaign *campaign,
    const struct form *form, bool *is_clear)
{
	const struct site_page *first = NULL;

	*is_clear = true;
	for (size_t i = 0; i < s->pages; i++) {
		const struct site_page *pg = &s->page[i];

		if (pg->is_archived || (campaign && pg->campaign != campaign) ||
		    (form && pg->form != form))
			continue;
		if (!first)
			first = pg;
		*is_clear = *is_clear && pg->form == first->form;
	}
	return first;
}

static enum err
choose_page(const struct site *s, const struct importwish *w,
    const struct form *form, FILE *complaints, const struct site_page **out)
{
	const struct site_campaign *campaign = find_campaign(s, w->campaign);
	bool is_clear;

	if (w->page.n) {
		*out = site_find(s, w->page);
		return *out ? OK : absent(complaints, "page", w->page);
	}
	*out = first_page(s, campaign, form, &is_clear);
	if (!*out && form)
		*out = first_page(s, NULL, form, &is_clear);
	if (*out && is_clear)
		return OK;
	fprintf(complaints, NAME ": campaign %.*s has %s: say --page or"
	    " --form\n", STR_ARG(w->campaign), *out ?
	    "pages with different forms" :
	    "no page to judge these people by");
	return ERR_ABSENT;
}

static enum err
choose_lang(const struct importwish *w, const struct site_page *pg,
    FILE *complaints, enum lang *out)
{
	*out = pg->lang[0];
	if (!w->lang.n)
		return OK;
	if (!lang_parse(w->lang, out))
		for (size_t i = 0; i < pg->langs; i++)
			if (pg->lang[i] == *out)
				return OK;
	fprintf(complaints, NAME ": page %.*s has no language %.*s\n",
	    STR_ARG(pg->key), STR_ARG(w->lang));
	return ERR_ABSENT;
}

static enum err
find_consents(struct pg *db, struct arena *a, const struct importwish *w,
    enum lang l, FILE *complaints, struct form_consent *out)
{
	for (size_t i = 0; i < w->consents; i++) {
		const struct importwish_consent *c = &w->consent[i];
		enum err e = wording_find(db, a, c->key, c->version, l,
		    &out[i]);

		if (e == ERR_ABSENT)
			fprintf(complaints, NAME ": there is no text of consent"
			    " %.*s%s in %.*s\n", STR_ARG(c->key), c->version ?
			    " at that version" : "", STR_ARG(lang_code(l)));
		else if (e)
			fprintf(complaints, NAME ": %s\n", pg_message(db));
		if (e)
			return e;
	}
	return OK;
}

enum err
importplan_make(struct pg *db, struct arena *a, const struct site *site,
    const struct importwish *w, FILE *complaints, struct import_plan *out)
{
	const struct site_campaign *campaign = find_campaign(site,
	    w->campaign);
	const struct form *form = site_form(site, w->form);
	struct form_consent *consent = arena_array(a, w->consents,
	    sizeof *consent);
	const struct site_page *pg;
	enum err e;

	if (!campaign)
		return absent(complaints, "campaign", w->campaign);
	if (w->form.n && !form)
		return absent(complaints, "form", w->form);
	e = choose_page(site, w, form, complaints, &pg);
	if (e)
		return e;
	*out = (struct import_plan){
		.page = pg->key,
		.revision = pg->revision,
		.offer = campaign->offer->key,
		.touch = {
			.source = w->source,
			.medium = campaign->channel,
			.campaign = campaign->key,
			.channel = campaign->channel,
		},
		.day = w->day,
		.needs_date = w->consents > 0,
	};
	e = choose_lang(w, pg, complaints, &out->lang);
	if (!e)
		e = find_consents(db, a, w, out->lang, complaints,
		    consent);
	if (!e)
		out->form = import_form(a, form ? form : pg->form, consent,
		    w->consents);
	return e;
}
