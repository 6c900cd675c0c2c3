/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'twice_the_parameter': the name 'friction' of parameter 1 is taken already */
#define SECOND_NAME "friction"
#include "parts/dynamics.h"
