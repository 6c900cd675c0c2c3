/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: dynamics 'memory_twice': the name 'velocity' of memory 1 is taken already */
#define MEMORY_COUNT 2
#include "parts/dynamics.h"
