/* SPDX-License-Identifier: BSD-3-Clause */
/* call 4: dynamics 'advance_throws': advance threw an exception through the interface: an exception of unknown
 * type */
#define IN_ADVANCE throw 7
#include "parts/dynamics.h"
