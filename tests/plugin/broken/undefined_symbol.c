/* SPDX-License-Identifier: BSD-3-Clause */
/* load: it uses something that no library provides: undefined symbol: function_of_no_library */
#define NEEDS_FUNCTION function_of_no_library
#include "parts/dynamics.h"
