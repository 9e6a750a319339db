/*
 * Knows the page behind the links in a seller's mails: accept a lead, refuse
 * it, tell of the first contact, leave a note.  A GET shows forms, whoever
 * follows the link; only its POST does anything.  A link is good for as long
 * as the lead is that seller's by that allocation, and says so afterwards.
 */
#ifndef PISTE_SELLERDAY_H
#define PISTE_SELLERDAY_H

#include "http/route.h"

enum turn sellerday_ask(struct request *rq);	/* GET /s/:token */
enum turn sellerday_take(struct request *rq);	/* POST /s/:token */

#endif
