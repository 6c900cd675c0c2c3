/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_destination': projection 'w_gated': its destination 3 is not one of the 3 slots */
#define DESTINATION 3
#include "parts/cell.h"
