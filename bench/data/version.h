/* SPDX-License-Identifier: GPL-2.0 */
/* What the Makefile says of this build (-D); the files that include this are rebuilt with it. */
#ifndef TW_VERSION_H
#define TW_VERSION_H

#ifndef TW_VERSION
#define TW_VERSION "unknown"
#endif
#ifndef TW_COMMIT
#define TW_COMMIT "unknown"
#endif
#ifndef TW_CLANG_VERSION
#define TW_CLANG_VERSION "unknown"
#endif
#ifndef TW_LIBPERF_VERSION
#define TW_LIBPERF_VERSION "unknown"
#endif

#endif
