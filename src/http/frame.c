/*
 * Scanning FastCGI records: one BEGIN_REQUEST for a responder, PARAMS to the
 * empty one, STDIN to the empty one, all of one request.  Whatever else the
 * protocol allows (management, abort, multiplexing) nginx does not send, and
 * it is bad here.
 */
#include <string.h>

#include <fastcgi.h>

#include "http/frame.h"

struct record {
	unsigned type;
	unsigned id;
	size_t content;
	size_t padding;
};

void
frame_init(struct frame *f)
{
	*f = (struct frame){ 0 };
}

static enum frame_state
bad(struct frame *f, const char *fault)
{
	f->fault = fault;
	return FRAME_BAD;
}

static size_t
length_size(unsigned char first)
{
	return first & 0x80 ? 4 : 1;
}

static size_t
length_value(const unsigned char *p)
{
	if (!(p[0] & 0x80))
		return p[0];
	return (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 |
	    (size_t)p[2] << 8 | p[3];
}

/* Take one byte of a pair's two lengths; when both are known, set skip. */
static void
take_length(struct frame *f, unsigned char byte)
{
	size_t name;

	f->length[f->lengths++] = byte;
	name = length_size(f->length[0]);
	if (f->lengths <= name ||
	    f->lengths < name + length_size(f->length[name]))
		return;
	/* Two lengths of 31 bits can't overflow a size_t. */
	f->skip = length_value(f->length) + length_value(f->length + name);
	f->lengths = 0;
}

/* What is wrong with these name-value bytes, or NULL. */
static const char *
scan_pairs(struct frame *f, struct str content)
{
	while (content.n) {
		size_t take = f->skip < content.n ? f->skip : content.n;

		if (!take) {
			take_length(f, (unsigned char)content.p[0]);
			content = str_slice(content, 1, content.n);
			if (f->skip > FRAME_PARAMS_BYTES_MAX)
				return "param-length";
			continue;
		}
		/* libfcgi makes C strings of them, which a NUL would cut. */
		if (memchr(content.p, '\0', take))
			return "param-nul";
		f->skip -= take;
		content = str_slice(content, take, content.n);
	}
	return NULL;
}

static struct record
read_header(const char *bytes)
{
	const unsigned char *p = (const unsigned char *)bytes;

	return (struct record){
		.type = p[1],
		.id = (unsigned)p[2] << 8 | p[3],
		.content = (size_t)p[4] << 8 | p[5],
		.padding = p[6],
	};
}

/*
 * Judge a record by its header alone, so that nothing absurd is awaited.
 *
 * The padding of BEGIN_REQUEST and of the empty PARAMS record, which nobody
 * sends, would be taken for records by libfcgi: it forgets to skip it there.
 */
static enum frame_state
judge_header(struct frame *f, const struct record *r)
{
	if (r->padding && !f->in_stdin && (!f->at || !r->content))
		return bad(f, "padding");
	if (!f->at)
		return r->type != FCGI_BEGIN_REQUEST || !r->id ||
		    r->content != sizeof(FCGI_BeginRequestBody) ?
		    bad(f, "begin") : FRAME_PARTIAL;
	if (r->id != f->id)
		return bad(f, "other-request");
	if (r->type != (f->in_stdin ? FCGI_STDIN : FCGI_PARAMS))
		return bad(f, "record-type");
	if (f->in_stdin)
		return f->body_bytes + r->content > REQUEST_BODY_BYTES_MAX ?
		    FRAME_TOO_BIG : FRAME_PARTIAL;
	return f->params_bytes + r->content > FRAME_PARAMS_BYTES_MAX ?
	    bad(f, "params-bytes") : FRAME_PARTIAL;
}

/* Read a record whose bytes are all there. */
static enum frame_state
read_record(struct frame *f, const struct record *r, struct str content)
{
	const char *fault;

	if (r->type == FCGI_BEGIN_REQUEST) {
		f->id = r->id;
		return content.p[0] || content.p[1] != FCGI_RESPONDER ?
		    bad(f, "role") : FRAME_PARTIAL;
	}
	if (r->type == FCGI_STDIN) {
		f->body_bytes += content.n;
		return content.n ? FRAME_PARTIAL : FRAME_COMPLETE;
	}
	f->params_bytes += content.n;
	fault = scan_pairs(f, content);
	if (!fault && !content.n && (f->skip || f->lengths))
		fault = "params-cut";
	f->in_stdin = !content.n;
	return fault ? bad(f, fault) : FRAME_PARTIAL;
}

enum frame_state
frame_scan(struct frame *f, struct str bytes)
{
	while (bytes.n - f->at >= FRAME_HEADER_BYTES) {
		const char *p = bytes.p + f->at;
		struct record r = read_header(p);
		size_t size = FRAME_HEADER_BYTES + r.content + r.padding;
		enum frame_state s;

		if (p[0] != FCGI_VERSION_1)
			return bad(f, "version");
		s = judge_header(f, &r);
		if (s)
			return s;
		if (bytes.n - f->at < size)
			break;
		s = read_record(f, &r, (struct str){
		    p + FRAME_HEADER_BYTES, r.content });
		if (s == FRAME_COMPLETE) {
			f->feed = f->at;
			f->end = f->at + size;
		}
		if (s)
			return s;
		f->at += size;
		if (f->in_stdin && !f->feed)
			f->feed = f->at;
	}
	if (bytes.n < FRAME_BYTES_MAX)
		return FRAME_PARTIAL;
	return f->in_stdin ? FRAME_TOO_BIG : bad(f, "too-long");
}
