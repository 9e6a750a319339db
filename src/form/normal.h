/* Knows Unicode normal forms, by utf8proc. */
#ifndef PISTE_FORM_NORMAL_H
#define PISTE_FORM_NORMAL_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

/*
 * NFC, trimmed of Unicode white space; inner runs of white space become one
 * blank when squeeze.  Empty when s is no UTF-8.  May be s itself.
 */
struct str normal_text(struct arena *a, struct str s, bool squeeze);
/* Case folded (NFKC_Casefold), to compare.  Empty when s is no UTF-8. */
struct str normal_fold(struct arena *a, struct str s);
/*
 * Its letters and digits alone, folded and without accents ("E-mail",
 * "Société" to email, societe), to compare.  Empty when s is no UTF-8.
 */
struct str normal_letters(struct arena *a, struct str s);

/* s, which must be UTF-8, without Unicode white space at its ends. */
struct str normal_trim(struct str s);

/*
 * The part of s, which must be UTF-8, between its first and last visible
 * characters: no white space, no format or other ignorable character (zero
 * width, direction marks, BOM) at either end.
 */
struct str normal_bare(struct str s);

/*
 * s for a person to look at and correct: U+FFFD for each control and each byte
 * that is no UTF-8.  With lines_ok tabs and line ends stay, else each is a
 * blank.  May be s itself; at most three times as long.
 */
struct str normal_shown(struct arena *a, struct str s, bool lines_ok);

/*
 * Does s, which must be UTF-8, hold a C0 or C1 control or DEL?  With lines_ok
 * tabs and line feeds pass.
 */
bool normal_has_control(struct str s, bool lines_ok);

#endif
