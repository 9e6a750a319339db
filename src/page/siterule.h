/*
 * Knows what a field's members beyond its words mean, kind by kind: bounds,
 * files, conditions on other fields.  Pure.
 */
#ifndef PISTE_PAGE_SITERULE_H
#define PISTE_PAGE_SITERULE_H

#include <stddef.h>

struct field;
struct reader_node;

/* Members a field of its kind does not have are mistakes. */
void siterule_members(const struct reader_node *n, const struct field *f);
/* "min", "max", "decimals", "step", "pattern"; out's options are known. */
void siterule_bounds(const struct reader_node *n, struct field *out);
/* "accept", "bytes_max", for a file; "from", for a hidden field. */
void siterule_source(const struct reader_node *n, struct field *out);
/*
 * "show_if" and "required_if" of all[at]; a condition looks back, so no two
 * fields can wait for each other.
 */
void siterule_conditions(const struct reader_node *n, struct field *all,
    size_t at);

#endif
