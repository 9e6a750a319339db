/*
 * Knows where a visitor stands in a form: which step is shown, and which
 * questions of its stock are not asked.  Pure.
 */
#ifndef PISTE_FORM_STAGE_H
#define PISTE_FORM_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct form;
struct form_post;
struct form_result;
struct token_key;

/* The sealed stage's hidden field; absent: the first stage. */
#define STAGE_NAME "piste_stage"
/* The button that leads a step back. */
#define STAGE_BACK "piste_back"
/* The box that agrees to a draft. */
#define STAGE_KEEP "piste_keep"

struct stage {
	uint32_t step;
	uint64_t unasked;	/* bits 1 << field: left out of this form */
	bool has_begun;		/* a step was answered before this one */
	bool is_trapped;	/* the trap was filled in then */
};

/*
 * A form as it is first shown to who answered those names already: of its
 * stock the first that are not among them.
 */
struct stage stage_first(const struct form *f, const struct str *answered,
    size_t count);

/*
 * The stage's text; empty for the one everybody is first shown.  Nothing a
 * visitor typed is in it.
 */
struct str stage_seal(struct arena *a, const struct token_key *k,
    const struct form *f, const struct stage *s);
/*
 * What was posted; the first stage when that is none of ours, or of a form
 * whose fields have changed since.
 */
struct stage stage_open(struct arena *a, const struct token_key *k,
    const struct form *f, const struct form_post *post);

bool stage_is_last(const struct form *f, const struct stage *s);
/* May this field be asked in the step that is shown? */
bool stage_has(const struct form *f, const struct stage *s, size_t field);
/* Its condition is of an earlier step, and does not hold. */
bool stage_is_passed(const struct form *f, const struct form_result *r,
    size_t field);

/* What a post leads to. */
enum stage_turn {
	STAGE_SEND,	/* it was the last step: the whole form is judged */
	STAGE_SHOW,	/* another step */
	STAGE_WRONG,	/* errors; r->stage is the first step that has one */
};
/*
 * Judge r, of post, by the step it was posted from, and put r->stage where the
 * visitor goes: forward to the next step that has a question, back if asked
 * to, whatever is wrong there.
 */
enum stage_turn stage_move(const struct form *f, const struct form_post *post,
    struct form_result *r);
/* Leave only errors of the step that is shown. */
void stage_focus(const struct form *f, struct form_result *r);

#endif
