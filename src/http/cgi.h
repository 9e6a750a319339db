/* Knows plain CGI (RFC 3875): one request from the environment and stdin. */
#ifndef PISTE_HTTP_CGI_H
#define PISTE_HTTP_CGI_H

#include <stdbool.h>

#include "base/err.h"

struct gateway_plan;

/* See gateway_is_cgi and gateway_cgi. */
bool cgi_is(char *const *environment);
MUST_USE enum err cgi_answer(const struct gateway_plan *plan,
    char *const *environment);

#endif
