/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: dynamics 'layout_size_8': its layout is too small: struct_size 8, at least 24 needed */
#define LAYOUT_SIZE 8
#include "parts/dynamics.h"
