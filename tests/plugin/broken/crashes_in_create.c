/* SPDX-License-Identifier: BSD-3-Clause */
/* check create: SIGSEGV (invalid memory access) in 'create' of dynamics 'crashes_in_create' */
#define IN_CREATE raise(SIGSEGV)
#include "parts/dynamics.h"
