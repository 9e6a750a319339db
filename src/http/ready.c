/*
 * A list under a mutex and an eventfd, written once for however many are
 * pushed before the loop comes to look: a group's commit makes dozens ready.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "http/exchange.h"

#include "http/ready.h"

enum err
ready_init(struct ready *r)
{
	r->newest = NULL;
	r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->wake < 0)
		return ERR_AWAY;
	pthread_mutex_init(&r->lock, NULL);
	return OK;
}

void
ready_clear(struct ready *r)
{
	close(r->wake);
	pthread_mutex_destroy(&r->lock);
}

void
ready_poke(struct ready *r)
{
	uint64_t one = 1;

	/* It refuses only when it is full, and readable then. */
	if (write(r->wake, &one, sizeof one) < 0 && errno != EAGAIN)
		log_event(LOG_ERROR, "ready.poke", LOG_INT("errno", errno));
}

void
ready_push(struct ready *r, struct exchange *x)
{
	pthread_mutex_lock(&r->lock);
	x->next = r->newest;
	r->newest = x;
	/*
	 * Within the lock: once x can be taken its loop may end, and with it
	 * all this.
	 */
	if (!x->next)
		ready_poke(r);
	pthread_mutex_unlock(&r->lock);
}

struct exchange *
ready_take(struct ready *r)
{
	struct exchange *x, *list = NULL;
	uint64_t ignored;

	if (read(r->wake, &ignored, sizeof ignored) < 0 && errno != EAGAIN)
		log_event(LOG_ERROR, "ready.take", LOG_INT("errno", errno));
	pthread_mutex_lock(&r->lock);
	x = r->newest;
	r->newest = NULL;
	pthread_mutex_unlock(&r->lock);
	while (x) {
		struct exchange *next = x->next;

		x->next = list;
		list = x;
		x = next;
	}
	return list;
}
