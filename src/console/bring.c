/*
 * Implements bring.h: what is typed becomes the words of piste import, which
 * judges them.  What becomes of the file is bringcheck.c's.
 */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "console/desk.h"
#include "console/shell.h"
#include "form/form.h"
#include "http/request.h"
#include "importwish.h"
#include "lead/import.h"
#include "lead/importfile.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "page/view.h"

#include "console/bring.h"

#define HOME "/console/import"
#define PATH_BYTES_MAX 100
#define CONSENTS_MAX IMPORTWISH_CONSENTS_MAX

/* What can be wrong, and where it is said. */
enum part {
	PART_FILE, PART_PAGE, PART_SOURCE, PART_BASIS, PART_CONSENT,
	PART_DATE, PART_SUPPLIER, PART_COST, PART_VALID, PARTS
};
static const struct {
	const char *name;	/* of what is posted */
	const char *option;	/* of piste import */
	const char *error;	/* marker */
	enum word word;
} parts[PARTS] = {
	[PART_FILE] = { "file", "", "FILE_ERROR", WORD_IMPORT_BAD_FILE },
	[PART_PAGE] = { "page", "--page", "PAGE_ERROR",
	    WORD_IMPORT_BAD_PAGE },
	[PART_SOURCE] = { "source", "--source", "SOURCE_ERROR",
	    WORD_IMPORT_BAD_SOURCE },
	[PART_BASIS] = { "basis", "--legal-basis", "BASIS_ERROR",
	    WORD_IMPORT_BAD_BASIS },
	[PART_CONSENT] = { "consent", "--consent", "CONSENT_ERROR",
	    WORD_IMPORT_BAD_CONSENT },
	[PART_DATE] = { "date", "--date", "DATE_ERROR",
	    WORD_IMPORT_BAD_DATE },
	[PART_SUPPLIER] = { "supplier", "--supplier", "SUPPLIER_ERROR",
	    WORD_IMPORT_BAD_SUPPLIER },
	[PART_COST] = { "cost", "--cost", "COST_ERROR",
	    WORD_IMPORT_BAD_COST },
	[PART_VALID] = { "valid_until", "--valid-until", "VALID_ERROR",
	    WORD_IMPORT_BAD_VALID },
};

static const struct {
	const char *key;
	enum word word;
} bases[] = {
	{ "consent", WORD_BASIS_CONSENT },
	{ "contract", WORD_BASIS_CONTRACT },
	{ "legal_obligation", WORD_BASIS_LEGAL },
	{ "vital_interests", WORD_BASIS_VITAL },
	{ "public_task", WORD_BASIS_PUBLIC },
	{ "legitimate_interest", WORD_BASIS_INTEREST },
};

static struct str
typed(const struct desk *d, enum part p)
{
	return str_trim(desk_field(d, str_of(parts[p].name)));
}

static void
fill_pages(const struct desk *d, struct view *v, const struct site *site)
{
	struct str chosen = typed(d, PART_PAGE);
	bool has_pages = false;

	for (size_t i = 0; i < site->pages; i++) {
		const struct site_page *pg = &site->page[i];
		struct view *row;

		if (pg->is_archived || !pg->campaign)
			continue;
		has_pages = true;
		row = view_add(v, "PAGE");
		view_set(row, "PAGE_KEY", pg->key);
		view_set(row, "PAGE_CAMPAIGN", pg->campaign->key);
		if (str_eq(pg->key, chosen))
			view_set(row, "PAGE_CHOSEN", STR("1"));
	}
	view_set(v, has_pages ? "HAS_PAGES" : "NO_PAGES", STR("1"));
}

static void
fill_bases(const struct desk *d, struct view *v)
{
	struct str chosen = typed(d, PART_BASIS);

	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		struct view *row = view_add(v, "BASIS");

		view_set(row, "BASIS_KEY", str_of(bases[i].key));
		view_set(row, "BASIS_NAME", word_in(bases[i].word, d->lang));
		if (str_eq(str_of(bases[i].key), chosen))
			view_set(row, "BASIS_CHOSEN", STR("1"));
	}
}

