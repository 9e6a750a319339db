/* Knows the screens of experiments: which there are, and one's results. */
#ifndef PISTE_CONSOLE_LAB_H
#define PISTE_CONSOLE_LAB_H

#include "http/route.h"

enum turn lab_list(struct request *rq);	/* GET /console/experiments */
enum turn lab_show(struct request *rq);	/* GET /console/experiments/:key */

#endif
