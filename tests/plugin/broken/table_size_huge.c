/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'table_size_huge': the struct_size of its dynamics table is 65537, which is more than any plugin
 * has */
#define TABLE_SIZE 65537
#include "parts/dynamics.h"
