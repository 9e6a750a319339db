/* Knows the file in which refused rows are taken along. */
#ifndef PISTE_CONSOLE_BRINGREPORT_H
#define PISTE_CONSOLE_BRINGREPORT_H

#include "http/route.h"

/* GET /console/import/:id/refused.csv; 404 until the file is in */
enum turn bringreport_csv(struct request *rq);

#endif
