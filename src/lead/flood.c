/* Implements flood.h by a counter for each of the last seconds. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/conf.h"
#include "base/log.h"
#include "store/pg.h"

#include "lead/flood.h"

#define SECOND_MS 1000

struct second {
	int64_t at;		/* since 1970; what it counts */
	int64_t posts;
	int64_t suspects;
};

struct flood {
	const struct conf *conf;
	pthread_mutex_t lock;	/* of all below */
	struct second second[FLOOD_SECONDS];
	bool is_attack;
	int64_t busy_ms;	/* when it was last at half the limits */
	struct flood_count count;
};

const char *
flood_session(const struct conf *c, char dst[FLOOD_SESSION_BYTES])
{
	snprintf(dst, FLOOD_SESSION_BYTES, PG_WRITER_SESSION
	    "; SET piste.rate_network_max = '%lld'"
	    "; SET piste.rate_address_max = '%lld'"
	    "; SET piste.rate_origin_max = '%lld'"
	    "; SET piste.rate_window_ms = '%lld'",
	    (long long)c->rate_network_max, (long long)c->rate_address_max,
	    (long long)c->rate_origin_max, (long long)c->rate_window_ms);
	return dst;
}

struct flood *
flood_new(const struct conf *c)
{
	struct flood *f = calloc(1, sizeof *f);

	if (!f || pthread_mutex_init(&f->lock, NULL))
		abort();
	f->conf = c;
	return f;
}

void
flood_free(struct flood *f)
{
	if (!f)
		return;
	pthread_mutex_destroy(&f->lock);
	free(f);
}

/* The last minute together. */
static struct second
add_up(const struct flood *f, int64_t now_ms)
{
	int64_t now = now_ms / SECOND_MS;
	struct second sum = { .at = now };

	for (size_t i = 0; i < FLOOD_SECONDS; i++) {
		const struct second *s = &f->second[i];

		/* A clock put back leaves what is to come out. */
		if (s->at <= now - FLOOD_SECONDS || s->at > now)
			continue;
		sum.posts += s->posts;
		sum.suspects += s->suspects;
	}
	return sum;
}

/* Are these as many as part of a limit?  0 is no limit. */
static bool
is_many(int64_t count, int64_t max, int64_t part)
{
	return max && count * part >= max;
}

/* Did it begin or end just now?  Whoever is told so logs it. */
static bool
look(struct flood *f, int64_t now_ms)
{
	const struct conf *c = f->conf;
	struct second sum = add_up(f, now_ms);
	bool was_attack = f->is_attack;

	if (is_many(sum.suspects, c->attack_suspects, 1) ||
	    is_many(sum.posts, c->attack_posts, 1))
		f->is_attack = true;
	if (is_many(sum.suspects, c->attack_suspects, 2) ||
	    is_many(sum.posts, c->attack_posts, 2))
		f->busy_ms = now_ms;
	else if (now_ms - f->busy_ms >= FLOOD_CALM_MS)
		f->is_attack = false;
	f->count.attacks += f->is_attack && !was_attack;
	return f->is_attack != was_attack;
}

static void
tell(bool is_attack)
{
	log_event(LOG_WARN, is_attack ? "flood.attack" : "flood.calm");
}

void
flood_note(struct flood *f, bool is_suspect, int64_t now_ms)
{
	int64_t now = now_ms / SECOND_MS;
	struct second *s = &f->second[now % FLOOD_SECONDS];
	bool is_turned, is_attack;

	pthread_mutex_lock(&f->lock);
	if (s->at != now)
		*s = (struct second){ .at = now };
	s->posts++;
	s->suspects += is_suspect;
	f->count.posts++;
	f->count.suspects += is_suspect;
	is_turned = look(f, now_ms);
	is_attack = f->is_attack;
	pthread_mutex_unlock(&f->lock);
	if (is_turned)
		tell(is_attack);
}

void
flood_counts(struct flood *f, int64_t now_ms, struct flood_count *out)
{
	bool is_turned;

	pthread_mutex_lock(&f->lock);
	is_turned = look(f, now_ms);
	*out = f->count;
	out->is_attack = f->is_attack;
	pthread_mutex_unlock(&f->lock);
	if (is_turned)
		tell(out->is_attack);
}

bool
flood_asks_work(struct flood *f, int64_t now_ms)
{
	struct flood_count n;

	if (f->conf->proof_of_work != CONF_WHEN_ATTACK)
		return f->conf->proof_of_work == CONF_WHEN_ALWAYS;
	flood_counts(f, now_ms, &n);
	return n.is_attack;
}
