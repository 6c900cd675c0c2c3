/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'table_size_8': its dynamics table is too small: struct_size 8, at least 16 needed */
#define TABLE_SIZE 8
#include "parts/dynamics.h"
