/*
 * Knows how the deployed page proves that its experiments can be believed:
 * synthetic visitors over HTTP, whose figures must be what they did.
 */
#ifndef PISTE_SELFTEST_H
#define PISTE_SELFTEST_H

struct conf;

#define SELFTEST_VISITORS 6000
#define SELFTEST_LOOKS 30	/* at each of the A/A tests */
#define SELFTEST_LOOKS_MAX 1000

/*
 * "experiment [KEY] [--visitors N] [--looks L] [--seed S]": a JSON line a
 * check on standard output, the same in words on standard error.  A command's
 * status: failed when a check is.
 */
int selftest_run(const struct conf *c, int words, char **word);

#endif
