/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'nan_range': parameter 'friction': its range from nan to 1 is empty */
#define MINIMUM NAN
#include "parts/dynamics.h"
