/*
 * Implements import.h.  A cell becomes what a browser would have posted, and
 * the form judges it: nothing here decides what is right.
 */
#include <assert.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "form/country.h"
#include "form/date.h"
#include "form/form.h"
#include "form/normal.h"
#include "geo/geo.h"
#include "lead/columns.h"
#include "lead/submit.h"

#include "lead/import.h"

#define BASES_BYTES_MAX 200
#define DAY_MS 86400000
/* Where it is tomorrow first: UTC+14. */
#define EAST_MS (14 * 3600000)
#define PAIRS_MAX (CSV_COLUMNS_MAX + FORM_ANSWERS_MAX)
#define LINE_BYTES_MAX ((size_t)4 << 20)

static const struct str bases[] = {
	STR("consent"), STR("contract"), STR("legal_obligation"),
	STR("vital_interests"), STR("public_task"),
	STR("legitimate_interest"),
};

enum err
import_basis(struct str typed, struct str *out)
{
	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		bool is_same = typed.n == bases[i].n;

		for (size_t k = 0; is_same && k < typed.n; k++)
			is_same = (typed.p[k] == '-' ? '_' : typed.p[k]) ==
			    bases[i].p[k];
		if (is_same) {
			*out = bases[i];
			return OK;
		}
	}
	return ERR_INPUT;
}

struct str
import_bases(struct arena *a)
{
	struct buf b;

	buf_init(&b, a, BASES_BYTES_MAX);
	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		if (i)
			buf_add(&b, STR(", "));
		buf_add(&b, bases[i]);
	}
	return buf_str(&b);
}

const struct form *
import_form(struct arena *a, const struct form *f,
    const struct form_consent *consent, size_t consents)
{
	struct form *copy = ARENA_NEW(a, struct form);
	struct form_consent *asked = arena_array(a, consents, sizeof *asked);

	for (size_t i = 0; i < consents; i++) {
		asked[i] = consent[i];
		asked[i].is_required = true;
	}
	*copy = *f;
	copy->consent = asked;
	copy->consents = consents;
	return copy;
}

/* A form asks some of its stock only. */
static bool
is_stocked(const struct form *f, size_t field)
{
	size_t i = 0;

	while (i < f->stocked && f->stock[i] != field)
		i++;
	return i < f->stocked;
}

static bool
can_be_required(const struct form *f, size_t field, const struct columns *c)
{
	const struct field *one = &f->field[field];

	if (columns_find(c, one->name) < c->count)
		return true;
	return one->kind != FIELD_FILE && one->kind != FIELD_CONSENT &&
	    !is_stocked(f, field);
}

const struct form *
import_relaxed(struct arena *a, const struct form *f, const struct columns *c)
{
	struct form *copy = ARENA_NEW(a, struct form);
	struct field *field = arena_array(a, f->fields, sizeof *field);

	for (size_t i = 0; i < f->fields; i++) {
		field[i] = f->field[i];
		if (can_be_required(f, i, c))
			continue;
		field[i].is_required = false;
		field[i].required_if.values = 0;
	}
	*copy = *f;
	copy->field = field;
	return copy;
}

bool
import_needs_phone(const struct form *f)
{
	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind == FIELD_PHONE &&
		    (f->field[i].is_required || f->field[i].required_if.values))
			return true;
	return false;
}

/* What is being judged. */
struct judging {
	struct arena *arena;
	const struct import_plan *plan;
	const struct csv_record *record;
	struct import_row *row;
	struct str_pair pair[PAIRS_MAX];
	size_t pairs;
};

static void
blame(struct judging *j, struct str name, const char *code)
{
	const struct columns *c = j->plan->columns;
	size_t at = columns_find(c, name);

	j->row->wrong[j->row->wrongs++] = (struct import_wrong){ name,
	    at < c->count ? c->column[at].header : STR_EMPTY, code };
}

static void
post(struct judging *j, struct str name, struct str value)
{
	if (j->pairs < PAIRS_MAX)
		j->pair[j->pairs++] = (struct str_pair){ name, value };
}

/* A word for ticked or not; any other stays, to be refused. */
static struct str
box_value(struct str cell)
{
	static const char *const yes[] = { "oui", "yes", "true", "vrai", "x" };
	static const char *const no[] = { "non", "no", "false", "faux" };

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (str_eq_fold(cell, str_of(yes[i])))
			return FIELD_TICKED;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (str_eq_fold(cell, str_of(no[i])))
			return STR_EMPTY;
	return cell;
}

static struct str
option_value(struct arena *a, const struct field *f, struct str cell)
{
	struct str letters = normal_letters(a, cell);

	for (size_t i = 0; i < f->options; i++)
		if (str_eq(f->option[i].value, cell))
			return cell;
	for (size_t i = 0; letters.n && i < f->options; i++)
		for (size_t l = 0; l < LANG_COUNT; l++)
			if (str_eq(normal_letters(a,
			    f->option[i].label.in[l]), letters))
				return f->option[i].value;
	return cell;
}

