/* Knows libphonenumber: the only door to that library. */
#ifndef PISTE_FORM_PHONELIB_H
#define PISTE_FORM_PHONELIB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Read number as dialled from region ("FR"; "ZZ" for nowhere), write it to dst
 * in E.164 with a NUL; false when it is no valid number or does not fit.
 * Safe from many threads.  There only when built with HAVE_PHONENUMBER.
 */
bool phonelib_e164(struct str number, const char *region, char *dst,
    size_t capacity) NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
