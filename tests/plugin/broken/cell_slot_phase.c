/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_slot_phase': slot 'candidate': its phase 1 is not below 1, the number of phases */
#define PHASES 1
#include "parts/cell.h"
