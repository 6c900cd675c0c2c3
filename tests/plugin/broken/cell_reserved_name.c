/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_reserved_name': the name 'readout' of projection 1 is taken already */
#define PROJECTION_NAME "readout"
#include "parts/cell.h"
