/*
 * Knows how a form in a site definition is asked: in steps, question by
 * question, with a draft.  Pure.
 */
#ifndef PISTE_PAGE_SITESTEP_H
#define PISTE_PAGE_SITESTEP_H

struct field;
struct form;
struct reader_node;

/*
 * Read "steps", "progressive" and "draft" of the form at n into out, whose
 * fields have been read and get their step.  langs has bit 1 << lang for each
 * language to speak.  Each mistake is noted.
 */
void sitestep_read(const struct reader_node *n, unsigned langs,
    struct form *out, struct field *field);

#endif
