/* SPDX-License-Identifier: BSD-3-Clause */
/* load: task 'task_null_generate': the required function 'generate' is missing */
#define KIND REVERIE_KIND_TASK
#define TABLE reverie_task table = {.layout = SOME, .encode = SOME, .decode = SOME}
#include "parts/bare.h"