static bool
is_ticked(const struct desk *d, struct str key)
{
	for (size_t i = 0; i < d->body.count; i++)
		if (str_eq(d->body.field[i].name,
		    str_of(parts[PART_CONSENT].name)) &&
		    str_eq(d->body.field[i].value, key))
			return true;
	return false;
}

/* Each consent that any form asks for, once; false beyond what fits. */
static bool
add_consent(const struct form_consent **seen, size_t *count,
    const struct form_consent *c)
{
	for (size_t i = 0; i < *count; i++)
		if (str_eq(seen[i]->key, c->key))
			return true;
	if (*count == CONSENTS_MAX)
		return false;
	seen[(*count)++] = c;
	return true;
}

static size_t
consents_of(const struct site *site, const struct form_consent **seen)
{
	size_t count = 0;

	for (size_t i = 0; i < site->forms; i++)
		for (size_t k = 0; k < site->form[i].consents; k++)
			if (!add_consent(seen, &count,
			    &site->form[i].consent[k]))
				return count;
	return count;
}

static void
fill_consents(const struct desk *d, struct view *v, const struct site *site)
{
	const struct form_consent *seen[CONSENTS_MAX];
	size_t count = consents_of(site, seen);

	if (count)
		view_set(v, "HAS_CONSENTS", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "CONSENT");

		view_set(row, "CONSENT_ID", buf_fmt(d->rq->arena,
		    PATH_BYTES_MAX, "consent-%zu", i));
		view_set(row, "CONSENT_KEY", seen[i]->key);
		view_set(row, "CONSENT_TEXT", lang_text(&seen[i]->text,
		    d->lang));
		if (is_ticked(d, seen[i]->key))
			view_set(row, "CONSENT_TICKED", STR("1"));
	}
}

static enum err
fill_latest(struct desk *d, struct view *v)
{
	struct importfile *f;
	size_t count;
	enum err e = importfile_list(d->db, d->rq->arena, d->user, &f,
	    &count);

	view_set(v, count ? "LATEST" : "NO_LATEST", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "FILE");

		view_set(row, "FILE_URL", buf_fmt(d->rq->arena,
		    PATH_BYTES_MAX, HOME "/%.*s", STR_ARG(f[i].id)));
		view_set(row, "FILE_NAME", f[i].name);
		view_set(row, "FILE_AT", f[i].at);
		view_set(row, f[i].totals.n ? "FILE_DONE" : "FILE_WAITS",
		    STR("1"));
	}
	return e;
}

/* The form, empty or as it was posted; wrong[p]: what to correct. */
static enum turn
ask(struct desk *d, const struct site *site, const bool *wrong)
{
	struct view *v = shell_begin(d, SHELL_IMPORT,
	    word_in(WORD_IMPORT_TITLE, d->lang));
	bool is_wrong = false;
	enum err e;

	fill_pages(d, v, site);
	fill_bases(d, v);
	fill_consents(d, v, site);
	view_set(v, "SOURCE", typed(d, PART_SOURCE));
	view_set(v, "DATE", typed(d, PART_DATE));
	view_set(v, "SUPPLIER", typed(d, PART_SUPPLIER));
	view_set(v, "COST", typed(d, PART_COST));
	view_set(v, "CURRENCY", str_trim(desk_field(d, STR("currency"))));
	view_set(v, "VALID", typed(d, PART_VALID));
	for (size_t p = 0; p < PARTS; p++) {
		if (!wrong[p])
			continue;
		is_wrong = true;
		view_set(v, parts[p].error, word_in(parts[p].word, d->lang));
	}
	if (is_wrong)
		shell_notice(v, SHELL_BAD, word_in(WORD_IMPORT_AGAIN,
		    d->lang));
	if (str_eq(d->rq->query, STR("dropped=1")))
		shell_notice(v, SHELL_GOOD, word_in(WORD_IMPORT_DROPPED,
		    d->lang));
	e = fill_latest(d, v);
	return e ? desk_refuse(d, e) : shell_answer(d->rq, v, is_wrong ? 422 :
	    200, "import");
}

static void
add_word(struct importfile *f, struct str word)
{
	if (f->words < IMPORTFILE_WORDS_MAX)
		f->word[f->words++] = word;
}

