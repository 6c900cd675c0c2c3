/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'default_of_other_type': parameter 'friction': its default has another type than the
 * parameter */
#define DEFAULT_TYPE REVERIE_INTEGER
#include "parts/dynamics.h"
