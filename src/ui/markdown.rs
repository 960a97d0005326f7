//! Simple Markdown: headings, lists and bold words, as instructions are written.

use egui::text::LayoutJob;
use egui::{FontId, RichText, TextFormat, Ui};

use super::theme;

/// One line of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Line<'a> {
    /// 1 is the largest.
    Heading(usize, &'a str),
    /// How deep, and what stands before it: a dot, or the number as it was written.
    Item(usize, &'a str, &'a str),
    Text(&'a str),
    Gap,
}

/// Draws the text; what is no Markdown of this kind stands as it is written.
pub(super) fn markdown_ui(ui: &mut Ui, text: &str) {
    for line in text.lines() {
        match line_of(line) {
            Line::Heading(level, text) => {
                ui.add_space(theme::UNIT);
                let size = 19.0 - 2.0 * level.min(3) as f32;
                ui.label(RichText::new(text).font(FontId::new(size, theme::strong_family())).color(theme::strong()));
            }
            Line::Item(depth, mark, text) => {
                ui.horizontal_top(|ui| {
                    ui.add_space(6.0 + 14.0 * depth as f32);
                    ui.label(RichText::new(mark).color(theme::weak()));
                    ui.add(egui::Label::new(words(ui, text)).wrap());
                });
            }
            Line::Text(text) => {
                ui.add(egui::Label::new(words(ui, text)).wrap());
            }
            Line::Gap => ui.add_space(theme::UNIT),
        }
    }
}

fn line_of(line: &str) -> Line<'_> {
    let text = line.trim_start();
    let depth = (line.len() - text.len()) / 2;
    let text = text.trim_end();
    if text.is_empty() {
        return Line::Gap;
    }
    let level = text.bytes().take_while(|&b| b == b'#').count();
    if (1..=6).contains(&level)
        && let Some(title) = text[level..].strip_prefix(' ')
    {
        return Line::Heading(level, title.trim());
    }
    if let Some(item) = ["- ", "* ", "+ "].iter().find_map(|mark| text.strip_prefix(mark)) {
        return Line::Item(depth, "•", item.trim());
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits)
        && let Some(item) = text[digits..].strip_prefix(". ")
    {
        return Line::Item(depth, &text[..=digits], item.trim());
    }
    Line::Text(text)
}

/// Pieces of a line, each with whether it is bold. An opening without its end stands as it is written.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("**") {
        let Some((bold, after)) = after.split_once("**").filter(|(bold, _)| !bold.trim().is_empty()) else { break };
        pieces.push((before, false));
        pieces.push((bold, true));
        rest = after;
    }
    pieces.push((rest, false));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

fn words(ui: &Ui, text: &str) -> LayoutJob {
    let plain = egui::TextStyle::Body.resolve(ui.style());
    let mut job = LayoutJob::default();
    for (text, is_bold) in pieces(text) {
        let (font, color) = if is_bold {
            (FontId::new(plain.size, theme::strong_family()), theme::strong())
        } else {
            (plain.clone(), theme::text())
        };
        job.append(text, 0.0, TextFormat::simple(font, color));
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_by_how_they_begin() {
        let check = |line: &str, expected: Line<'_>| assert_eq!(line_of(line), expected, "{line:?}");
        check("# Osteophytes", Line::Heading(1, "Osteophytes"));
        check("### Size  ", Line::Heading(3, "Size"));
        check("#hashtag", Line::Text("#hashtag"));
        check("####### too deep", Line::Text("####### too deep"));
        check("- one", Line::Item(0, "•", "one"));
        check("  * two", Line::Item(1, "•", "two"));
        check("12. three", Line::Item(0, "12.", "three"));
        check("1.5 mm", Line::Text("1.5 mm"));
        check("-5 degrees", Line::Text("-5 degrees"));
        check("   ", Line::Gap);
        check("Gai xương", Line::Text("Gai xương"));
    }

    #[test]
    fn bold_words_stand_between_two_pairs_of_stars() {
        let check = |text: &str, expected: &[(&str, bool)]| assert_eq!(pieces(text), expected, "{text:?}");
        check("plain", &[("plain", false)]);
        check("a **b** c", &[("a ", false), ("b", true), (" c", false)]);
        check("**b**", &[("b", true)]);
        check("a ** b", &[("a ** b", false)]);
        check("2 **** 3", &[("2 **** 3", false)]);
        check("**a** **b", &[("a", true), (" **b", false)]);
        check("", &[]);
    }
}
