//! The report as one HTML page that needs nothing but itself.

use super::pictures::Picture;
use crate::verify::{Comparison, Verdict};
use std::fmt::Write as _;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#22262b;--ground:#fff;--line:#d5d9de;--soft:#5c6670;--good:#13795b;--bad:#b3261e}\
@media(prefers-color-scheme:dark){:root{--ink:#dfe3e8;--ground:#16181c;--line:#3a4048;--soft:#9aa4ae;--good:#4cc38a;--bad:#ff8a80}}\
body{font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:1500px;margin:0 auto;padding:1.5rem}\
h1{font-size:1.7rem}h2{font-size:1.3rem;margin-top:2.4rem;border-top:1px solid var(--line);padding-top:1.2rem}\
figure{margin:0}figcaption,.soft{color:var(--soft);font-size:.92rem}\
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,620px),1fr));gap:1.6rem}\
.wide{grid-column:1/-1}\
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}\
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}\
th:first-child,td:first-child,.words{text-align:left}td.words{white-space:normal;min-width:20rem}\
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}\
pre{background:color-mix(in srgb,var(--ink) 7%,transparent);padding:.8rem;overflow-x:auto;border-radius:.4rem}";

/// The parts of a page: for each data set its name, comparisons and pictures.
pub struct Section<'a> {
    /// The name of the data.
    pub name: String,
    /// What is known of the data.
    pub about: String,
    /// The comparisons on them.
    pub comparisons: Vec<&'a Comparison>,
    /// The plots.
    pub pictures: Vec<Picture>,
}

/// A page for the answer of one command: figures, the table, where the numbers are.
pub fn answer(title: &str, command: &str, pictures: &[Picture], table: &str) -> String {
    let mut page = head(title, title, "", command);
    page.push_str("<div class=\"grid\">\n");
    for picture in pictures {
        let wide = " class=\"wide\"";
        figure(&mut page, picture, wide);
    }
    let _ = write!(
        page,
        "</div>\n<h2>Numbers</h2>\n<p class=\"soft\">All of them are in <a href=\"results.json\">results.json</a>.</p>\n\
         <pre>{}</pre>\n</body></html>\n",
        escape(table)
    );
    page
}

fn head(title: &str, heading: &str, introduction: &str, command: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style></head><body>\n\
         <h1>{}</h1>\n{introduction}<pre>{}</pre>\n",
        escape(title),
        escape(heading),
        escape(command)
    )
}

fn figure(page: &mut String, picture: &Picture, class: &str) {
    let _ = writeln!(
        page,
        "<figure{class}>{}<figcaption>{} <a href=\"plots/{}.svg\">SVG</a></figcaption></figure>",
        picture.svg,
        escape(&picture.caption),
        picture.name
    );
}

/// The whole page.
pub fn html(command: &str, sections: &[Section<'_>]) -> String {
    let mut page = head(
        "Predicted against trained",
        "What the network prefers: predicted against trained",
        "<p>For each activation: the penalty that training puts on frequency, the function that theory says \
         gradient descent will find, the function it did find, and how the gap between them shrinks with width.</p>\n",
        command,
    );
    verdicts(&mut page, sections);
    for section in sections {
        let _ = write!(
            page,
            "<h2>{}</h2>\n<p class=\"soft\">{}</p>\n<div class=\"grid\">\n",
            escape(&section.name),
            escape(&section.about)
        );
        for picture in &section.pictures {
            let wide = if picture.name.starts_with("function") && section.is_planar() {
                " class=\"wide\""
            } else {
                ""
            };
            figure(&mut page, picture, wide);
        }
        page.push_str("</div>\n");
    }
    numbers(&mut page, sections);
    page.push_str("</body></html>\n");
    page
}

impl Section<'_> {
    fn is_planar(&self) -> bool {
        self.comparisons.iter().any(|c| c.train.dim() == 2)
    }
}

fn verdicts(page: &mut String, sections: &[Section<'_>]) {
    page.push_str(
        "<h2>Verdicts</h2>\n<div class=\"scroll\"><table><tr><th>data</th><th>activation</th>",
    );
    page.push_str("<th>slope</th><th>95 % band</th><th class=\"words\">verdict</th></tr>\n");
    for comparison in sections.iter().flat_map(|s| &s.comparisons) {
        let class = match comparison.verdict {
            Verdict::Agrees { .. } => "good",
            Verdict::Differs { .. } => "bad",
            _ => "soft",
        };
        let (slope, band) = match &comparison.slope {
            Some(s) => (format!("{:.3}", s.value), format!("± {:.3}", s.half_band)),
            None => ("–".into(), "–".into()),
        };
        let text = comparison.verdict.to_string();
        let (word, reason) = text.split_once(':').unwrap_or((&text, ""));
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{slope}</td><td>{band}</td>\
             <td class=\"words\"><span class=\"{class}\">{word}</span>:{}</td></tr>",
            escape(&comparison.data),
            escape(&comparison.activation),
            escape(reason)
        );
    }
    page.push_str("</table></div>\n");
}

fn numbers(page: &mut String, sections: &[Section<'_>]) {
    page.push_str("<h2>Every number</h2>\n<p class=\"soft\">Also in <a href=\"results.json\">results.json</a> and ");
    page.push_str(
        "<a href=\"results.csv\">results.csv</a>.</p>\n<div class=\"scroll\"><table>\n<tr>",
    );
    for name in super::numbers::COLUMNS {
        let _ = write!(page, "<th>{}</th>", escape(&name.replace('_', " ")));
    }
    page.push_str("</tr>\n");
    for comparison in sections.iter().flat_map(|s| &s.comparisons) {
        for row in super::numbers::rows(comparison) {
            page.push_str("<tr>");
            for cell in row {
                let _ = write!(page, "<td>{}</td>", escape(&cell.short()));
            }
            page.push_str("</tr>\n");
        }
    }
    page.push_str("</table></div>\n");
}

/// Text as HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
