/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'empty_range': parameter 'friction': its range from 2 to 1 is empty */
#define MINIMUM 2
#include "parts/dynamics.h"
