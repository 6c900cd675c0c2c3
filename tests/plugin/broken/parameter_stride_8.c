/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'parameter_stride_8': the stride of the parameters is 8, at least 80 needed */
#define PARAMETER_STRIDE 8
#include "parts/dynamics.h"
