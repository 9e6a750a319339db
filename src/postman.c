/* Implements postman.h over deliver/outbox and page/template. */
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "deliver/letter.h"
#include "deliver/mail.h"
#include "deliver/outbox.h"
#include "deliver/smtp.h"
#include "page/template.h"
#include "page/view.h"
#include "report/reportturn.h"
#include "reportmail.h"

#include "postman.h"

/* Laid out when we were built, if that could be; else by hand. */
#define LAID_OUT "mail/letter-mjml"
#define BY_HAND "mail/letter"
#define WHY_BYTES_MAX 2000

struct postman {
	const struct conf *conf;
	struct outbox *outbox;
	struct template_set *templates;	/* NULL: letters are text alone */
	uint64_t stamp;			/* of their files, when loaded */
};

/* The last good set stays while the files are being changed. */
static void
renew_templates(struct postman *p)
{
	uint64_t stamp = template_stamp(p->conf->templates);
	FILE *quiet;
	struct template_set *set;

	if (p->templates && stamp == p->stamp)
		return;
	quiet = fopen("/dev/null", "we");
	if (quiet && !template_load(p->conf->templates, &set, quiet)) {
		template_free(p->templates);
		p->templates = set;
		p->stamp = stamp;
	} else {
		log_event(LOG_WARN, "postman.templates");
	}
	if (quiet)
		fclose(quiet);
}

struct str
postman_html(struct arena *a, const struct template_set *set,
    const struct letter *l)
{
	const struct view_template *t = template_find(set, STR(LAID_OUT));
	struct view *v;
	struct buf out;

	if (!t)
		t = template_find(set, STR(BY_HAND));
	if (!t)
		return STR_EMPTY;
	v = view_new(a, NULL);
	view_set(v, "LANG", lang_code(l->lang));
	view_set(v, "SUBJECT", l->subject);
	view_set(v, "BRAND", l->brand);
	view_set(v, "HEADLINE", l->headline);
	for (size_t i = 0; i < l->paragraphs; i++)
		view_set(view_add(v, "PARAGRAPH"), "TEXT", l->paragraph[i]);
	for (size_t i = 0; i < l->buttons; i++) {
		struct view *button = view_add(v, "LINK");

		view_set(button, "BUTTON", l->button[i].label);
		view_set(button, "URL", l->button[i].url);
	}
	view_set(v, "NOTE", l->note);
	view_set(v, "PREFERENCES", l->preferences.label);
	view_set(v, "PREFERENCES_URL", l->preferences.url);
	view_set(v, "UNSUBSCRIBE", l->unsubscribe.label);
	view_set(v, "UNSUBSCRIBE_URL", l->unsubscribe.url);
	buf_init(&out, a, LETTER_BYTES_MAX);
	view_expand(t, v, &out);
	/* Half a page would be worse than the text alone. */
	return out.full ? STR_EMPTY : buf_str(&out);
}

static void
html(void *context, struct arena *a, const struct letter *l,
    struct mail *out)
{
	struct postman *p = context;

	renew_templates(p);
	if (p->templates && !(l->figures.n &&
	    reportmail_html(a, p->templates, l, out)))
		out->html = postman_html(a, p->templates, l);
}

struct postman *
postman_new(const struct conf *c, int stop_fd)
{
	struct postman *p;

	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return NULL;
	p = calloc(1, sizeof *p);
	if (!p)
		abort();
	p->conf = c;
	p->outbox = outbox_new(&(struct outbox_plan){ .conf = c,
	    .stop_fd = stop_fd, .html = html, .context = p });
	if (p->outbox)
		return p;
	postman_free(p);
	return NULL;
}

void
postman_free(struct postman *p)
{
	if (!p)
		return;
	outbox_free(p->outbox);
	template_free(p->templates);
	free(p);
	curl_global_cleanup();
}

enum err
postman_turn(struct postman *p, struct pg *db, struct str worker,
    int64_t *done)
{
	return outbox_turn(p->outbox, db, worker, done);
}

/* The directory, or where it will be made. */
static enum err
check_caught(struct arena *a, const struct conf *c, struct str *why)
{
	struct str dir = arena_copy(a, c->mail_caught), parent = dir;
	struct stat st;
	bool is_there = !stat(dir.p, &st);

	while (!is_there && parent.n > 1 && parent.p[parent.n - 1] != '/')
		parent.n--;
	parent = arena_copy(a, parent);
	if (is_there && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (!access(is_there ? dir.p : parent.p, W_OK | X_OK)) {
		*why = buf_fmt(a, WHY_BYTES_MAX, "no smtp_url: caught in %s",
		    dir.p);
		return OK;
	}
	*why = buf_fmt(a, WHY_BYTES_MAX, "no smtp_url, and %s: %s", dir.p,
	    strerror(errno));
	return ERR_AWAY;
}

static enum err
check_server(struct arena *a, const struct conf *c, struct str *why)
{
	struct smtp *s = smtp_new(&(struct smtp_plan){ .url = c->smtp_url,
	    .needs_tls = c->smtp_starttls, .ca = c->smtp_ca,
	    .timeout_ms = c->smtp_timeout_ms, .stop_fd = -1 });
	char words[SMTP_WORDS_BYTES] = "no memory";
	struct str host = c->smtp_url, user, rest;
	enum err e = s ? smtp_greet(s, words) : ERR_AWAY;

	smtp_free(s);
	/* Who may log in is nobody's to read; a password may hold an @. */
	while (str_cut(host, '@', &user, &rest))
		host = rest;
	*why = buf_fmt(a, WHY_BYTES_MAX, "%.*s: %s", STR_ARG(host),
	    e ? words : "greets us");
	return e;
}

/* Addresses of who works here: nobody else would tell that one is wrong. */
static bool
has_wrong_reader(struct arena *a, const char *name, struct str list,
    size_t max, struct str *why)
{
	struct str one;
	size_t count = 0;

	while (list.n) {
		str_cut(list, ' ', &one, &list);
		if (!one.n)
			continue;
		if (!mail_address_is(a, one)) {
			*why = buf_fmt(a, WHY_BYTES_MAX, "%s: %.*s is no"
			    " address", name, STR_ARG(one));
			return true;
		}
		if (++count > max) {
			*why = buf_fmt(a, WHY_BYTES_MAX, "%s: more than %zu"
			    " addresses", name, max);
			return true;
		}
	}
	return false;
}

enum err
postman_check(struct arena *a, const struct conf *c, struct str *why)
{
	struct str from = outbox_sender(a, c);
	enum err e;

	if (!mail_address_is(a, from)) {
		*why = buf_fmt(a, WHY_BYTES_MAX, "mail_from: %.*s is no"
		    " address", STR_ARG(from));
		return ERR_AWAY;
	}
	if (has_wrong_reader(a, "alarm_mail", c->alarm_mail, 1, why) ||
	    has_wrong_reader(a, "report_mail", c->report_mail,
	    REPORTTURN_RECIPIENTS_MAX, why))
		return ERR_AWAY;
	if (!c->smtp_url.n)
		return check_caught(a, c, why);
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		*why = STR("libcurl can't be had");
		return ERR_AWAY;
	}
	e = check_server(a, c, why);
	curl_global_cleanup();
	return e;
}
