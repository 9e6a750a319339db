/*
 * Knows one visit to a landing page: which page, language and variant, and
 * what the form's ticket will say.
 */
#ifndef PISTE_VISIT_H
#define PISTE_VISIT_H

#include <stdbool.h>

#include "base/lang.h"
#include "choice.h"
#include "form/ticket.h"

struct picture;
struct request;
struct site_page;
struct site_variant;

struct visit {
	const struct picture *picture;	/* held until visit_end */
	const struct site_page *page;
	const struct site_variant *variant;
	enum lang lang;
	struct str lang_asked;		/* ?lang=, when it is one of ours */
	struct touch touch;		/* of this request */
	struct choice choice;		/* of the variant; see choice.h */
};

/*
 * Find the page rq->param[0] names, its language and variant.  When there is
 * none to show, false, and rq is answered (404, 410, 503).
 */
bool visit_begin(struct request *rq, struct visit *out);
void visit_end(struct request *rq, struct visit *v);

/* Count the view and the exposure; set the cookie.  Where they are due. */
void visit_count(struct request *rq, const struct visit *v);
/*
 * Count that the form shown with t was sent and taken, or given back: for
 * visitors of experiments.
 */
void visit_count_post(struct request *rq, const struct visit *v,
    const struct ticket *t, bool is_refused);

/* A fresh ticket for the form that is about to be shown. */
void visit_ticket(struct request *rq, const struct visit *v,
    struct ticket *out);

/* The page's own address, with ?lang= when the visitor asked for one. */
struct str visit_path(struct request *rq, const struct visit *v,
    const char *suffix);

/* The same, absolute and without a language: what search engines keep. */
struct str visit_url(struct request *rq, const struct visit *v);

#endif
