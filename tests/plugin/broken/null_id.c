/* SPDX-License-Identifier: BSD-3-Clause */
/* load: the id of component 0 is missing */
#define ID NULL
#define SECOND_ID NULL
#include "parts/dynamics.h"
