//! The table of the Vietnamese interface against the sources: every text has a line, and every line has a text.

use std::collections::BTreeSet;
use std::path::Path;

use rachis::domain::exchange::ExportFormat;
use rachis::domain::imaging::Interpolation;
use rachis::domain::reading::Decision;
use rachis::domain::rules::{Mend, RULES, Severity};
use rachis::domain::study::View;
use rachis::domain::training::parameters::PARAMETERS;
use rachis::formats::label_set;
use rachis::session::input_map::{DragAction, MouseButton, WheelAction};
use rachis::session::settings::{Density, Theme};
use rachis::session::worklist::decision_text;
use rachis::session::{COMMANDS, FilePurpose, TrainPage};
use rachis::ui::words::vietnamese_lines;

use crate::tidy::source_text::{Kind, Token, files, read, tokens};

/// Places whose sentences reach the person as text: each must have a line.
const SPEAKING: &[&str] = &[
    "src/session/",
    "src/domain/rules/",
    "src/domain/edit.rs",
    "src/domain/evaluation/live/plots.rs",
    "src/domain/evaluation/plots/",
    "src/store/error.rs",
    "src/app/outside.rs",
    "src/app/opening.rs",
    "src/app/evaluations_desk.rs",
    "src/app/jobs.rs",
    "src/app/team_desk/",
    "src/app/training_desk.rs",
    "src/app/training_keeper.rs",
    "src/app/training_rows.rs",
    "src/domain/oversight/plots.rs",
    "src/domain/training/curves.rs",
    "src/domain/training/estimate/",
    "src/domain/training/freeze_warnings.rs",
    "src/app/settings_file.rs",
];
/// Functions of the panels whose literal is translated.
const TRANSLATING: &[&str] = &["tr", "tr_args"];

fn table() -> BTreeSet<&'static str> {
    vietnamese_lines().map(|(english, _)| english).collect()
}

/// A literal as the program says it: escapes resolved, every hole written `{}`.
fn as_said(literal: &str) -> String {
    let mut said = String::new();
    let mut letters = literal.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => said.push('\n'),
                Some('\n') => while letters.next_if(|c| c.is_whitespace()).is_some() {},
                Some(other) => said.push(other),
                None => {}
            },
            '{' => {
                said.push_str("{}");
                while letters.next().is_some_and(|c| c != '}') {}
            }
            other => said.push(other),
        }
    }
    said
}

/// What stands before the tests of a file.
fn code(file: &Path) -> String {
    let text = read(file);
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Literals handed to a translating function, with their lines.
fn handed_over(tokens: &[Token]) -> Vec<(usize, String)> {
    tokens
        .windows(3)
        .filter_map(|w| match (&w[0].kind, &w[1].kind, &w[2].kind) {
            (Kind::Word(name), Kind::Mark('('), Kind::Text(text)) if TRANSLATING.contains(&name.as_str()) => {
                Some((w[2].line, as_said(text)))
            }
            _ => None,
        })
        .collect()
}

/// Whole sentences: what starts with a capital or a hole, has several words and ends as sentences do.
fn is_sentence(said: &str) -> bool {
    let starts = said.starts_with(|c: char| c.is_uppercase() || c == '{' || c == '"');
    let letters = said.replace("{}", "").chars().filter(|c| c.is_alphabetic()).count();
    starts && letters > 3 && said.contains(' ') && said.ends_with(['.', '?', '!'])
}

#[test]
fn every_text_of_the_panels_has_a_vietnamese_line() {
    let table = table();
    let mut missing = Vec::new();
    for file in files("src/ui", &[".rs"]) {
        for (line, said) in handed_over(&tokens(&code(&file))) {
            if !table.contains(said.as_str()) {
                missing.push(format!("{}:{line}: {said}", file.display()));
            }
        }
    }
    for row in COMMANDS.iter() {
        for said in [row.title, row.help] {
            if !table.contains(said) {
                missing.push(format!("command {}: {said}", row.id));
            }
        }
    }
    for said in names() {
        if !table.contains(said) {
            missing.push(format!("a name: {said}"));
        }
    }
    assert!(missing.is_empty(), "no line in assets/languages/vi.tsv:\n{}\n", missing.join("\n"));
}

/// Names that panels translate by value, not by literal.
fn names() -> Vec<&'static str> {
    let mut names = vec![decision_text(Decision::Normal), decision_text(Decision::Abnormal)];
    names.extend(MouseButton::ALL.map(MouseButton::name));
    names.extend(DragAction::ALL.map(DragAction::name));
    names.extend(WheelAction::ALL.map(WheelAction::name));
    names.extend(Theme::ALL.map(Theme::name));
    names.extend(Density::ALL.map(Density::name));
    names.extend(PURPOSES.map(FilePurpose::title));
    names.extend(Interpolation::ALL.map(Interpolation::name));
    names.extend(Severity::ALL.map(Severity::title));
    names.extend(Mend::ALL_WORDS);
    for row in &RULES {
        names.extend([row.title, row.help]);
        names.extend(row.parameter.map(|parameter| parameter.meaning));
    }
    for row in PARAMETERS {
        names.extend([row.title, row.help]);
        names.extend((!row.unit.is_empty()).then_some(row.unit));
    }
    names.extend(TrainPage::ALL.map(|(_, name)| name));
    for format in ExportFormat::ALL {
        names.extend([format.title(), format.holds()]);
    }
    names.extend(View::ALL.into_iter().filter_map(View::name));
    names
}

