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
struct recipient_facts;
struct request;
struct site_page;
struct site_variant;

/* The parameter by which a page knows the link that led to it. */
#define VISIT_CODE "go"

struct visit {
	const struct picture *picture;	/* held until visit_end */
	const struct site_page *page;
	const struct site_variant *variant;
	enum lang lang;
	struct str lang_asked;		/* ?lang=, when it is one of ours */
	struct touch touch;		/* of this request */
	bool is_embedded;	/* ?embed=1: the form alone, in a frame */
	struct choice choice;		/* of the variant; see choice.h */
	/* Whom the link they came by was made for; NULL: not known. */
	const struct recipient_facts *recipient;
};

/*
 * Find the page rq->param[0] names, its language and variant, and let those
 * frame the answer who may.  When there is none to show, false, and rq is
 * answered (404, 410, 503).
 */
bool visit_begin(struct request *rq, struct visit *out);
void visit_end(struct request *rq, struct visit *v);

/* Count the view and the exposure; set the cookie.  Where they are due. */
void visit_count(struct request *rq, struct visit *v);
/*
 * Count that a form of ours was sent, or a step of it, to whatever end.  With
 * a robot's visit, and a trap it fell in, a cookie of ours counts in none of
 * the page's experiments, for all times.
 */
void visit_count_sent(struct request *rq, struct visit *v,
    const struct ticket *t, bool is_trapped);
/*
 * Count that the form shown with t was sent and taken, or given back: for
 * visitors of experiments.
 */
void visit_count_post(struct request *rq, const struct visit *v,
    const struct ticket *t, bool is_refused);

/* Count that a form in steps, shown with t, was begun: by people alone. */
void visit_count_start(struct request *rq, const struct visit *v,
    const struct ticket *t);

/*
 * A fresh ticket for the form that is about to be shown.  Where it names an
 * experiment, the page counts once its script sends it.
 */
void visit_ticket(struct request *rq, const struct visit *v,
    struct ticket *out);

/* What the visitor came with, for the page in another language; or empty. */
struct str visit_query(struct request *rq);
/* The page's own address, with ?embed= and ?lang= as the visitor asked. */
struct str visit_path(struct request *rq, const struct visit *v,
    const char *suffix);

/* The same, absolute and without a language: what search engines keep. */
struct str visit_url(struct request *rq, const struct visit *v);

/* Whose pages may show the form in a frame, where it is in one. */
struct str visit_origins(struct request *rq, const struct visit *v);

#endif
