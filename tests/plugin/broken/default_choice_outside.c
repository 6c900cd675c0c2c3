/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'default_choice_outside': parameter 'mode': its default is choice 1 of 1 */
#define CHOICE_COUNT 1
#include "parts/dynamics.h"
