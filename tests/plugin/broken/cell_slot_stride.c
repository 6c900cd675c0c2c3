/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_slot_stride': the stride of the slots is 4, at least 24 needed */
#define SLOT_STRIDE 4
#include "parts/cell.h"
