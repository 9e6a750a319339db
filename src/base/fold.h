/*
 * Knows how bytes become a number that few others become: for tables in
 * memory, where a good hash must cost next to nothing.
 *
 * Eight bytes at a time are multiplied to twice their width and folded, as
 * wyhash does (Wang Yi, github.com/wangyi-fudan/wyhash).  Who can't see the
 * seed can't choose bytes that meet; it is no secret keeper: what must not be
 * guessed from its hash goes through SipHash (token_tag).
 */
#ifndef PISTE_BASE_FOLD_H
#define PISTE_BASE_FOLD_H

#include <stdint.h>

#include "base/str.h"

/* Of seed, a random number or the fold of what came before, and bytes. */
uint64_t fold_bytes(uint64_t seed, struct str bytes);

#endif
