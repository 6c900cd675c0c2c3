/* SPDX-License-Identifier: BSD-3-Clause */
/* load: a library it needs is missing: libvanished.so.7: cannot open shared object file: No such file or directory */
#define NEEDS_FUNCTION function_of_vanished
#include "parts/dynamics.h"
