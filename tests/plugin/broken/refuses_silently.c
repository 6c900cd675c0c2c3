/* SPDX-License-Identifier: BSD-3-Clause */
/* load: it refused to start and gave no reason */
#define REFUSES ""
#include "parts/dynamics.h"
