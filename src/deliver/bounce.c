/*
 * Implements bounce.h, line by line: a report is known by the type of one of
 * its parts, and each part ends where a line begins with two hyphens and the
 * boundary does.  Header lines that are folded are not joined: what we look
 * for is short.
 */
#include "deliver/bounce.h"

/* What kind of lines we are among. */
enum place {
	PLACE_ELSEWHERE,
	PLACE_HEAD,		/* of a part */
	PLACE_STATUS,		/* message/delivery-status */
	PLACE_RETURNED,		/* the mail itself, or its headers */
};

struct reader {
	enum place place;
	enum place next;	/* once this part's head has ended */
	bool is_report;
	struct bounce_failure recipient;
	bool is_failed;		/* its Action */
	struct bounce *out;
};

/* "Name: value", names compared without case; false for another name. */
static bool
is_field(struct str line, struct str name, struct str *value)
{
	struct str head;

	return str_cut(line, ':', &head, value) &&
	    str_eq_fold(str_trim(head), name) &&
	    (*value = str_trim(*value), true);
}

/* "rfc822; ana@example.org": the address, without its < >. */
static struct str
address_of(struct str value)
{
	struct str type, address;

	if (!str_cut(value, ';', &type, &address) ||
	    !str_eq_fold(str_trim(type), STR("rfc822")))
		return STR_EMPTY;
	address = str_trim(address);
	if (str_has_prefix(address, STR("<")) &&
	    str_has_suffix(address, STR(">")))
		address = str_slice(address, 1, address.n - 2);
	return address;
}

/* Digits and dots: nothing else is a status. */
static struct str
status_of(struct str value)
{
	struct str word, rest;

	str_cut(value, ' ', &word, &rest);
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] != '.' && (word.p[i] < '0' || word.p[i] > '9'))
			return STR_EMPTY;
	return word.n <= BOUNCE_STATUS_BYTES_MAX ? word : STR_EMPTY;
}

/* A recipient's lines are over. */
static void
end_recipient(struct reader *r)
{
	struct bounce *out = r->out;

	if (r->is_failed && r->recipient.address.n &&
	    str_has_prefix(r->recipient.status, STR("5.")) &&
	    out->failures < BOUNCE_RECIPIENTS_MAX)
		out->failure[out->failures++] = r->recipient;
	r->recipient = (struct bounce_failure){ STR_EMPTY, STR_EMPTY };
	r->is_failed = false;
}

static void
read_status(struct reader *r, struct str line)
{
	struct str value;

	if (!line.n)
		end_recipient(r);
	else if (is_field(line, STR("Final-Recipient"), &value))
		r->recipient.address = address_of(value);
	else if (is_field(line, STR("Action"), &value))
		r->is_failed = str_eq_fold(value, STR("failed"));
	else if (is_field(line, STR("Status"), &value))
		r->recipient.status = status_of(value);
}

static void
read_head(struct reader *r, struct str line)
{
	struct str value;

	if (!line.n) {
		r->place = r->next;
	} else if (is_field(line, STR("Content-Type"), &value)) {
		str_cut(value, ';', &value, &line);
		value = str_trim(value);
		if (str_eq_fold(value, STR("message/delivery-status"))) {
			r->next = PLACE_STATUS;
			r->is_report = true;
		} else if (str_eq_fold(value, STR("message/rfc822")) ||
		    str_eq_fold(value, STR("text/rfc822-headers"))) {
			r->next = PLACE_RETURNED;
		}
	}
}

static void
read_returned(struct reader *r, struct str line)
{
	struct str value;

	if (!line.n)
		r->place = PLACE_ELSEWHERE;
	else if (!r->out->message_id.n &&
	    is_field(line, STR("Message-ID"), &value))
		r->out->message_id = value;
}

static void
read_line(struct reader *r, struct str line)
{
	if (str_has_prefix(line, STR("--"))) {
		end_recipient(r);
		r->place = PLACE_HEAD;
		r->next = PLACE_ELSEWHERE;
		return;
	}
	switch (r->place) {
	case PLACE_HEAD:
		read_head(r, line);
		break;
	case PLACE_STATUS:
		read_status(r, line);
		break;
	case PLACE_RETURNED:
		read_returned(r, line);
		break;
	case PLACE_ELSEWHERE:
		break;
	}
}

enum err
bounce_parse(struct str message, struct bounce *out)
{
	struct reader r = { .out = out };
	struct str line;

	*out = (struct bounce){ .message_id = STR_EMPTY };
	if (message.n > BOUNCE_BYTES_MAX)
		return ERR_INPUT;
	while (str_cut(message, '\n', &line, &message) || line.n) {
		if (str_has_suffix(line, STR("\r")))
			line.n--;
		read_line(&r, line);
		if (!message.n)
			break;
	}
	end_recipient(&r);
	if (!r.is_report)
		return ERR_INPUT;
	return out->failures ? OK : ERR_ABSENT;
}
