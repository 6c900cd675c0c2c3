/* SPDX-License-Identifier: BSD-3-Clause */
/* create 1: dynamics 'create_out_of_memory': create failed: out of memory (status -4) */
#define IN_CREATE if (!malloc(PTRDIFF_MAX)) return REVERIE_MEMORY
#include "parts/dynamics.h"
