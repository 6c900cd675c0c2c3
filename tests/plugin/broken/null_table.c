/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'null_table': its dynamics table is missing */
#define TABLE NULL
#include "parts/dynamics.h"
