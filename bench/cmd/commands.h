/* SPDX-License-Identifier: GPL-2.0 */
/* One function per command: parse, call, print. argv[0] is the command's name; the result is the
 * exit code. */
#ifndef TW_COMMANDS_H
#define TW_COMMANDS_H

int cmd_list(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_cover(int argc, char **argv);
int cmd_repro(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/* Hidden: what benches have timed by hyperfine. */
int cmd_pingpong(int argc, char **argv);
int cmd_load(int argc, char **argv);

#endif
