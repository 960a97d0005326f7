//! What goes with a bundle for people: README, licence and citation, from what the project says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::domain::consensus::sources::ConsensusSources;
use crate::domain::exchange::{ExportPlan, SplitPlan};
use crate::domain::label::NO_FINDING;
use crate::domain::project::{About, Project};
use crate::domain::training::dataset::SplitSize;
use crate::formats::exchange::{Content, Lost};

/// What a part of a bundle holds.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Part {
    name: &'static str,
    num_studies: usize,
    pub num_films: usize,
    pub num_readings: usize,
    pub num_marks: usize,
    num_normal: usize,
    readers: Vec<String>,
    /// Where the consensus in it comes from.
    pub consensus: ConsensusSources,
    marks: BTreeMap<String, usize>,
}

impl Part {
    pub fn of(name: &'static str, content: &Content, consensus: ConsensusSources) -> Self {
        let studies: BTreeSet<&str> = content.films.iter().map(|film| film.study.as_str()).collect();
        let mut marks = BTreeMap::new();
        for mark in content.said.iter().flat_map(|said| &said.marks) {
            *marks.entry(mark.label.to_string()).or_default() += 1;
        }
        Self {
            name,
            num_studies: studies.len(),
            num_films: content.films.len(),
            num_readings: content.said.len(),
            num_marks: content.num_marks(),
            num_normal: content.said.iter().filter(|said| said.is_no_finding).count(),
            readers: content.readers().iter().map(ToString::to_string).collect(),
            consensus,
            marks,
        }
    }
}

pub(super) fn readme(
    project: &Project,
    plan: &ExportPlan,
    split: Option<(&SplitPlan, &[(usize, usize); 2])>,
    parts: &[Part],
    lost: &Lost,
) -> String {
    let mut text = format!("# {}\n\n", project.name);
    let about = &project.about;
    if !plan.tag.is_empty() {
        let _ = writeln!(text, "Version {}.\n", plan.tag);
    }
    if project.is_synthetic {
        text.push_str("All films are synthetic: they show no patient.\n\n");
    }
    for (heading, said) in [
        ("", &about.description),
        ("Ethics", &about.ethics),
        ("Use of the data", &about.data_use),
        ("More", &about.link),
    ] {
        if !said.trim().is_empty() {
            if !heading.is_empty() {
                let _ = writeln!(text, "## {heading}\n");
            }
            let _ = writeln!(text, "{}\n", said.trim());
        }
    }
    let _ = writeln!(text, "## What is here\n\nForm: {}. {}\n", plan.format.title(), plan.format.holds());
    push_table(&mut text, parts);
    push_consensus(&mut text, plan, parts);
    if let Some((split, [train, test])) = split {
        push_split(&mut text, split, *train, *test);
    }
    let lost = lost.sentences();
    if !lost.is_empty() {
        text.push_str("## What is not here\n\n");
        for sentence in lost {
            let _ = writeln!(text, "- {sentence}");
        }
        text.push('\n');
    }
    text.push_str(
        "## Reading it\n\nCoordinates are pixels of the original film, from the upper left corner of its upper left pixel, x \
         to the right, y down. Readers go by numbers; nobody's name is in these files.\n\n`sha256sum --check SHA256SUMS` \
         tells whether all files are as they were written.\n\nSee LICENSE.txt for what you may do with the data, and \
         CITATION.cff for how to cite them.\n",
    );
    text
}

fn push_table(text: &mut String, parts: &[Part]) {
    let row = |text: &mut String, head: &str, cell: &dyn Fn(&Part) -> String| {
        let cells: Vec<String> = parts.iter().map(cell).collect();
        let _ = writeln!(text, "| {head} | {} |", cells.join(" | "));
    };
    row(text, "", &|part| part.name.to_owned());
    let _ = writeln!(text, "|---|{}", "---:|".repeat(parts.len()));
    row(text, "Studies", &|part| part.num_studies.to_string());
    row(text, "Films", &|part| part.num_films.to_string());
    row(text, "Readings", &|part| part.num_readings.to_string());
    row(text, &format!("Readings with \"{NO_FINDING}\""), &|part| part.num_normal.to_string());
    row(text, "Marks", &|part| part.num_marks.to_string());
    row(text, "Readers", &|part| part.readers.join(", "));
    let labels: BTreeSet<&String> = parts.iter().flat_map(|part| part.marks.keys()).collect();
    for label in labels {
        row(text, &label.replace('|', "\\|"), &|part| part.marks.get(label).copied().unwrap_or(0).to_string());
    }
    text.push('\n');
}

/// Whoever gets the data must know what of the consensus people settled, and what a rule made.
fn push_consensus(text: &mut String, plan: &ExportPlan, parts: &[Part]) {
    let parts: Vec<&Part> = parts.iter().filter(|part| part.consensus.num_films() > 0).collect();
    for part in &parts {
        let place = if part.name == "all" { String::new() } else { format!(" in {}", part.name) };
        let _ = writeln!(text, "Consensus{place}: {}.\n", part.consensus.in_words());
    }
    if plan.only_settled && !parts.is_empty() {
        text.push_str("Of the consensus only films that reviewers settled are here.\n\n");
    }
}

fn push_split(text: &mut String, plan: &SplitPlan, train: (usize, usize), test: (usize, usize)) {
    let asked = match plan.test {
        SplitSize::Share(share) => format!("a share of {share}"),
        SplitSize::Count(count) => count.to_string(),
    };
    let unit = plan.unit.as_str();
    let _ = writeln!(
        text,
        "## How it was split\n\nBy {unit}, {}, with seed {}: {asked} for test was asked for. What belongs to one {unit} is \
         in one part only. Train has {} such units ({} films), test has {} ({} films). split.csv names the part of every \
         film.{}\n",
        plan.method.as_str(),
        plan.seed,
        train.0,
        train.1,
        test.0,
        test.1,
        if plan.is_test_consensus { " The test part is the consensus, without readers." } else { "" },
    );
}

pub(super) fn licence(about: &About) -> String {
    match about.licence.trim() {
        "" => {
            "No licence is stated. Without one nobody may use, copy or hand on these data: ask those who made them.\n"
                .to_owned()
        }
        said => format!("{said}\n"),
    }
}

/// Citation File Format 1.2.0.
pub(super) fn citation(project: &Project, tag: &str) -> String {
    // JSON's text in quotes is YAML's too.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let about = &project.about;
    let message = match about.citation.trim() {
        "" => "If you use these data, please cite them by title and version.",
        said => said,
    };
    let mut text = format!(
        "cff-version: 1.2.0\ntype: dataset\ntitle: {}\nmessage: {}\nauthors:\n  - name: {}\n",
        quoted(&project.name),
        quoted(message),
        quoted(&format!("The makers of {}", project.name)),
    );
    if !tag.is_empty() {
        let _ = writeln!(text, "version: {}", quoted(tag));
    }
    if about.link.starts_with("http") {
        let _ = writeln!(text, "url: {}", quoted(&about.link));
    }
    text
}
