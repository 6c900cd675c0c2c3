/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'parameter_size_0': parameter 0 is too small: struct_size 0, at least 80 needed */
#define PARAMETER_SIZE 0
#include "parts/dynamics.h"
