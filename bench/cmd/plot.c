// SPDX-License-Identifier: GPL-2.0
/* twbench plot: figures from journals. Each figure is a plots/NAME.gp. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "compare_args.h"
#include "exit_code.h"
#include "figure.h"
#include "inputs.h"
#include "place.h"
#include "plot_draw.h"
#include "plot_forest.h"
#include "report.h"

#define WHO "twbench plot"
#define FOREST "forest" /* the figure of two sides */

/* ---- command line ---- */

enum { KEY_FORMAT = 0x100, KEY_WHERE, KEY_ROWS };

static const char *const formats[] = { "svg", "png", "txt", NULL };

struct args {
	struct compare_args with; /* of forest */
	const char *dir, *format, *rows;
	char **where; /* ends with NULL */
	size_t n_where;
	char **words; /* journals first, then figures */
	size_t n_journals, n_figures;
};

static const struct argp_option options[] = {
	{ "directory", 'd', "DIR", 0, "Where the pictures go: DIR/FIGURE.FORMAT", 0 },
	{ "format", KEY_FORMAT, "svg|png|txt", 0, "Of the pictures (default: svg); txt: for mails",
	  0 },
	{ "where", KEY_WHERE, "PARAM=VALUE", 0, "Only points with this value; may be repeated", 0 },
	{ "rows", KEY_ROWS, "TSV", 0,
	  "Table for forest, made elsewhere: columns row, change, lo, hi (fractions), verdict;"
	  " optional: floor, control (1)",
	  0 },
	{ 0 },
};

static error_t parse_format(struct argp_state *state, const char *arg)
{
	struct args *args = state->input;

	for (size_t i = 0; formats[i]; i++)
		if (!strcmp(formats[i], arg))
			args->format = formats[i];
	return args->format ? 0 : cli_error(state, "unknown format '%s': svg, png or txt", arg);
}

static error_t parse_where(struct argp_state *state, char *arg)
{
	struct args *args = state->input;
	const char *equals = strchr(arg, '=');
	char **grown;

	if (!equals || equals == arg)
		return cli_error(state, "--where '%s' is not PARAM=VALUE", arg);
	grown = realloc(args->where, (args->n_where + 2) * sizeof(*grown));
	if (!grown)
		return ENOMEM;
	args->where = grown;
	grown[args->n_where++] = arg;
	grown[args->n_where] = NULL;
	return 0;
}

static error_t unknown_figure(struct argp_state *state, const char *name)
{
	char list[512] = "";

	for (const struct figure_source *s = figure_sources; s->name; s++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), " %s", s->name);
	return cli_error(state, "'%s' is neither a journal nor a figure; figures:%s", name, list);
}

