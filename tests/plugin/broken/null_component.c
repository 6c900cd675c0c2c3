/* SPDX-License-Identifier: BSD-3-Clause */
/* load: component 0 is missing */
#define FIRST NULL
#include "parts/dynamics.h"
