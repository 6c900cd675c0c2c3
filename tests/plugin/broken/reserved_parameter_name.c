/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'reserved_parameter_name': the name 'plugin' of parameter 0 is taken already */
#define PARAMETER_NAME "plugin"
#include "parts/dynamics.h"