const PURPOSES: [FilePurpose; 9] = [
    FilePurpose::OpenProject,
    FilePurpose::CreateProject,
    FilePurpose::ImportFilms,
    FilePurpose::ImportFilmFiles,
    FilePurpose::ImportLabels,
    FilePurpose::ExportSpineXr,
    FilePurpose::ExportFolder,
    FilePurpose::IncomingFile,
    FilePurpose::IncomingFolder,
];

#[test]
fn every_sentence_from_below_has_a_vietnamese_line() {
    let table = table();
    let mut missing = Vec::new();
    let mut num_found = 0;
    for file in files("src", &[".rs"]) {
        let name = file.to_string_lossy().replace('\\', "/");
        if !SPEAKING.iter().any(|place| name.starts_with(place)) || name.ends_with("_script.rs") {
            continue;
        }
        for token in tokens(&code(&file)) {
            let Kind::Text(text) = &token.kind else { continue };
            let said = as_said(text);
            if is_sentence(&said) {
                num_found += 1;
                if !table.contains(said.as_str()) {
                    missing.push(format!("{name}:{}: {said}", token.line));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no line in assets/languages/vi.tsv:\n{}\n", missing.join("\n"));
    assert!(num_found > 15, "the scan finds the sentences: {num_found}");
}

#[test]
fn no_line_is_left_over() {
    let mut said: BTreeSet<String> = BTreeSet::new();
    for file in files("src", &[".rs"]) {
        for token in tokens(&code(&file)) {
            if let Kind::Text(text) = &token.kind {
                said.insert(as_said(text));
            }
        }
    }
    for set in label_set::shipped() {
        for label in set.labels() {
            said.insert(label.name.to_string());
            said.insert(label.definition.clone());
        }
        said.insert(set.title);
    }
    // Errors of the domain open a sentence in lower case and without a full stop.
    let lower: BTreeSet<String> = said.iter().map(|text| text.to_lowercase() + ".").collect();
    let left_over: Vec<&str> =
        table().into_iter().filter(|line| !said.contains(*line) && !lower.contains(&line.to_lowercase())).collect();
    assert!(left_over.is_empty(), "nothing in the program says:\n{}\n", left_over.join("\n"));
}

#[test]
fn lines_are_well_formed() {
    let mut seen = BTreeSet::new();
    for (english, vietnamese) in vietnamese_lines() {
        assert!(seen.insert(english), "twice: {english}");
        assert!(!vietnamese.trim().is_empty() && !vietnamese.contains('\t'), "{english}");
        let (holes, others) = (english.matches("{}").count(), vietnamese.matches('{').count());
        assert_eq!(holes, others, "as many holes in both: {english}");
        assert_eq!(english.ends_with('…'), vietnamese.ends_with('…'), "{english}");
        let ends = |text: &str| text.ends_with(['.', '?', '!']);
        assert_eq!(ends(english), ends(vietnamese), "both are sentences, or neither: {english}");
    }
}

#[test]
fn the_fonts_have_every_letter_of_vietnamese() {
    // Both cases of the twelve vowels with the five tone marks, and đ: stacked marks are where fonts fail.
    let vowels = "aăâeêioôơuưy".chars();
    let marks = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];
    let mut letters: BTreeSet<char> = "đĐ".chars().collect();
    for vowel in vowels {
        letters.insert(vowel);
        letters.extend(vowel.to_uppercase());
    }
    letters.extend(PRECOMPOSED.chars());
    assert_eq!(PRECOMPOSED.chars().count(), 12 * marks.len() * 2);
    letters.extend(vietnamese_lines().flat_map(|(_, vietnamese)| vietnamese.chars()));
    for (name, bytes) in [
        ("Inter Regular", &include_bytes!("../../assets/fonts/Inter-Regular.otf")[..]),
        ("Inter SemiBold", &include_bytes!("../../assets/fonts/Inter-SemiBold.otf")[..]),
    ] {
        let context = egui::Context::default();
        let mut fonts = egui::FontDefinitions::empty();
        fonts.font_data.insert("it".into(), std::sync::Arc::new(egui::FontData::from_static(bytes)));
        for family in [egui::FontFamily::Proportional, egui::FontFamily::Monospace] {
            fonts.families.insert(family, vec!["it".into()]);
        }
        context.set_fonts(fonts);
        context.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let has: BTreeSet<char> =
            context.fonts_mut(|f| f.characters(&egui::FontFamily::Proportional).keys().copied().collect());
        let missing: String = letters.difference(&has).collect();
        assert!(missing.is_empty(), "{name} lacks {missing}");
        assert!(!has.contains(&'豆'), "the check itself must be able to fail");
    }
}

/// Every vowel with every tone mark, lower and upper case.
const PRECOMPOSED: &str = "àáãảạằắẵẳặầấẫẩậèéẽẻẹềếễểệìíĩỉịòóõỏọồốỗổộờớỡởợùúũủụừứữửựỳýỹỷỵ\
                           ÀÁÃẢẠẰẮẴẲẶẦẤẪẨẬÈÉẼẺẸỀẾỄỂỆÌÍĨỈỊÒÓÕỎỌỒỐỖỔỘỜỚỠỞỢÙÚŨỦỤỪỨỮỬỰỲÝỸỶỴ";
