/* SPDX-License-Identifier: BSD-3-Clause */
/* load: metric 'metric_null_end': the required function 'end' is missing */
#define KIND REVERIE_KIND_METRIC
#define TABLE reverie_metric table = {.layout = SOME, .begin = SOME, .add = SOME, .finish_pass = SOME}
#include "parts/bare.h"
