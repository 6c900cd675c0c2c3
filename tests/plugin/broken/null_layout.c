/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'null_layout': the required function 'layout' is missing */
#define LAYOUT NULL
#include "parts/dynamics.h"
