/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'choice_count_huge': parameter 'mode': the number of its choices is 4294967295, which is more than
 * any plugin has */
#define CHOICE_COUNT 0xffffffffu
#include "parts/dynamics.h"
