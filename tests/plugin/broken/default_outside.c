/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'default_outside': parameter 'friction': its default must be a number in [0, 1], not 1.5 */
#define DEFAULT 1.5
#include "parts/dynamics.h"
