// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "report_html.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "compare.h"
#include "exit_code.h"
#include "figure.h"
#include "html.h"
#include "place.h"
#include "plot_draw.h"
#include "plot_forest.h"
#include "print.h"
#include "report.h"

struct page {
	const struct report_html *o;
	const struct inputs *in;
	struct html html;
	bool gnuplot;
	int code; /* of pictures that failed: the page is written all the same */
};

/* ---- figures ---- */

__attribute__((format(printf, 3, 4))) static void note(struct page *p, const char *kind,
						       const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	html_paragraph(&p->html, kind, text);
}

static void not_drawn(struct page *p, const struct figure *f, const char *why)
{
	note(p, "note", "Not drawn: %s (%s). Measure it: %s", f->source->name, why, f->measure);
}

static void put_picture(struct page *p, const struct figure *f, struct figure_points *points)
{
	const struct figure_look look = { "svg", "" };
	char why[400], caption[800], left_out[80] = "", *svg;
	int code;

	/* The page has the machine on top, and what is held below the picture. */
	if (points->left_out)
		snprintf(left_out, sizeof(left_out), "; %zu other point%s not in it",
			 points->left_out, points->left_out == 1 ? " is" : "s are");
	snprintf(caption, sizeof(caption), "%s. Held: %s%s.", f->source->name,
		 *points->held ? points->held : "nothing", left_out);
	*points->held = '\0';
	code = plot_svg(REPORT_WHO, f, points, NULL, &look, &svg, why, sizeof(why));
	if (!code && html_figure(&p->html, svg, f->title, caption)) {
		snprintf(why, sizeof(why), "gnuplot drew something else than expected");
		fprintf(stderr, REPORT_WHO ": %s: %s\n", f->source->name, why);
		code = EXIT_INTERNAL;
	}
	if (code)
		not_drawn(p, f, why);
	if (code == EXIT_INTERNAL)
		p->code = code;
	free(svg);
}

static int put_figure(struct page *p, const struct figure *f, const struct section *s)
{
	const struct sections one = { .v = (struct section *)s, .n = 1 };
	struct figure_points points = { 0 };
	char why[320];
	int err = figure_select(f, &one, NULL, &points, why, sizeof(why));

	if (!err)
		put_picture(p, f, &points);
	else if (err == -ENOENT)
		not_drawn(p, f, why);
	figure_points_free(&points);
	return err == -ENOENT ? 0 : err;
}

/* Behind the tables of a bench. */
static int put_figures(const struct report *r, const struct section *s)
{
	struct page *p = r->arg;
	struct figure f;
	char why[128];
	int err = 0;

	for (const struct figure_source *g = figure_sources; p->gnuplot && g->name && !err; g++) {
		err = figure_parse(g, &f, why, sizeof(why));
		if (!err && !*f.rows && !strcmp(f.bench, s->name))
			err = put_figure(p, &f, s);
	}
	return err;
}

/* ---- comparison ---- */

/* The picture of the rows, NULL if there is none. */
static char *draw_forest(struct page *p, const struct comparison *c)
{
	const struct figure_look look = { "svg", "" };
	struct forest rows = { 0 };
	char why[400], *svg = NULL;
	struct figure f;
	int err = forest_of(c, &rows);

	/* The page has the sides above. */
	*rows.held = '\0';
	if (!err)
		err = figure_parse(figure_by_name("forest"), &f, why, sizeof(why));
	if (!err)
		err = plot_svg(REPORT_WHO, &f, NULL, &rows.table, &look, &svg, why, sizeof(why));
	if (err && err != -ENOENT)
		p->code = EXIT_INTERNAL;
	forest_free(&rows);
	return svg;
}

static int put_comparison(struct page *p, struct comparison *c, bool pooled)
{
	int code = compare_run(c), err;
	char *forest = NULL;

	if (code == EXIT_INTERNAL || code == EXIT_USAGE) {
		fprintf(stderr, REPORT_WHO ": %s\n", c->why);
		return code;
	}
	err = html_heading(&p->html, "Comparison");
	if (code) {
		err = err ?: compare_print_html_refused(&p->html, c, code);
	} else {
		if (p->gnuplot)
			forest = draw_forest(p, c);
		err = err ?: compare_print_html(&p->html, c, forest);
		free(forest);
	}
	if (pooled)
		html_paragraph(&p->html, "note",
			       "All that follows takes both journals together, as `twbench report`"
			       " does: they are of one environment.");
	return err ? EXIT_INTERNAL : 0;
}

