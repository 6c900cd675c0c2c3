/* SPDX-License-Identifier: BSD-3-Clause */
/* create 1: dynamics 'create_fails': create failed: parameter 'friction': 0.5 does not suit this network */
#define CREATE_STATUS REVERIE_INVALID
#define CREATE_MESSAGE "0.5 does not suit this network"
#include "parts/dynamics.h"
