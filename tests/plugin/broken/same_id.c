/* SPDX-License-Identifier: BSD-3-Clause */
/* with correct: dynamics 'correct' is already provided by FOLDER/correct.so */
#define ID "correct"
#include "parts/dynamics.h"
