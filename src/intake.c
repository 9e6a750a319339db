/* Implements intake.h. */
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "form/attachment.h"
#include "form/form.h"
#include "form/ticket.h"
#include "http/body.h"
#include "http/request.h"
#include "store/upload.h"

#include "intake.h"

#define PURPOSE "upload"

void
intake_files(struct request *rq, const struct body *body,
    struct form_post *out)
{
	struct attachment_file *file = arena_array(rq->arena, body->files,
	    sizeof *file);
	struct str *name = arena_array(rq->arena, body->files, sizeof *name);

	for (size_t i = 0; i < body->files; i++) {
		name[i] = body->file[i].field;
		file[i] = (struct attachment_file){ body->file[i].name,
		    body->file[i].bytes };
	}
	out->file_name = name;
	out->file = file;
	out->files = body->files;
}

/* A keyed hash: a seal is one, and a hash of it is as good a name. */
static struct str
make_id(struct request *rq, const struct ticket *t, struct str field,
    struct str sha256)
{
	char uuid[UUID_TEXT], hash[TOKEN_HASH_TEXT];
	struct str whole = buf_fmt(rq->arena, TOKEN_PAYLOAD_BYTES_MAX,
	    "%.*s %.*s %.*s", STR_ARG(token_uuid_text(&t->id, uuid)),
	    STR_ARG(field), STR_ARG(sha256));

	whole = token_seal(rq->arena, &rq->app->key, PURPOSE, whole);
	return arena_copy(rq->arena, str_slice(token_hash(whole, hash), 0,
	    UPLOAD_ID_CHARS));
}

enum err
intake_keep(struct request *rq, const struct ticket *t, const struct form *f,
    struct form_result *r)
{
	for (size_t i = 0; i < f->fields; i++) {
		const struct attachment *at = r->value[i].attachment;
		struct str id;
		enum err e;

		if (!at)
			continue;
		id = make_id(rq, t, f->field[i].name, at->sha256);
		e = upload_keep(rq->app->conf->uploads, id, at->bytes);
		if (e)
			return e;
		log_event(LOG_INFO, "intake.kept",
		    LOG_STR("field", f->field[i].name),
		    LOG_INT("bytes", (int64_t)at->bytes.n));
		form_keep(rq->arena, f, i, id, r);
	}
	return OK;
}
