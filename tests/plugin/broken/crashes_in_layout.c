/* SPDX-License-Identifier: BSD-3-Clause */
/* check create: SIGSEGV (invalid memory access) in 'layout' of dynamics 'crashes_in_layout' */
#define LAYOUT_RESULT (raise(SIGSEGV), &the_layout)
#include "parts/dynamics.h"
