/* Knows the fields of a form in a site definition.  Pure. */
#ifndef PISTE_PAGE_SITEFIELD_H
#define PISTE_PAGE_SITEFIELD_H

struct field;
struct form;
struct reader_node;

/*
 * Read the list at n into out's fields; its consents must have been read, for
 * a post holds both.  langs has bit 1 << lang for each language to speak.
 * Each mistake is noted.  Returns the fields, which are out's, to be completed.
 */
struct field *sitefield_read(const struct reader_node *n, unsigned langs,
    struct form *out);

#endif
