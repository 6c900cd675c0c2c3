/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'default_nan': parameter 'friction': its default must be a number in [0, 1], not nan */
#define DEFAULT NAN
#include "parts/dynamics.h"
