/* Implements pile.h. */
#include <stdlib.h>
#include <string.h>

#include "track/pile.h"

#define FIRST_BYTES ((size_t)64 << 10)
#define KEPT_BYTES_MAX ((size_t)2 << 20)	/* more goes back when empty */
#define ROW_BYTES_MAX (sizeof(struct pile_head) + \
	PILE_TEXTS * PILE_TEXT_BYTES_MAX)

static void
reserve(struct pile *p)
{
	size_t capacity = p->capacity ? p->capacity : FIRST_BYTES;

	if (p->n + ROW_BYTES_MAX <= p->capacity)
		return;
	while (capacity < p->n + ROW_BYTES_MAX)
		capacity *= 2;
	p->p = realloc(p->p, capacity);
	if (!p->p)
		abort();
	p->capacity = capacity;
}

static void
add(struct pile *p, const void *bytes, size_t n)
{
	if (n)
		memcpy(p->p + p->n, bytes, n);
	p->n += n;
}

void
pile_push(struct pile *p, const struct pile_row *row)
{
	struct pile_head head = row->head;

	reserve(p);
	for (int i = 0; i < PILE_TEXTS; i++)
		head.n[i] = (uint8_t)row->text[i].n;
	add(p, &head, sizeof head);
	for (int i = 0; i < PILE_TEXTS; i++)
		add(p, row->text[i].p, row->text[i].n);
	p->count++;
}

size_t
pile_take(const struct pile *p, size_t *at, struct pile_row *row, size_t max)
{
	size_t count = 0;

	for (; *at < p->n && count < max; count++, row++) {
		memcpy(&row->head, p->p + *at, sizeof row->head);
		*at += sizeof row->head;
		for (int i = 0; i < PILE_TEXTS; i++) {
			row->text[i] = (struct str){ p->p + *at,
			    row->head.n[i] };
			*at += row->head.n[i];
		}
	}
	return count;
}

void
pile_empty(struct pile *p)
{
	p->n = 0;
	p->count = 0;
	if (p->capacity > KEPT_BYTES_MAX)
		pile_clear(p);
}

void
pile_clear(struct pile *p)
{
	free(p->p);
	*p = (struct pile){ 0 };
}
