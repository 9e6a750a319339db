/* Knows what operators ask: alive, ready, how much of what. */
#ifndef PISTE_HEALTH_H
#define PISTE_HEALTH_H

#include "http/route.h"

enum turn health_alive(struct request *rq);
/* 200, or 503 with the reason; 403 from addresses not in metrics_from. */
enum turn health_ready(struct request *rq);
/* Prometheus text, likewise. */
enum turn health_metrics(struct request *rq);

#endif
