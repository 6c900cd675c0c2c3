/* SPDX-License-Identifier: BSD-3-Clause */
/* load: component 0 is too small: struct_size 8, at least 88 needed */
#define COMPONENT_SIZE 8
#include "parts/dynamics.h"
