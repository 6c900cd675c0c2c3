/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'reserved_parameter_name': parameter 0 is called 'plugin', which is a key of pipelines */
#define PARAMETER_NAME "plugin"
#include "parts/dynamics.h"
