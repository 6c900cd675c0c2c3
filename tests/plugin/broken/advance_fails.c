/* SPDX-License-Identifier: BSD-3-Clause */
/* call 1: dynamics 'advance_fails': advance failed: the computation left the finite numbers, or did not converge
 * (status -3) */
#define ADVANCE_STATUS REVERIE_NUMERIC
#include "parts/dynamics.h"
