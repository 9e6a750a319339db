/*
 * Knows what a site definition lets a page's words depend on: its recipient,
 * parameters, the visitor's country and language.  Pure.
 */
#ifndef PISTE_PAGE_SITEFILL_H
#define PISTE_PAGE_SITEFILL_H

struct reader_node;
struct site_page;
struct site_variant;

/* "personal" and "parameters" of the page at n; each mistake is noted. */
void sitefill_read(const struct reader_node *n, unsigned langs,
    struct site_page *out);
/* "rules" of the variant at n, whose parts are read. */
void sitefill_rules(const struct reader_node *n, unsigned langs,
    struct site_variant *out);
/* Are the places in the texts of the variants at n all declared by pg? */
void sitefill_check(const struct reader_node *n, const struct site_page *pg);

#endif
