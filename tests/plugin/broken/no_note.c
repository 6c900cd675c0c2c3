/* SPDX-License-Identifier: BSD-3-Clause */
/* load: a shared library, but not a reverie plugin (it has no reverie version note) */
#define WITHOUT_NOTE
#include "parts/dynamics.h"
