/* SPDX-License-Identifier: BSD-3-Clause */
/* accept */
#include "parts/dynamics.h"
