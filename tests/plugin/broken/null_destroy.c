/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'null_destroy': the required function 'destroy' is missing */
#define DESTROY NULL
#include "parts/dynamics.h"
