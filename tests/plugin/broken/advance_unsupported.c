/* SPDX-License-Identifier: BSD-3-Clause */
/* call 4: dynamics 'advance_unsupported': advance failed: this is not supported (status -2) */
#define ADVANCE_STATUS REVERIE_UNSUPPORTED
#include "parts/dynamics.h"
