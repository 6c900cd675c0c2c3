/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'null_parameters': the array of parameters is missing */
#define PARAMETERS NULL
#include "parts/dynamics.h"
