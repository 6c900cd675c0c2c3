/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'null_create': the required function 'create' is missing */
#define CREATE NULL
#include "parts/dynamics.h"
