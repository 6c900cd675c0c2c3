/* SPDX-License-Identifier: BSD-3-Clause */
/* load: component 'unknown_kind': its kind 9 is unknown */
#define KIND 9
#include "parts/dynamics.h"
