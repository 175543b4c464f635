// SPDX-License-Identifier: GPL-2.0
/* What is around a body: the looks, the contents. */
#include "html.h"

/* Verdicts have words and signs; colours, Okabe and Ito's, only come on top. */
static const char style[] =
	":root{--ink:#1b1b1b;--soft:#5a5a5a;--line:#d4d4d4;--faint:#f5f5f3}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:68rem;padding:1.5rem 1.25rem 4rem;color:var(--ink);"
	"background:#fff;font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\","
	"\"Liberation Sans\",sans-serif}\n"
	"h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}\n"
	"h2{font-size:1.35rem;line-height:1.3;margin:2.5rem 0 .5rem;padding-top:.75rem;"
	"border-top:2px solid var(--ink);overflow-wrap:anywhere}\n"
	"h3{font-size:1.1rem;margin:2rem 0 .4rem;padding-top:.5rem;border-top:1px solid var(--line);"
	"overflow-wrap:anywhere}\n"
	"p{max-width:46rem;margin:.5rem 0;overflow-wrap:anywhere}\n"
	".lead{font-size:1.05rem}\n"
	".about,.note,figcaption{color:var(--soft)}\n"
	".note,figcaption{font-size:.875rem}\n"
	"nav{margin:1.25rem 0;padding:.6rem 1rem;background:var(--faint);font-size:.925rem}\n"
	"nav b{margin-right:1rem}\n"
	"nav ul{display:inline;margin:0;padding:0;list-style:none}\n"
	"nav li{display:inline-block;margin-right:1.1rem}\n"
	"nav li.group{display:block;margin-top:.35rem;font-weight:600}\n"
	"a{color:#0a5794}\n"
	"dl{display:grid;grid-template-columns:7rem minmax(0,1fr);gap:.15rem 1rem;margin:.75rem 0;"
	"font-size:.925rem}\n"
	"dt{grid-column:1;color:var(--soft)}\n"
	"dd{grid-column:2;margin:0;overflow-wrap:anywhere;max-width:52rem}\n"
	"dt.loud{color:#8f3d00;font-weight:600}\n"
	"dd.loud{border-left:3px solid #d55e00;padding-left:.6rem}\n"
	"dd.code,code{font-family:ui-monospace,\"DejaVu Sans Mono\",\"Liberation Mono\",monospace;"
	"font-size:.9em}\n"
	".caption{font-weight:600;font-size:.925rem;margin:1.5rem 0 .5rem}\n"
	".scroll{overflow-x:auto;margin:.5rem 0 1.25rem;max-width:100%}\n"
	"table{border-collapse:collapse;font-size:.875rem;line-height:1.4;"
	"font-variant-numeric:tabular-nums}\n"
	"th.row{font-weight:400;border-bottom:1px solid var(--line);vertical-align:top;"
	"white-space:normal;min-width:15rem;overflow-wrap:anywhere}\n"
	"th,td{padding:.28rem .7rem;text-align:left;white-space:nowrap}\n"
	"th{vertical-align:bottom;border-bottom:2px solid var(--ink);font-weight:600}\n"
	"td{border-bottom:1px solid var(--line);vertical-align:top}\n"
	"th.n,td.n{text-align:right}\n"
	"th:first-child,td:first-child{padding-left:.3rem}\n"
	"figure{margin:1.75rem 0;max-width:900px}\n"
	"figure .scroll{margin:0;border:1px solid var(--line)}\n"
	"svg{display:block;max-width:100%;height:auto;min-width:34rem}\n"
	"figcaption{margin-top:.4rem;overflow-wrap:anywhere}\n"
	".verdict{font-size:1.15rem;font-weight:600;padding:.6rem 1rem;border-left:6px solid #7f7f7f;"
	"background:var(--faint)}\n"
	".verdict.worse{border-color:#d55e00}\n"
	".verdict.better{border-color:#009e73}\n"
	"td.v{border-left:4px solid #a8a8a8}\n"
	"td.v i{font-style:normal;display:inline-block;width:1.3em}\n"
	"td.worse{border-left-color:#d55e00;background:#fdf0e6;font-weight:700}\n"
	"td.better{border-left-color:#009e73;background:#e8f6f1;font-weight:700}\n"
	"td.same{border-left-color:#0072b2}\n"
	"@media (max-width:40rem){body{font-size:15px;padding:1rem .8rem 3rem}"
	"h1{font-size:1.35rem}h2{font-size:1.2rem}"
	"dl{display:block}dt{margin-top:.5rem;font-weight:600}th,td{padding:.25rem .5rem}"
	"th.row{min-width:11rem}}\n"
	"@media print{body{max-width:none;padding:0;font-size:10pt}nav{display:none}"
	"a{color:inherit;text-decoration:none}"
	".scroll{overflow:visible}table{font-size:8pt}th,td{padding:.15rem .4rem}"
	"svg{min-width:0}"
	"figure,tr,dd{break-inside:avoid}h2,h3,.caption{break-after:avoid}"
	"thead{display:table-header-group}"
	"td.v,.verdict,dd.loud{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

/* A group's heading stands above those of its parts, which are one level deeper. */
static void put_contents(FILE *out, const json_t *contents)
{
	const json_t *entry;
	int deepest = 2;
	size_t i;

	json_array_foreach(contents, i, entry)
		if (json_integer_value(json_array_get(entry, 0)) > deepest)
			deepest = json_integer_value(json_array_get(entry, 0));
	fputs("<nav aria-label=\"Contents\"><b>Contents</b><ul>\n", out);
	json_array_foreach(contents, i, entry) {
		bool group = json_integer_value(json_array_get(entry, 0)) < deepest;

		fprintf(out, "<li%s><a href=\"#%s\">", group ? " class=\"group\"" : "",
			json_string_value(json_array_get(entry, 1)));
		html_text(out, json_string_value(json_array_get(entry, 2)));
		fputs("</a></li>\n", out);
	}
	fputs("</ul></nav>\n", out);
}

void html_page(FILE *out, const struct html *h, const char *title, const char *about,
	       const char *body)
{
	fputs("<!DOCTYPE html>\n"
	      "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\" xml:lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
	      " style-src 'unsafe-inline'\"/>\n"
	      "<title>",
	      out);
	html_text(out, title);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", style);
	html_text(out, title);
	fputs("</h1>\n<p class=\"about\">", out);
	html_text(out, about);
	fputs("</p>\n</header>\n", out);
	put_contents(out, h->contents);
	fprintf(out, "<main>\n%s</main>\n</body>\n</html>\n", body);
}