static int compare_two(struct page *p)
{
	const struct journal *v = p->in->v;
	struct comparison c = { .opts = p->o->with.opts };
	char fields[512];
	int code;

	if (!strcmp(p->o->paths[0], "-") || !strcmp(p->o->paths[1], "-")) {
		html_paragraph(&p->html, "note",
			       "No comparison: standard input cannot be read twice.");
		return 0;
	}
	c.base.spec = p->o->paths[0];
	c.head.spec = p->o->paths[1];
	code = put_comparison(p, &c, inputs_same_env(&v[0], &v[1], fields, sizeof(fields)));
	compare_free(&c);
	return code;
}

/* ---- page ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int put_group(struct page *p, const struct journal **v, size_t n, bool alone)
{
	struct report r = { .html = &p->html,
			    .after_section = put_figures,
			    .arg = p,
			    .all = p->o->all,
			    .journals = v,
			    .n = n };
	char title[400];
	size_t used = 0;

	p->html.level = 2;
	if (alone)
		return report_print(&r);
	for (size_t i = 0; i < n && used < sizeof(title); i++)
		used += snprintf(title + used, sizeof(title) - used, "%s%s", i ? ", " : "",
				 v[i]->path);
	if (html_heading(&p->html, title))
		return -ENOMEM;
	p->html.level = 3;
	return report_print(&r);
}

static int put_groups(struct page *p)
{
	const struct journal **v = calloc(p->in->n, sizeof(*v));
	size_t n = p->in->n, end;
	int err = v ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && v; i++)
		v[i] = &p->in->v[i];
	for (size_t from = 0; from < n && !err; from = end) {
		end = report_gather(v, n, from);
		err = put_group(p, v + from, end - from, end - from == n);
	}
	free(v);
	return err;
}

static int put_body(struct page *p)
{
	int code = 0, err;

	p->gnuplot = command_exists("gnuplot");
	p->html.level = 2;
	if (!p->gnuplot) {
		fputs(REPORT_WHO ": no figures: " PLOT_NO_GNUPLOT "\n", stderr);
		note(p, "note", "No figures: when this page was made, %s.", PLOT_NO_GNUPLOT);
	}
	if (p->in->n == 2)
		code = compare_two(p);
	if (code)
		return code;
	err = put_groups(p);
	if (err)
		fprintf(stderr, REPORT_WHO ": %s\n", strerror(-err));
	return err ? EXIT_INTERNAL : 0;
}

static int write_page(const struct page *p, const char *body)
{
	const json_t *env = json_object_get(p->in->v[0].header, "env");
	char title[400] = "twbench:", about[320], path[PATH_MAX], *text = NULL;
	struct placing to;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int err;

	for (size_t i = 0; i < p->in->n; i++)
		snprintf(title + strlen(title), sizeof(title) - strlen(title), "%s %s",
			 i ? "," : "", base_name(p->in->v[i].path));
	report_machine(env, about, sizeof(about));
	if (f)
		html_page(f, &p->html, title, about, body);
	err = !f || fclose(f) ? -ENOMEM : place_begin(&to, p->o->dir);
	if (!err) {
		snprintf(path, sizeof(path), "%s/index.html", p->o->dir);
		err = place_end(&to, path, fwrite(text, 1, size, to.out) == size ? 0 : -errno);
	}
	free(text);
	if (!err)
		puts(path);
	else
		fprintf(stderr, REPORT_WHO ": %s/index.html: %s\n", p->o->dir, strerror(-err));
	return err ? EXIT_INTERNAL : p->code;
}

int report_html(const struct report_html *o, const struct inputs *in)
{
	struct page p = { .o = o, .in = in };
	char *body = NULL;
	size_t size;
	int err = place_check_dir(o->dir), code;

	if (err) {
		fprintf(stderr, REPORT_WHO ": cannot write into %s: %s\n", o->dir, strerror(-err));
		return EXIT_USAGE;
	}
	p.html.out = open_memstream(&body, &size);
	p.html.contents = json_array();
	code = p.html.out && p.html.contents ? put_body(&p) : EXIT_INTERNAL;
	html_end_list(&p.html);
	if (p.html.out && fclose(p.html.out))
		code = code ? code : EXIT_INTERNAL;
	code = code ? code : write_page(&p, body);
	json_decref(p.html.contents);
	free(body);
	return code;
}
