/* Implements addr.h over inet_pton and inet_ntop. */
#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"

#define KEEP_BITS_4 24
#define KEEP_BITS_6 48
#define OWNER_BITS_6 64
#define BITS_4 32
#define BITS_6 128
#define NETWORK_TEXT_MAX (INET6_ADDRSTRLEN + 4)

static_assert(ADDR_OWNER_BYTES_MAX >= INET_ADDRSTRLEN &&
    ADDR_OWNER_BYTES_MAX >= OWNER_BITS_6 / 8, "either owner has room");

struct addr {
	int family;
	unsigned char bytes[16];
};

static bool
parse(struct str text, struct addr *out)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char z[INET6_ADDRSTRLEN];

	if (str_z(text, z, sizeof z))
		return false;
	memset(out->bytes, 0, sizeof out->bytes);
	out->family = AF_INET;
	if (inet_pton(AF_INET, z, out->bytes) == 1)
		return true;
	out->family = AF_INET6;
	if (inet_pton(AF_INET6, z, out->bytes) != 1)
		return false;
	if (!memcmp(out->bytes, mapped, sizeof mapped)) {
		out->family = AF_INET;
		memmove(out->bytes, out->bytes + sizeof mapped, 4);
	}
	return true;
}

static uint32_t
bits_of(const struct addr *a)
{
	return a->family == AF_INET ? BITS_4 : BITS_6;
}

static void
truncate_to(struct addr *a, uint32_t bits)
{
	for (uint32_t i = 0; i < sizeof a->bytes; i++) {
		uint32_t left = bits > i * 8 ? bits - i * 8 : 0;

		if (left < 8)
			a->bytes[i] &= (unsigned char)(0xff00 >> left);
	}
}

struct str
addr_prefix(struct arena *a, struct str text, bool keep)
{
	struct addr ad;
	char z[INET6_ADDRSTRLEN];
	uint32_t bits;

	if (!parse(text, &ad))
		return STR_EMPTY;
	bits = ad.family == AF_INET ? KEEP_BITS_4 : KEEP_BITS_6;
	if (keep)
		bits = bits_of(&ad);
	truncate_to(&ad, bits);
	inet_ntop(ad.family, ad.bytes, z, sizeof z);
	return buf_fmt(a, NETWORK_TEXT_MAX, "%s/%u", z, bits);
}

struct str
addr_owner(struct str text, char room[ADDR_OWNER_BYTES_MAX])
{
	struct addr ad;

	if (!parse(text, &ad))
		return STR_EMPTY;
	if (ad.family == AF_INET && !memchr(text.p, ':', text.n))
		return text;
	if (ad.family == AF_INET)
		return str_of(inet_ntop(AF_INET, ad.bytes, room,
		    ADDR_OWNER_BYTES_MAX));
	memcpy(room, ad.bytes, OWNER_BITS_6 / 8);
	return (struct str){ room, OWNER_BITS_6 / 8 };
}

static bool
network_parse(struct str word, struct addr *out, uint32_t *bits)
{
	struct str host, length;
	bool has_length = str_cut(word, '/', &host, &length);

	if (!parse(host, out))
		return false;
	*bits = bits_of(out);
	return !has_length || str_u32(length, 0, *bits, bits);
}

/* The next word of a list parted by blanks or commas; false at its end. */
static bool
next_word(struct str *list, struct str *word)
{
	size_t n = 0;

	while (list->n && (list->p[0] == ' ' || list->p[0] == ','))
		*list = str_slice(*list, 1, list->n);
	while (n < list->n && list->p[n] != ' ' && list->p[n] != ',')
		n++;
	*word = str_slice(*list, 0, n);
	*list = str_slice(*list, n, list->n);
	return n > 0;
}

bool
addr_in(struct str text, struct str list)
{
	struct addr ad, network;
	struct str word;
	uint32_t bits;
	bool is_addr = parse(text, &ad);

	while (next_word(&list, &word)) {
		struct addr masked = ad;

		if (str_eq(word, STR("unix")) && str_is_empty(text))
			return true;
		if (!is_addr || !network_parse(word, &network, &bits) ||
		    network.family != ad.family)
			continue;
		truncate_to(&masked, bits);
		truncate_to(&network, bits);
		if (!memcmp(masked.bytes, network.bytes, sizeof masked.bytes))
			return true;
	}
	return false;
}

bool
addr_list_is(struct str list)
{
	struct addr network;
	struct str word;
	uint32_t bits;
	size_t count = 0;

	while (next_word(&list, &word)) {
		if (++count > ADDR_LIST_MAX)
			return false;
		if (!str_eq(word, STR("unix")) &&
		    !network_parse(word, &network, &bits))
			return false;
	}
	return true;
}

bool
addr_port_is(struct str text)
{
	size_t colon = text.n;
	struct str host;
	struct addr at;
	uint32_t port;

	/* The last one: an IPv6 address has more of them. */
	while (colon && text.p[colon - 1] != ':')
		colon--;
	if (!colon || !str_u32(str_slice(text, colon, text.n), 1, 65535,
	    &port))
		return false;
	host = str_slice(text, 0, colon - 1);
	if (str_has_prefix(host, STR("[")) && str_has_suffix(host, STR("]")))
		host = str_slice(host, 1, host.n - 2);
	return parse(host, &at);
}
