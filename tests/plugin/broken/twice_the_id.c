/* SPDX-License-Identifier: BSD-3-Clause */
/* load: there are two dynamics components with the id 'twice' */
#define ID "twice"
#define SECOND_ID "twice"
#include "parts/dynamics.h"
