/*
 * Knows one file of the spool: its name, the form of a record in it, and how
 * its writer appends so that what is acknowledged stays.
 */
#ifndef PISTE_STORE_SEGMENT_H
#define PISTE_STORE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

struct dirent;

#define SEGMENT_NAME_BYTES 32		/* 16 + 1 + 8 hex digits, .spool, NUL */
#define SEGMENT_HEADER_BYTES 24
#define SEGMENT_MAGIC "\xfePS\xff"	/* no UTF-8 text can hold it */

/* One that may be appended to, by this process only. */
struct segment {
	int fd;				/* -1: none is open */
	int dir;
	char name[SEGMENT_NAME_BYTES];
	off_t good;			/* bytes of it that are on the disk */
	int64_t born_ms;		/* by the clock that never goes back */
};

/*
 * Make the next one in the directory dir, at a time after *last_us; it is on
 * the disk and locked when this returns OK.  ERR_AWAY; logged.
 */
MUST_USE enum err segment_begin(struct segment *s, int dir, uint64_t *last_us);
/*
 * Append and sync.  ERR_AWAY: logged, and the bytes are not there; the
 * segment may have been sealed.
 */
MUST_USE enum err segment_append(struct segment *s, struct str bytes);
void segment_seal(struct segment *s);

/* Write record's form to at; returns what follows it. */
char *segment_put(char *at, struct str record);
/*
 * One record at the head of bytes: OK and *record and *used; ERR_ABSENT when
 * more bytes are needed; ERR_INPUT when it is damaged.  Pure.
 */
MUST_USE enum err segment_parse(struct str bytes, struct str *record,
    size_t *used);
/* To be drained: a descriptor for close(), or -1 and errno. */
int segment_open(int dir, const char *name);
/*
 * How many records a segment seems to hold by their headers, and its size.
 * ERR_ABSENT when it is gone; ERR_AWAY when segment_open can't open it, with
 * the size all the same.
 */
MUST_USE enum err segment_count(int dir, const char *name, int64_t *records,
    int64_t *bytes);

/* When the segment of that name was begun; 0 for a name given by hand. */
int64_t segment_born_ms(const char *name);
/* The segments' names, oldest first: as scandir, -1 or free them all. */
int segment_list(int dir, struct dirent ***list);

#endif
