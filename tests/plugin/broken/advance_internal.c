/* SPDX-License-Identifier: BSD-3-Clause */
/* call 4: dynamics 'advance_internal': advance failed: an internal error of the plugin (status -5) */
#define ADVANCE_STATUS REVERIE_INTERNAL
#include "parts/dynamics.h"
