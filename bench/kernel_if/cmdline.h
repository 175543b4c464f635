/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel command line, split the way the kernel splits it. */
#ifndef TW_CMDLINE_H
#define TW_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Length of the part that belongs to the kernel: what follows a lone "--" is init's, and proves
 * nothing about the kernel.
 */
size_t cmdline_kernel_len(const char *line);

/* Whether TOKEN ("name=value", exactly) is a parameter of the kernel in LINE. */
bool cmdline_has(const char *line, const char *token);

/* The last value of parameter NAME. False if it is not there or does not fit. */
bool cmdline_value(const char *line, const char *name, char *value, size_t size);

#endif
