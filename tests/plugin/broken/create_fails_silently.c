/* SPDX-License-Identifier: BSD-3-Clause */
/* create 1: dynamics 'create_fails_silently': create failed: parameter 'friction': out of memory (status -4) */
#define CREATE_STATUS REVERIE_MEMORY
#include "parts/dynamics.h"
