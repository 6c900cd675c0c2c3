/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'no_choices': parameter 'mode': it is a choice without choices */
#define CHOICE_COUNT 0
#include "parts/dynamics.h"