/* The country c is called so, in any language. */
static bool
is_called(struct arena *a, const struct country *c, struct str cell,
    struct str letters)
{
	for (size_t l = 0; l < LANG_COUNT; l++) {
		struct str name = str_of(c->name[l]);

		if (str_eq_fold(name, cell) || (letters.n &&
		    str_eq(normal_letters(a, name), letters)))
			return true;
	}
	return false;
}

/* As it is written first: to compare letters takes a hundred times longer. */
static struct str
country_value(struct arena *a, struct str cell)
{
	const struct str letters[] = { STR_EMPTY, normal_letters(a, cell) };

	if (cell.n == 2)
		return cell;
	for (size_t k = 0; k < sizeof letters / sizeof *letters; k++)
		for (size_t i = 0; cell.n && i < COUNTRY_COUNT; i++) {
			const struct country *c = country_at(LANG_EN, i);

			if (is_called(a, c, cell, letters[k]))
				return str_of(c->code);
		}
	return cell;
}

static void
post_field(struct judging *j, const struct field *f, struct str cell)
{
	struct str one;

	switch (f->kind) {
	case FIELD_CONSENT:
		post(j, f->name, box_value(cell));
		return;
	case FIELD_CHOICE:
		post(j, f->name, option_value(j->arena, f, cell));
		return;
	case FIELD_CHOICES:
		while (str_cut(cell, '|', &one, &cell) || one.n)
			post(j, f->name, option_value(j->arena, f,
			    str_trim(one)));
		return;
	case FIELD_COUNTRY:
		post(j, f->name, country_value(j->arena, cell));
		return;
	default:
		post(j, f->name, cell);
	}
}

static void
post_cell(struct judging *j, struct str name, struct str cell)
{
	const struct form *f = j->plan->form;
	size_t at = form_field(f, name);

	if (at < f->fields)
		post_field(j, &f->field[at], cell);
	else if (!columns_is_unasked(name))
		post(j, name, box_value(cell));
}

static int64_t
day_of(int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	struct tm t;

	gmtime_r(&s, &t);
	return (t.tm_year + 1900) * 10000 + (t.tm_mon + 1) * 100 + t.tm_mday;
}

static int64_t
ms_of(int64_t day)
{
	struct tm t = {
		.tm_year = (int)(day / 10000) - 1900,
		.tm_mon = (int)(day / 100 % 100) - 1,
		.tm_mday = (int)(day % 100),
	};

	return (int64_t)timegm(&t) * 1000;
}

/* What the row's column of that name says; empty when there is none. */
static struct str
cell_of(const struct judging *j, struct str name)
{
	const struct columns *c = j->plan->columns;
	size_t at = columns_find(c, name);

	return at < c->count ? str_trim(j->record->cell[at]) : STR_EMPTY;
}

static struct str
promo_of(const struct judging *j)
{
	return ticket_clean(cell_of(j, STR(COLUMNS_PROMO)));
}

/* The day the row itself tells, 0 when it tells none or a wrong one. */
static int64_t
own_day(struct judging *j)
{
	struct str cell = cell_of(j, STR(COLUMNS_DATE)), rest;
	int64_t day = 0;

	if (!str_cut(cell, ' ', &cell, &rest))
		str_cut(cell, 'T', &cell, &rest);
	if (!cell.n) {
		if (j->plan->needs_date && !j->plan->day)
			blame(j, STR(COLUMNS_DATE),
			    field_error_code(FIELD_MISSING));
		return 0;
	}
	if (date_parse(cell, &day)) {
		blame(j, STR(COLUMNS_DATE), field_error_code(FIELD_NOT_DATE));
		return 0;
	}
	if (day > day_of(j->plan->now_ms + EAST_MS)) {
		blame(j, STR(COLUMNS_DATE), field_error_code(FIELD_TOO_LATE));
		return 0;
	}
	return day;
}

static void
blame_form(struct judging *j, const struct form_result *r)
{
	const struct form *f = j->plan->form;

	for (size_t i = 0; i < f->fields; i++)
		if (r->value[i].error)
			blame(j, f->field[i].name,
			    field_error_code(r->value[i].error));
	for (size_t i = 0; i < f->consents; i++)
		if (r->consent_error[i])
			blame(j, buf_join(j->arena, STR(FORM_CONSENT_PREFIX),
			    f->consent[i].key),
			    field_error_code(r->consent_error[i]));
}

