/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'parameter_stride_huge': the stride of the parameters is 1000000000, which is more than any plugin
 * has */
#define PARAMETER_STRIDE 1000000000
#include "parts/dynamics.h"
