/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'null_version': its version is missing */
#define VERSION NULL
#include "parts/dynamics.h"
