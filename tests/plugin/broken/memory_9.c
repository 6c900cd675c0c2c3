/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: dynamics 'memory_9': 9 memory variables; up to 8 are possible */
#define MEMORY_COUNT 9
#include "parts/dynamics.h"
