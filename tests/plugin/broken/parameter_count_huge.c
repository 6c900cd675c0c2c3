/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'parameter_count_huge': the number of parameters is 4294967295, which is more than any plugin has */
#define PARAMETER_COUNT 0xffffffffu
#include "parts/dynamics.h"
