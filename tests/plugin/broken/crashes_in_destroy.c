/* SPDX-License-Identifier: BSD-3-Clause */
/* check create: SIGSEGV (invalid memory access) in 'destroy' of dynamics 'crashes_in_destroy' */
#define INSTANCE &the_layout
#define IN_DESTROY raise(SIGSEGV)
#include "parts/dynamics.h"
