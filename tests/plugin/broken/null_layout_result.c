/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: dynamics 'null_layout_result': its layout is missing */
#define LAYOUT_RESULT NULL
#include "parts/dynamics.h"
