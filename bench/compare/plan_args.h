/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TW_PLAN_ARGS_H
#define TW_PLAN_ARGS_H

#include <jansson.h>

/*
 * Of the arguments of a `twbench run`, as its journal has them, those that say what is measured: not
 * where to, with which seed, how loud, and what it is compared with. A new array, the first word
 * (the command) included; NULL without memory.
 */
json_t *plan_args(const json_t *args);

#endif
