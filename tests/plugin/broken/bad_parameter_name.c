/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'bad_parameter_name': the name 'Friction' of parameter 0 is not lower-case letters, digits and
 * underscores, letter first */
#define PARAMETER_NAME "Friction"
#include "parts/dynamics.h"