/* A figure's name goes before a file of that name, which can be given as ./NAME. */
static error_t sort_words(struct argp_state *state, char **words, size_t n)
{
	struct args *args = state->input;
	size_t i, k;
	char *word;

	args->words = words;
	for (i = 0; i < n; i++) {
		word = words[i];
		if (figure_by_name(word)) {
			args->n_figures++;
			continue;
		}
		if (strcmp(word, "-") && !strpbrk(word, "./,:") && access(word, F_OK))
			return unknown_figure(state, word);
		for (k = i; k > args->n_journals; k--)
			words[k] = words[k - 1];
		words[args->n_journals++] = word;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->with;
		return 0;
	case 'd':
		args->dir = arg;
		return 0;
	case KEY_FORMAT:
		return parse_format(state, arg);
	case KEY_WHERE:
		return parse_where(state, arg);
	case KEY_ROWS:
		args->rows = arg;
		return 0;
	case ARGP_KEY_ARGS:
		return sort_words(state, state->argv + state->next, state->argc - state->next);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *list_figures(int key, const char *text, void *input)
{
	struct figure f;
	char *list = NULL, why[128];
	size_t size;
	FILE *out;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&list, &size);
	if (!out)
		return (char *)text;
	fputs("FIGURES\n", out);
	for (const struct figure_source *s = figure_sources; s->name; s++)
		if (!figure_parse(s, &f, why, sizeof(why)))
			fprintf(out, "  %-14s %s\n", s->name, f.title);
	if (text)
		fprintf(out, "\n%s", text);
	return fclose(out) ? (char *)text : list;
}

static const struct argp_child children[] = {
	{ &compare_argp, 0, "Of BASE HEAD forest, as in twbench compare:", 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.help_filter = list_figures,
	.args_doc = "JOURNAL... [FIGURE...]\nBASE HEAD forest",
	.doc = "Draw figures from journals: those that are named, or all that the journals have the"
	       " data for. Prints the path of each picture. \"-\" is standard input."
	       "\v"
	       "A figure shows one value of each parameter that is neither an axis nor tells its curves"
	       " apart, and says which; --where chooses another. forest, if it is named, compares two"
	       " sides, given as to twbench compare.\n"
	       "Exit status: 0; 2 usage, or no data for a named figure or for any; 4 journals of"
	       " different environments, or not comparable; 5 bad or foreign input; 6 drawing or output failed; 77 no"
	       " gnuplot.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  twbench plot -d pictures results/run.jsonl\n"
	       "  twbench plot -d . --format png run.jsonl delivery-tail ebusy\n"
	       "  twbench plot -d . --format txt --where rate=1000 run.jsonl delivery-cdf\n"
	       "  twbench plot -d . main.jsonl head.jsonl forest --treatment twbench\n"
	       "  twbench plot -d . run.jsonl:impl=posted run.jsonl:impl=refcounted forest\n",
};

static int usage(const char *text)
{
	fprintf(stderr, WHO ": %s\n", text);
	return EXIT_USAGE;
}

static bool is_named(const struct args *args, const char *figure)
{
	for (size_t i = 0; i < args->n_figures; i++)
		if (!strcmp(args->words[args->n_journals + i], figure))
			return true;
	return false;
}

/* Two sides to compare, of which forest is drawn. */
static bool has_sides(const struct args *args)
{
	return is_named(args, FOREST) && args->n_journals == 2 && !args->rows;
}

/* Nothing but forest: its sides may be what is no journal, such as a part of one. */
static bool is_forest_alone(const struct args *args)
{
	return is_named(args, FOREST) && args->n_figures == 1;
}

/* -1: go on; otherwise the exit code. */
static int check_forest(struct args *args)
{
	int code;

	if (!has_sides(args) && compare_args_given(&args->with))
		return usage("--alpha, --level, --floor, --floor-file, --treatment, --bench and"
			     " --metrics are of BASE HEAD forest");
	if (is_forest_alone(args) && args->n_where)
		return usage("forest takes no --where: BASE:PARAM=VALUE HEAD:PARAM=VALUE");
	code = compare_args_treatment(&args->with, WHO);
	return code ? code : -1;
}

/* -1: go on; otherwise the exit code. */
static int parse_args(int argc, char **argv, struct args *args)
{
	int code = cli_parse(&argp, argc, argv, args);

	if (code >= 0)
		return code;
	args->format = args->format ?: formats[0];
	if (!args->dir)
		return usage("where to? -d DIR");
	if (!args->n_journals && !args->rows)
		return usage("which JOURNAL? `twbench run -o FILE` writes one");
	return check_forest(args);
}

/* ---- figures ---- */

struct plotting {
	const struct args *args;
	struct plot_target to;
	struct sections sections;
	struct forest forest;
};

static int refuse(const struct figure *f, const char *why)
{
	fprintf(stderr, WHO ": %s cannot be drawn: %s; measure it: %s\n", f->source->name, why,
		f->measure);
	return EXIT_USAGE;
}

static bool is_wanted(const struct args *args, const struct figure *f)
{
	if (!args->n_figures) /* all: of the journals, or of the rows */
		return !*f->rows == !!args->n_journals;
	return is_named(args, f->source->name);
}

static int draw_table(struct plotting *p, const struct figure *f)
{
	struct plot_target to = p->to;

	if (*p->forest.machine)
		to.look.machine = p->forest.machine;
	return plot_draw(WHO, f, NULL, &p->forest.table, &to);
}

/* draw: no more than look whether it can be. */
static int plot_one(struct plotting *p, const struct figure *f, bool draw)
{
	struct figure_points points = { 0 };
	char why[320];
	int code = 0, err = 0;

	if (*f->rows && !p->forest.text)
		return refuse(f, "it is of two sides, BASE HEAD, or of a table (--rows TSV)");
	if (*f->rows)
		return draw ? draw_table(p, f) : 0;
	err = figure_select(f, &p->sections, p->args->where, &points, why, sizeof(why));
	if (err == -ENOENT)
		code = draw ? EXIT_USAGE : refuse(f, why);
	else if (err)
		code = EXIT_INTERNAL;
	else if (draw)
		code = plot_draw(WHO, f, &points, NULL, &p->to);
	if (draw && !code && points.left_out)
		fprintf(stderr, WHO ": %s: %zu points left out that differ from %s (see --where)\n",
			f->source->name, points.left_out, points.held);
	figure_points_free(&points);
	return code;
}

/* Nothing is drawn if a figure that was asked for by name cannot be. */
static int plot_wanted(struct plotting *p, bool draw)
{
	size_t drawn = 0;
	int code = 0;

	for (const struct figure_source *s = figure_sources; s->name; s++) {
		struct figure f;
		char why[128];
		int one;

		if (figure_parse(s, &f, why, sizeof(why))) {
			fprintf(stderr, WHO ": %s.gp: %s\n", s->name, why);
			return EXIT_INTERNAL;
		}
		if (!is_wanted(p->args, &f))
			continue;
		one = plot_one(p, &f, draw);
		drawn += !one;
		if (one > EXIT_USAGE)
			return one;
		code = one ?: code;
	}
	return drawn && !p->args->n_figures ? 0 : code;
}

static int check_dir(const char *dir)
{
	int err = place_check_dir(dir);

	if (err)
		fprintf(stderr, WHO ": cannot write into %s: %s\n", dir, strerror(-err));
	return err ? EXIT_USAGE : 0;
}

static int get_forest(struct args *args, struct forest *out)
{
	struct figure f;
	char why[128];

	if (has_sides(args))
		return forest_compare(WHO, &args->with, args->words, out);
	if (!args->rows || figure_parse(figure_by_name(FOREST), &f, why, sizeof(why)))
		return 0;
	return forest_read(WHO, &f, args->rows, out);
}

/* Pointers to the journals, if one picture may hold them all; *code: why not. The caller frees. */
static const struct journal **gather(const struct inputs *in, int *code)
{
	const struct journal **v = calloc(in->n + 1, sizeof(*v));
	char fields[512];

	*code = v ? 0 : EXIT_INTERNAL;
	for (size_t i = 0; i < in->n && !*code; i++) {
		v[i] = &in->v[i];
		if (inputs_same_env(v[0], v[i], fields, sizeof(fields)))
			continue;
		fprintf(stderr, WHO ": %s and %s are not of one environment: they differ in %s\n",
			v[0]->path, v[i]->path, fields);
		*code = EXIT_NOT_COMPARABLE;
	}
	return v;
}

static int plot_journals(struct args *args, const struct inputs *in)
{
	char machine[320] = "";
	struct plotting p = { .args = args, .to = { args->dir, { args->format, machine } } };
	int code;
	const struct journal **v = gather(in, &code);

	if (!code && in->n)
		report_machine(json_object_get(v[0]->header, "env"), machine, sizeof(machine));
	if (!code && sections_build(v, in->n, &p.sections))
		code = EXIT_INTERNAL;
	code = code ?: get_forest(args, &p.forest);
	code = code ?: plot_wanted(&p, false);
	code = code ?: check_dir(args->dir);
	code = code ?: plot_wanted(&p, true);
	forest_free(&p.forest);
	sections_free(&p.sections);
	free(v);
	return code;
}

int cmd_plot(int argc, char **argv)
{
	struct args args = { .with = COMPARE_ARGS_DEFAULTS };
	struct inputs in = { 0 };
	int code = parse_args(argc, argv, &args);

	if (code < 0) {
		code = args.n_journals && !is_forest_alone(&args)
			       ? inputs_read(WHO, args.words, args.n_journals, &in)
			       : 0;
		code = code ?: plot_journals(&args, &in);
		inputs_free(&in);
	}
	compare_args_free(&args.with);
	free(args.where);
	return code;
}