/* The same row is the same submission: a UUID of version 8 (RFC 9562). */
static struct str
make_id(const struct judging *j, int64_t day, const struct form_result *r,
    const struct touch *t)
{
	const struct import_plan *p = j->plan;
	const struct str brought[] = { t->keyword, t->affiliate, promo_of(j) };
	const struct str part[] = { STR("piste-import-1"), p->secret,
	    p->touch.campaign, p->touch.source, p->page, p->form->key,
	    r->fields };
	static const char variants[] = "89ab";
	char hash[TOKEN_HASH_TEXT];
	struct buf b;

	buf_init(&b, j->arena, LINE_BYTES_MAX);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		buf_json(&b, part[i]);
		buf_byte(&b, ' ');
	}
	buf_addf(&b, "%lld", (long long)day);
	/* What no form asks for: rows of old files, without it, keep ids. */
	for (size_t i = 0; i < sizeof brought / sizeof *brought; i++)
		if (brought[i].n) {
			buf_addf(&b, " %zu ", i);
			buf_json(&b, brought[i]);
		}
	token_hash(buf_str(&b), hash);
	hash[12] = '8';
	hash[16] = variants[(unsigned char)hash[16] & 3];
	return buf_fmt(j->arena, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hash,
	    hash + 8, hash + 12, hash + 16, hash + 20);
}

static void
finish(struct judging *j, const struct form_result *r, int64_t day)
{
	const struct import_plan *p = j->plan;
	static const struct place nowhere = { .radius_km = -1 };
	struct ticket t = {
		.page = p->page,
		.revision = p->revision,
		.lang = p->lang,
		.touch = p->touch,
	};
	int64_t met = ms_of(day ? day : p->day);
	bool is_id;

	t.touch.keyword = ticket_clean(cell_of(j, STR(COLUMNS_KEYWORD)));
	t.touch.affiliate = ticket_clean(cell_of(j, STR(COLUMNS_AFFILIATE)));
	j->row->fields = r->fields;
	j->row->id = make_id(j, day, r, &t.touch);
	is_id = !token_uuid_parse(j->row->id, &t.id);
	assert(is_id);
	j->row->json = submit_row(j->arena, &(struct submit){
		.ticket = &t,
		.form = p->form,
		.result = r,
		.place = &nowhere,
		.offer = p->offer,
		.campaign = p->touch.campaign,
		.via = STR("import"),
		.received_ms = (day || p->day) && met < p->now_ms ? met :
		    p->now_ms,
	});
	if (!j->row->json.n)
		j->row->code = "too-long";
}

void
import_judge(struct arena *a, const struct import_plan *p,
    const struct csv_record *r, struct import_row *out)
{
	struct judging *j = ARENA_NEW(a, struct judging);
	const struct columns *c = p->columns;
	struct form_result result;
	int64_t day;

	*out = (struct import_row){
		.line = r->line,
		.last_line = r->last_line,
		.wrong = arena_array(a, p->form->fields + p->form->consents + 1,
		    sizeof *out->wrong),
	};
	if (r->fault)
		out->code = csv_fault_code(r->fault);
	else if (r->cells != c->count)
		out->code = "columns";
	if (out->code)
		return;
	j->arena = a;
	j->plan = p;
	j->record = r;
	j->row = out;
	for (size_t i = 0; i < c->count; i++)
		if (c->column[i].name.n)
			post_cell(j, c->column[i].name, str_trim(r->cell[i]));
	for (size_t i = 0; i < p->form->consents; i++) {
		struct str name = buf_join(a, STR(FORM_CONSENT_PREFIX),
		    p->form->consent[i].key);

		if (columns_find(c, name) == c->count)
			post(j, name, FIELD_TICKED);
	}
	form_check_post(a, p->form, &(struct form_post){ .pair = j->pair,
	    .count = j->pairs, .touch = &p->touch }, &result);
	blame_form(j, &result);
	if (!result.promo.n)
		result.promo = promo_of(j);
	day = own_day(j);
	if (!out->wrongs)
		finish(j, &result, day);
}

bool
import_is_refused(const struct import_row *r)
{
	return r->code || r->wrongs;
}

static void
add_wrong(struct buf *b, const struct import_wrong *w)
{
	buf_byte(b, '{');
	buf_json_pair(b, "field", w->name);
	if (w->header.n)
		buf_json_pair(b, "column", w->header);
	buf_json_pair(b, "code", str_of(w->code));
	buf_byte(b, '}');
}

struct str
import_line(struct arena *a, const struct import_row *r)
{
	struct buf b;

	buf_init(&b, a, LINE_BYTES_MAX);
	buf_addf(&b, "{\"line\":%llu", (unsigned long long)r->line);
	if (r->last_line != r->line)
		buf_addf(&b, ",\"last_line\":%llu",
		    (unsigned long long)r->last_line);
	buf_json_name(&b, "ok");
	buf_add(&b, import_is_refused(r) ? STR("false") : STR("true"));
	if (r->code) {
		buf_json_pair(&b, "error", str_of(r->code));
	} else if (r->wrongs) {
		buf_json_name(&b, "errors");
		buf_byte(&b, '[');
		for (size_t i = 0; i < r->wrongs; i++) {
			if (i)
				buf_byte(&b, ',');
			add_wrong(&b, &r->wrong[i]);
		}
		buf_byte(&b, ']');
	} else {
		buf_json_name(&b, "value");
		buf_add(&b, r->fields);
	}
	buf_byte(&b, '}');
	return buf_str(&b);
}
