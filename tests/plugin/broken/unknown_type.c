/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'unknown_type': parameter 'friction': its type 12 is unknown */
#define PARAMETER_TYPE 12
#include "parts/dynamics.h"
