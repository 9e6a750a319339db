/*
 * Implements smtp.h.  libcurl's own errors don't tell a refused recipient
 * from a refused message: the command that was answered does.
 */
#include <curl/curl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "deliver/smtp.h"

#define POLL_MS 1000
#define URL_BYTES 1100

struct smtp {
	struct smtp_plan plan;
	CURLM *multi;
	CURL *easy;
	char url[URL_BYTES];
	char ca[PATH_MAX];
	/* Of the conversation that is going on. */
	enum smtp_stage stage;
	bool is_over;		/* QUIT has been said: its answer is nobody's */
	char words[SMTP_WORDS_BYTES];
	struct str rest;	/* of the message, not sent yet */
};

static void
note(char *dst, size_t room, struct str s)
{
	size_t n = 0;

	s = str_trim(s);
	for (size_t i = 0; i < s.n && n < room - 1; i++)
		dst[n++] = s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?';
	dst[n] = '\0';
}

/* Sees each command and reply go by. */
static int
watch(CURL *easy, curl_infotype type, char *data, size_t size, void *context)
{
	static const struct {
		struct str command;
		enum smtp_stage stage;
	} commands[] = {
		{ { "MAIL ", 5 }, SMTP_FROM },
		{ { "RCPT ", 5 }, SMTP_TO },
		{ { "DATA", 4 }, SMTP_DATA },
	};
	struct str line = { data, size };
	struct smtp *s = context;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT && str_has_prefix(line, STR("QUIT")))
		s->is_over = true;
	if (s->is_over)
		return 0;
	if (type == CURLINFO_HEADER_IN)
		note(s->words, sizeof s->words, line);
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	s->words[0] = '\0';
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (str_has_prefix(line, commands[i].command))
			s->stage = commands[i].stage;
	return 0;
}

static size_t
give(char *to, size_t size, size_t count, void *context)
{
	struct smtp *s = context;
	struct str piece = str_slice(s->rest, 0, size * count);

	memcpy(to, piece.p, piece.n);
	s->rest = str_slice(s->rest, piece.n, s->rest.n);
	return piece.n;
}

struct smtp *
smtp_new(const struct smtp_plan *plan)
{
	struct smtp *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->plan = *plan;
	s->multi = curl_multi_init();
	s->easy = curl_easy_init();
	if (s->multi && s->easy &&
	    !str_z(plan->url, s->url, sizeof s->url) &&
	    !str_z(plan->ca, s->ca, sizeof s->ca))
		return s;
	smtp_free(s);
	return NULL;
}

void
smtp_free(struct smtp *s)
{
	if (!s)
		return;
	curl_easy_cleanup(s->easy);
	curl_multi_cleanup(s->multi);
	free(s);
}

/* An option that libcurl does not take would be a mistake of ours. */
#define SET(s, option, value) do { \
	if (curl_easy_setopt((s)->easy, (option), (value))) \
		abort(); \
} while (0)

