/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: dynamics 'null_hook': its layout uses 'emit', but the function is missing */
#define USES REVERIE_USES_EMIT
#include "parts/dynamics.h"
