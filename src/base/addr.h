/* Knows IP addresses as text: truncation, and membership of networks. */
#ifndef PISTE_BASE_ADDR_H
#define PISTE_BASE_ADDR_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

#define ADDR_LIST_MAX 64	/* networks in one setting */

/*
 * The network to store: IPv4 /24, IPv6 /48, IPv4-mapped IPv6 as IPv4; with
 * keep, the whole address.  Empty when text is no address.
 */
struct str addr_prefix(struct arena *a, struct str text, bool keep);

/*
 * What tells one visitor's address from another's, in text or in room: an IPv4
 * address in its usual form, also one in IPv6's clothes; the bytes of an IPv6
 * one's /64, which its owner has to themselves.  Empty when text is none.
 */
#define ADDR_OWNER_BYTES_MAX 16
struct str addr_owner(struct str text, char room[ADDR_OWNER_BYTES_MAX]);

/*
 * Is text within one of the networks of list ("127.0.0.1 10.0.0.0/8 ::1",
 * blanks or commas)?  The word unix stands for a unix socket's empty address.
 */
bool addr_in(struct str text, struct str list);
/* Is every word of list an address or a network? */
bool addr_list_is(struct str list);
/* Is text address:port or [address]:port? */
bool addr_port_is(struct str text);

#endif
