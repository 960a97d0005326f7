//! A page of text, tables and pictures as one HTML file that needs nothing from outside and runs nothing.

use std::fmt::Write;

use super::svg::escaped;

/// For the screen and for print; a table's head is repeated on each page, and a picture is not cut.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:1080px;margin:24px auto;padding:0 20px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:20px;margin:32px 0 8px;border-bottom:1px solid #ccc}h3{font-size:16px;margin:20px 0 6px}
p{margin:6px 0}.note{color:#444}.warning{border:2px solid #b3261e;padding:6px 10px;font-weight:bold}
.scroll{overflow-x:auto}table{border-collapse:collapse;margin:8px 0;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:bold;padding:4px 0}
th,td{padding:3px 10px;border-bottom:1px solid #ddd;text-align:right;vertical-align:top}
th:first-child,td:first-child,.words th,.words td{text-align:left}
table:not(.words) td:first-child{white-space:nowrap}thead th{border-bottom:2px solid #444}
tr.own{font-weight:bold}tr.cited{color:#444}tr.cited td:first-child{padding-left:24px}
figure{margin:12px 0;display:inline-block;vertical-align:top;break-inside:avoid}svg{max-width:100%;height:auto}
@media print{body{max-width:none;margin:0;font-size:11px}h2{break-after:avoid}thead{display:table-header-group}
tr{break-inside:avoid}table{font-size:10px}th,td{padding:2px 6px}.scroll{overflow:visible}figure{width:49%}@page{margin:14mm}}";

/// How a row of a table is told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RowKind {
    #[default]
    Plain,
    /// What the page is about, among rows to compare with.
    Own,
    /// From elsewhere.
    Cited,
}

/// A table; every text is written as it is, never as tags.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    pub caption: String,
    pub header: Vec<String>,
    pub rows: Vec<(RowKind, Vec<String>)>,
    /// All columns are words, so they stand at the left; otherwise only the first one does.
    pub is_of_words: bool,
}

impl Table {
    pub fn new(caption: &str, header: &[&str]) -> Self {
        let header = header.iter().map(|&title| title.to_owned()).collect();
        Self { caption: caption.to_owned(), header, ..Self::default() }
    }

    /// Titles and what they say, without a header.
    pub fn of_pairs(caption: &str, pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let rows = pairs.into_iter().map(|(title, value)| (RowKind::Plain, vec![title, value])).collect();
        Self { caption: caption.to_owned(), rows, is_of_words: true, ..Self::default() }
    }

    pub fn push(&mut self, kind: RowKind, cells: Vec<String>) {
        self.rows.push((kind, cells));
    }

    /// Leaves out columns in which no row has anything.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let is_full =
            |column: usize| self.rows.iter().any(|(_, cells)| cells.get(column).is_some_and(|c| !c.is_empty()));
        let full: Vec<bool> = (0..self.header.len()).map(is_full).collect();
        let keep =
            |cells: Vec<String>| cells.into_iter().zip(&full).filter(|(_, full)| **full).map(|(c, _)| c).collect();
        self.header = keep(self.header);
        self.rows = self.rows.into_iter().map(|(kind, cells)| (kind, keep(cells))).collect();
        self
    }
}

/// A page that is being written.
#[derive(Debug)]
pub struct Page {
    out: String,
}

impl Page {
    pub fn new(title: &str) -> Self {
        let title = escaped(title);
        // The policy lets no browser load or run anything, whatever a label or a note may say.
        let out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        );
        Self { out }
    }

    pub fn heading(&mut self, text: &str) {
        self.element("h2", "", text);
    }

    pub fn subheading(&mut self, text: &str) {
        self.element("h3", "", text);
    }

    pub fn paragraph(&mut self, text: &str) {
        self.element("p", "", text);
    }

    pub fn note(&mut self, text: &str) {
        self.element("p", " class=\"note\"", text);
    }

    pub fn warning(&mut self, text: &str) {
        self.element("p", " class=\"warning\"", text);
    }

    pub fn list(&mut self, items: impl IntoIterator<Item = String>) {
        self.out.push_str("<ul>\n");
        for item in items {
            self.element("li", "", &item);
        }
        self.out.push_str("</ul>\n");
    }

    /// A picture from [`super::svg`], which escapes its texts itself.
    pub fn picture(&mut self, svg: &str) {
        let _ = write!(self.out, "<figure>\n{svg}</figure>\n");
    }

    pub fn table(&mut self, table: &Table) {
        let class = if table.is_of_words { " class=\"words\"" } else { "" };
        let _ = writeln!(self.out, "<div class=\"scroll\"><table{class}>");
        if !table.caption.is_empty() {
            self.element("caption", "", &table.caption);
        }
        if !table.header.is_empty() {
            self.out.push_str("<thead><tr>");
            for title in &table.header {
                let _ = write!(self.out, "<th scope=\"col\">{}</th>", escaped(title));
            }
            self.out.push_str("</tr></thead>\n");
        }
        self.out.push_str("<tbody>\n");
        for (kind, cells) in &table.rows {
            let class = match kind {
                RowKind::Plain => "",
                RowKind::Own => " class=\"own\"",
                RowKind::Cited => " class=\"cited\"",
            };
            let _ = write!(self.out, "<tr{class}>");
            for cell in cells {
                let _ = write!(self.out, "<td>{}</td>", escaped(cell));
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody></table></div>\n");
    }

    pub fn finish(mut self) -> String {
        self.out.push_str("</body>\n</html>\n");
        self.out
    }

    fn element(&mut self, tag: &str, attributes: &str, text: &str) {
        let _ = writeln!(self.out, "<{tag}{attributes}>{}</{tag}>", escaped(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_tag() {
        let evil = "<script>alert('x')</script> & \"y\"";
        let mut page = Page::new(evil);
        page.heading(evil);
        page.subheading(evil);
        page.paragraph(evil);
        page.note(evil);
        page.warning(evil);
        page.list([evil.to_owned()]);
        let mut table = Table::new(evil, &[evil]);
        table.push(RowKind::Own, vec![evil.to_owned()]);
        page.table(&table);
        page.table(&Table::of_pairs(evil, [(evil.to_owned(), evil.to_owned())]));
        let html = page.finish();
        assert_eq!(html.matches("<script").count(), 0, "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 14);
    }

    #[test]
    fn columns_with_nothing_in_them_go() {
        let mut table = Table::new("", &["a", "b", "c"]);
        table.push(RowKind::Plain, vec!["1".into(), String::new(), String::new()]);
        table.push(RowKind::Plain, vec![String::new(), String::new(), "3".into()]);
        let table = table.without_empty_columns();
        assert_eq!(table.header, ["a", "c"]);
        assert_eq!(table.rows[1].1, ["", "3"]);
    }

    #[test]
    fn a_table_has_its_rows_and_kinds() {
        let mut table = Table::new("Films", &["Classifier", "AUROC"]);
        table.push(RowKind::Own, vec!["Ours".into(), "88.61".into()]);
        table.push(RowKind::Cited, vec!["Theirs".into(), "87.14".into()]);
        let mut page = Page::new("t");
        page.table(&table);
        let html = page.finish();
        for expected in [
            "<caption>Films</caption>",
            "<th scope=\"col\">AUROC</th>",
            "<tr class=\"own\"><td>Ours</td><td>88.61</td></tr>",
            "<tr class=\"cited\"><td>Theirs</td><td>87.14</td></tr>",
        ] {
            assert!(html.contains(expected), "{expected} in {html}");
        }
    }
}