static void
prepare(struct smtp *s)
{
	curl_easy_reset(s->easy);
	s->stage = SMTP_HELLO;
	s->is_over = false;
	s->words[0] = '\0';
	SET(s, CURLOPT_URL, s->url);
	SET(s, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(s, CURLOPT_PROXY, "");
	SET(s, CURLOPT_NOSIGNAL, 1L);
	SET(s, CURLOPT_USE_SSL, (long)(s->plan.needs_tls ? CURLUSESSL_ALL :
	    CURLUSESSL_NONE));
	if (*s->ca) {
		SET(s, CURLOPT_CAINFO, s->ca);
		SET(s, CURLOPT_CAPATH, (char *)NULL);
	}
	SET(s, CURLOPT_CONNECTTIMEOUT_MS, (long)SMTP_CONNECT_MS);
	SET(s, CURLOPT_TIMEOUT_MS, (long)s->plan.timeout_ms);
	SET(s, CURLOPT_VERBOSE, 1L);
	SET(s, CURLOPT_DEBUGFUNCTION, watch);
	SET(s, CURLOPT_DEBUGDATA, s);
}

/* A message that is on its way may arrive whole, others are not begun. */
static bool
must_stop(const struct smtp *s, const struct curl_waitfd *stop,
    int64_t *until_ms)
{
	if (!(stop->revents & CURL_WAIT_POLLIN))
		return false;
	if (s->stage != SMTP_DATA)
		return true;
	if (!*until_ms)
		*until_ms = clock_mono_ms() + SMTP_STOP_MS;
	return clock_mono_ms() >= *until_ms;
}

/*
 * As curl_easy_perform, but that stop_fd ends it, by letting its time be over:
 * a handle taken away in the middle would first end its message, and wait.
 */
static CURLcode
perform(struct smtp *s)
{
	struct curl_waitfd stop = { s->plan.stop_fd, CURL_WAIT_POLLIN, 0 };
	CURLcode result = CURLE_ABORTED_BY_CALLBACK;
	int64_t until_ms = 0;
	int running = 1;
	CURLMsg *told;

	if (curl_multi_add_handle(s->multi, s->easy))
		return CURLE_OUT_OF_MEMORY;
	while (!curl_multi_perform(s->multi, &running) && running) {
		/* A stop that is waited out must not keep this one awake. */
		unsigned fds = stop.fd >= 0 && !until_ms;

		if (curl_multi_poll(s->multi, &stop, fds, until_ms ?
		    POLL_MS / 10 : POLL_MS, NULL))
			break;
		if (must_stop(s, &stop, &until_ms))
			SET(s, CURLOPT_TIMEOUT_MS, 1L);
	}
	while ((told = curl_multi_info_read(s->multi, &running)) != NULL)
		if (told->msg == CURLMSG_DONE)
			result = told->data.result;
	curl_multi_remove_handle(s->multi, s->easy);
	return result;
}

/* The enhanced status that begins a reply's text (RFC 3463), or empty. */
static struct str
enhanced(struct str words)
{
	struct str code, status, rest;

	if (!str_cut(words, ' ', &code, &rest) &&
	    !str_cut(words, '-', &code, &rest))
		return STR_EMPTY;
	str_cut(rest, ' ', &status, &rest);
	if (status.n < 5 || status.n >= SMTP_STATUS_BYTES ||
	    (status.p[0] != '4' && status.p[0] != '5') || status.p[1] != '.')
		return STR_EMPTY;
	return status;
}

/* A refusal for reasons of policy, routes or room is not the address's. */
static bool
is_address_at_fault(struct str status)
{
	return !status.n || str_has_prefix(status, STR("5.1.")) ||
	    str_has_prefix(status, STR("5.2.1"));
}

enum smtp_verdict
smtp_judge(enum smtp_stage stage, uint32_t code, struct str words)
{
	if (stage < SMTP_TO || code == 421 || code < 400 || code > 599)
		return SMTP_AWAY;
	if (code < 500)
		return SMTP_LATER;
	return stage == SMTP_TO && is_address_at_fault(enhanced(words)) ?
	    SMTP_BOUNCED : SMTP_REFUSED;
}

static void
tell(struct smtp *s, CURLcode result, struct smtp_answer *out)
{
	struct str words = str_of(s->words), status;
	uint32_t code = 0;

	/* libcurl's own response code may be that of QUIT by now. */
	str_u32(str_slice(words, 0, 3), 100, 999, &code);
	out->verdict = result == CURLE_OK ? SMTP_TAKEN :
	    smtp_judge(s->stage, code, words);
	if (out->verdict == SMTP_AWAY)
		words = str_of(curl_easy_strerror(result));
	note(out->words, sizeof out->words, words);
	status = enhanced(words);
	if (!status.n)
		status = str_slice(words, 0, 3);
	note(out->status, sizeof out->status, status);
}

void
smtp_send(struct smtp *s, struct str from, struct str to,
    struct str message, struct smtp_answer *out)
{
	char sender[300], recipient[300];
	struct curl_slist *rcpt = NULL;
	CURLcode result = CURLE_OUT_OF_MEMORY;

	prepare(s);
	if (!str_z(from, sender, sizeof sender) &&
	    !str_z(to, recipient, sizeof recipient))
		rcpt = curl_slist_append(NULL, recipient);
	if (rcpt) {
		s->rest = message;
		SET(s, CURLOPT_MAIL_FROM, sender);
		SET(s, CURLOPT_MAIL_RCPT, rcpt);
		SET(s, CURLOPT_UPLOAD, 1L);
		SET(s, CURLOPT_READFUNCTION, give);
		SET(s, CURLOPT_READDATA, s);
		SET(s, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.n);
		result = perform(s);
	}
	tell(s, result, out);
	curl_slist_free_all(rcpt);
}

enum err
smtp_greet(struct smtp *s, char words[SMTP_WORDS_BYTES])
{
	CURLcode result;

	prepare(s);
	SET(s, CURLOPT_CONNECT_ONLY, 1L);
	result = perform(s);
	note(words, SMTP_WORDS_BYTES, s->words[0] ? str_of(s->words) :
	    str_of(curl_easy_strerror(result)));
	return result ? ERR_AWAY : OK;
}