static void
add_option(struct desk *d, struct importfile *f, enum part p)
{
	struct str value = typed(d, p);

	if (!value.n)
		return;
	add_word(f, str_of(parts[p].option));
	add_word(f, value);
}

/* The words that piste import would be given, but for the file. */
static void
make_words(struct desk *d, const struct site *site, struct importfile *f)
{
	const struct form_consent *seen[CONSENTS_MAX];
	const struct site_page *pg = site_find(site, typed(d, PART_PAGE));
	size_t count = consents_of(site, seen);
	struct str currency = str_trim(desk_field(d, STR("currency")));

	f->word = arena_array(d->rq->arena, IMPORTFILE_WORDS_MAX,
	    sizeof *f->word);
	if (pg && pg->campaign) {
		add_word(f, STR("--campaign"));
		add_word(f, pg->campaign->key);
	}
	add_option(d, f, PART_PAGE);
	add_option(d, f, PART_SOURCE);
	add_option(d, f, PART_BASIS);
	for (size_t i = 0; i < count; i++) {
		if (!is_ticked(d, seen[i]->key))
			continue;
		add_word(f, STR("--consent"));
		add_word(f, seen[i]->key);
	}
	add_option(d, f, PART_DATE);
	add_option(d, f, PART_SUPPLIER);
	add_option(d, f, PART_VALID);
	if (typed(d, PART_COST).n || currency.n) {
		add_word(f, str_of(parts[PART_COST].option));
		add_word(f, typed(d, PART_COST));
		add_word(f, currency);
	}
}

static bool
judge(struct desk *d, const struct importfile *f, bool *wrong)
{
	struct arena *a = d->rq->arena;
	char **word = arena_array(a, f->words + 1, sizeof *word);
	FILE *nobody = fopen("/dev/null", "w");
	struct importwish wish;
	bool is_fine;

	/* Never opened: the bytes are here. */
	word[0] = (char *)arena_copy(a, STR("file")).p;
	for (size_t i = 0; i < f->words; i++)
		word[i + 1] = (char *)arena_copy(a, f->word[i]).p;
	is_fine = nobody && importwish_read(a, (int)f->words + 1, word,
	    clock_now_ms(), nobody, &wish);
	if (nobody)
		fclose(nobody);
	for (size_t p = 0; !is_fine && p < PARTS; p++)
		wrong[p] = wrong[p] || (wish.wrong &&
		    !strcmp(wish.wrong, parts[p].option));
	return is_fine;
}

/* As PostgreSQL and a screen can have it. */
static struct str
file_name(const struct body_file *file)
{
	bool is_usable = file->name.n && str_is_utf8(file->name) &&
	    !str_has_control(file->name, false) &&
	    file->name.n <= IMPORTFILE_NAME_BYTES_MAX;

	return is_usable ? file->name : STR("file.csv");
}

static enum turn
take(struct desk *d, const struct site *site)
{
	struct importfile f = { .words = 0 };
	bool wrong[PARTS] = { false }, is_fine;
	enum err e;

	wrong[PART_FILE] = !d->body.files || !d->body.file[0].bytes.n;
	wrong[PART_PAGE] = !site_find(site, typed(d, PART_PAGE));
	make_words(d, site, &f);
	is_fine = judge(d, &f, wrong);
	if (wrong[PART_FILE] || wrong[PART_PAGE] || !is_fine)
		return ask(d, site, wrong);
	f.name = file_name(&d->body.file[0]);
	f.content = d->body.file[0].bytes;
	e = importfile_add(d->db, d->rq->arena, d->user, &f);
	return e ? desk_refuse(d, e) : desk_go(d, buf_fmt(d->rq->arena,
	    PATH_BYTES_MAX, HOME "/%.*s", STR_ARG(f.id)));
}

static enum turn
enter(struct desk *d)
{
	const struct picture *p = snapshot_hold(d->rq->app->snapshot);
	static const bool fine[PARTS];
	enum turn turn;

	if (!p)
		return desk_refuse(d, ERR_AWAY);
	turn = d->rq->method == METHOD_POST ? take(d, p->site) :
	    ask(d, p->site, fine);
	snapshot_release(d->rq->app->snapshot, p);
	return turn;
}

enum turn
bring_ask(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, enter);
}

enum turn
bring_take(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, enter);
}
