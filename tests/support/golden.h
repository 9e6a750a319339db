/* Knows the golden files: what pages looked like when somebody looked. */
#ifndef PISTE_TESTS_SUPPORT_GOLDEN_H
#define PISTE_TESTS_SUPPORT_GOLDEN_H

#include "base/str.h"

/* A file of the tree, in the test's arena; the test fails without it. */
struct str golden_read(struct str path);
/*
 * Is got tests/golden/NAME.html?  Fails from the line that differs first, so
 * that a change can be seen.  With PISTE_GOLDEN=update the file is written
 * anew.
 */
void golden_check(const char *name, struct str got);

#endif
