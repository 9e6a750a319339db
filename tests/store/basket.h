/*
 * What the spool's tests share: numbered records, a basket that counts how
 * often each came out of a drain, and looks at the files.
 */
#ifndef PISTE_TESTS_STORE_BASKET_H
#define PISTE_TESTS_STORE_BASKET_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "store/segment.h"
#include "store/spool.h"
#include "support/suite.h"

#define ROOM ((int64_t)1 << 30)
#define IDS_MAX 200000

/* Where a drain puts what it is given. */
struct basket {
	uint8_t times[IDS_MAX];
	uint32_t order[IDS_MAX];
	size_t count;
	size_t largest_group;
	size_t away_after;	/* then ERR_AWAY; 0: never */
	bool refuses_odd;
};

static inline struct basket *
basket_new(void)
{
	return arena_take(suite_arena(), sizeof(struct basket));
}

static inline uint32_t
id_of(struct str record)
{
	struct str id;
	uint32_t n;

	str_cut(record, ' ', &id, &record);
	ck_assert(str_u32(id, 0, IDS_MAX - 1, &n));
	return n;
}

static inline enum err
take(void *context, const struct str *record, size_t count)
{
	struct basket *b = context;

	if (b->away_after && b->count + count > b->away_after)
		return ERR_AWAY;
	for (size_t i = 0; i < count; i++)
		if (b->refuses_odd && id_of(record[i]) % 2)
			return ERR_INPUT;
	if (count > b->largest_group)
		b->largest_group = count;
	for (size_t i = 0; i < count; i++) {
		uint32_t id = id_of(record[i]);

		b->times[id]++;
		b->order[b->count++] = id;
	}
	return OK;
}

static inline struct str
record_of(uint32_t id, size_t n)
{
	char *p = memset(arena_take(suite_arena(), n + 12), 'x', n + 12);
	int head = snprintf(p, 12, "%u", id);

	p[head] = ' ';
	return (struct str){ p, n > (size_t)head ? n : (size_t)head };
}

static inline struct spool *
open_spool(struct str dir)
{
	struct spool *sp;

	ck_assert_int_eq(spool_open(dir, ROOM, &sp), OK);
	return sp;
}

static inline void
append_ids(struct spool *sp, uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct str r = record_of(from + i, 40);

		ck_assert_int_eq(spool_append(sp, &r, 1), OK);
	}
}

static inline int64_t
drain_all(struct str dir, struct basket *b)
{
	int64_t drained;

	ck_assert_int_eq(spool_drain(dir, 8, take, b, &drained), OK);
	return drained;
}

static inline struct spool_depth
depth_of(struct str dir)
{
	struct spool_depth d;

	ck_assert_int_eq(spool_depth(dir, &d), OK);
	return d;
}

static inline const char *
path_in(struct str dir, const char *name)
{
	return arena_copy(suite_arena(), buf_fmt(suite_arena(), 600,
	    "%.*s/%s", STR_ARG(dir), name)).p;
}

/* The path of the only entry of dir whose name ends in end. */
static inline const char *
only_file(struct str dir, const char *end)
{
	DIR *d = opendir(path_in(dir, "."));
	const char *found = NULL;

	ck_assert_ptr_nonnull(d);
	for (struct dirent *e; (e = readdir(d));)
		if (str_has_suffix(str_of(e->d_name), str_of(end))) {
			ck_assert_ptr_null(found);
			found = path_in(dir, e->d_name);
		}
	closedir(d);
	ck_assert_ptr_nonnull(found);
	return found;
}

static inline struct str
read_file(const char *path)
{
	char *p = arena_take(suite_arena(), 4096);
	FILE *f = fopen(path, "rb");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(p, 1, 4096, f);
	fclose(f);
	return (struct str){ p, n };
}

static inline void
write_file(const char *path, struct str bytes)
{
	FILE *f = fopen(path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	fclose(f);
}

/* Damage is reported as an error; these tests make plenty of it. */
static inline void
be_quiet(void)
{
	log_level_set((enum log_level)(LOG_ERROR + 1));
}

#endif
