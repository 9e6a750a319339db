/* Tests src/base/addr.c. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/buf.h"
#include "support/suite.h"

static const struct {
	const char *in, *cut, *whole;
} prefix_cases[] = {
	{ "192.0.2.77", "192.0.2.0/24", "192.0.2.77/32" },
	{ "255.255.255.255", "255.255.255.0/24", "255.255.255.255/32" },
	{ "2001:db8:1:2:3::4", "2001:db8:1::/48", "2001:db8:1:2:3::4/128" },
	{ "::ffff:192.0.2.77", "192.0.2.0/24", "192.0.2.77/32" },
	{ "::1", "::/48", "::1/128" },
	{ "", "", "" },			{ "unix:", "", "" },
	{ "192.0.2", "", "" },		{ "192.0.2.256", "", "" },
	{ "192.0.2.01", "", "" },	{ "192.0.2.00", "", "" },
	{ "0.0.0.0", "0.0.0.0/24", "0.0.0.0/32" },
	{ "192..2.1", "", "" },		{ "1.2.3.4.5", "", "" },
	{ ".1.2.3", "", "" },		{ "1.2.3.", "", "" },
	{ "1.2.3.4\n", "", "" },	{ "1.2.3.-4", "", "" },
	{ "192.0.2.1 ", "", "" },	{ "fe80::1%eth0", "", "" },
};

START_TEST(addresses_are_cut_to_networks)
{
	struct str in = str_of(prefix_cases[_i].in);

	ck_assert_str_same(addr_prefix(suite_arena(), in, false),
	    str_of(prefix_cases[_i].cut));
	ck_assert_str_same(addr_prefix(suite_arena(), in, true),
	    str_of(prefix_cases[_i].whole));
} END_TEST

static const struct {
	const char *in;
	size_t n;
	const char *out;
} owner_cases[] = {
	{ "192.0.2.77", 10, "192.0.2.77" },
	{ "::ffff:192.0.2.77", 10, "192.0.2.77" },
	{ "::ffff:255.255.255.255", 15, "255.255.255.255" },
	{ "::ffff:c000:24d", 10, "192.0.2.77" },
	{ "2001:db8:1:2:3::4", 8, "\40\1\15\270\0\1\0\2" },
	{ "2001:db8:1:2:ffff::", 8, "\40\1\15\270\0\1\0\2" },
	{ "", 0, "" }, { "unix:", 0, "" }, { "192.0.2", 0, "" },
};

START_TEST(an_owner_has_a_network)
{
	char room[ADDR_OWNER_BYTES_MAX];

	ck_assert_str_same(addr_owner(str_of(owner_cases[_i].in), room),
	    ((struct str){ owner_cases[_i].out, owner_cases[_i].n }));
} END_TEST

static const struct {
	const char *address, *list;
	bool is_in;
} list_cases[] = {
	{ "127.0.0.1", "127.0.0.1", true },
	{ "127.0.0.2", "127.0.0.1", false },
	{ "127.9.9.9", "10.0.0.0/8, 127.0.0.0/8", true },
	{ "10.1.2.3", "10.1.2.4/30", false },
	{ "10.1.2.7", "10.1.2.4/30", true },
	{ "::1", "127.0.0.0/8 ::1", true },
	{ "::ffff:10.0.0.1", "10.0.0.0/8", true },
	{ "2001:db8::1", "2001:db8::/32", true },
	{ "2001:db9::1", "2001:db8::/32", false },
	{ "2001:db8::1", "0.0.0.0/0", false },
	{ "1.2.3.4", "0.0.0.0/0", true },
	{ "", "unix", true },		{ "", "127.0.0.1", false },
	{ "1.2.3.4", "", false },	{ "junk", "0.0.0.0/0 ::/0", false },
};

START_TEST(membership_of_networks_is_judged)
{
	ck_assert_int_eq(addr_in(str_of(list_cases[_i].address),
	    str_of(list_cases[_i].list)), list_cases[_i].is_in);
} END_TEST

START_TEST(lists_are_judged_whole)
{
	struct buf b;

	ck_assert(addr_list_is(STR("")));
	ck_assert(addr_list_is(STR("127.0.0.1,::1 unix 10.0.0.0/8")));
	ck_assert(!addr_list_is(STR("10.0.0.0/33")));
	ck_assert(!addr_list_is(STR("10.0.0.0/")));
	ck_assert(!addr_list_is(STR("localhost")));
	buf_init(&b, suite_arena(), 10000);
	for (int i = 0; i < ADDR_LIST_MAX; i++)
		buf_addf(&b, "10.0.0.%d ", i);
	ck_assert(addr_list_is(buf_str(&b)));
	buf_add(&b, STR("10.0.1.0"));
	ck_assert(!addr_list_is(buf_str(&b)));
} END_TEST

static const struct {
	const char *text;
	bool is_address;
} port_cases[] = {
	{ "127.0.0.1:9000", true },	{ "[::1]:9000", true },
	{ "::1:9000", true },		{ "0.0.0.0:1", true },
	{ "0.0.0.0:65535", true },	{ "0.0.0.0:65536", false },
	{ "0.0.0.0:0", false },		{ "localhost:9000", false },
	{ "127.0.0.1", false },		{ "127.0.0.1:", false },
	{ ":9000", false },		{ "[]:9000", false },
	{ "9000", false },		{ "", false },
	{ "run/piste.sock", false },
};

START_TEST(an_address_with_a_port_is_judged)
{
	ck_assert_int_eq(addr_port_is(str_of(port_cases[_i].text)),
	    port_cases[_i].is_address);
} END_TEST

SUITE(addr)
{
	SUITE_LOOP(an_address_with_a_port_is_judged, COUNT(port_cases));
	SUITE_LOOP(addresses_are_cut_to_networks, COUNT(prefix_cases));
	SUITE_LOOP(an_owner_has_a_network, COUNT(owner_cases));
	SUITE_LOOP(membership_of_networks_is_judged, COUNT(list_cases));
	SUITE_TEST(lists_are_judged_whole);
}
