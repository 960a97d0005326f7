//! `rachis stats`: the rows of the papers' "Characteristics" table, for one project.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;
use serde_json::{Value, json};

use crate::domain::quality::UnfitReason;
use crate::domain::stats::{Characteristics, FilmRows, LabelColumn, Spread, Voice};
use crate::workflows::stats::{ProjectStats, project_stats};

use super::person::Person;

/// Count studies, images, ages, sexes, findings.
#[derive(clap::Args, Debug)]
pub struct StatsArgs {
    /// The project's folder.
    project: PathBuf,
    /// Only the column of this reader; without it, every reader and the majority.
    #[arg(long, value_name = "RAD_ID")]
    reader: Option<String>,
    /// Only the column of the majority of readers.
    #[arg(long, conflicts_with = "reader")]
    majority: bool,
    /// Print the table as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &StatsArgs) -> anyhow::Result<()> {
    let mut stats = project_stats(&args.person.open_to_look(&args.project)?)?;
    if let Some(voice) = wanted(args) {
        stats.table.columns.retain(|column| column.voice == voice);
        if stats.table.columns.is_empty() {
            bail!("the project has no readings of {}", voice_title(&voice));
        }
    }
    if args.json {
        println!("{:#}", as_json(&stats));
    } else {
        print!("{}", as_text(&stats));
    }
    Ok(())
}

fn wanted(args: &StatsArgs) -> Option<Voice> {
    if args.majority {
        return Some(Voice::Majority);
    }
    args.reader.as_deref().map(|id| Voice::Reader(id.into()))
}

fn voice_title(voice: &Voice) -> &str {
    match voice {
        Voice::Reader(id) => id.as_str(),
        Voice::Majority => "majority",
    }
}

fn as_text(stats: &ProjectStats) -> String {
    let synthetic = if stats.project.is_synthetic { " (synthetic)" } else { "" };
    let mut lines = vec![format!("Project: {}{synthetic}", stats.project.name), String::new()];
    lines.extend(film_lines(&stats.table.films));
    if !stats.table.columns.is_empty() {
        lines.push(String::new());
        lines.extend(label_lines(&stats.table));
    }
    if stats.table.num_images_without_film > 0 {
        lines.push(String::new());
        lines.push(format!(
            "{} images were read and are not in the project as films; they count in the columns above.",
            stats.table.num_images_without_film
        ));
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n") + "\n"
}

fn film_lines(films: &FilmRows) -> Vec<String> {
    let unknown = |n: u64, what: &str| if n > 0 { format!("; {what} for {n} studies") } else { String::new() };
    let years = match films.years {
        None => "unknown".to_owned(),
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first} to {last}"),
    };
    let size = |pick: fn(Spread) -> f64| match (films.height, films.width) {
        (Some(h), Some(w)) => format!("{:.0} x {:.0}", pick(h), pick(w)),
        _ => "none".to_owned(),
    };
    let age = films.age.map_or("unknown".to_owned(), |age| {
        format!("mean {:.1}, median {:.1}, {} to {}", age.mean, age.median, years_of(age.min), years_of(age.max))
    });
    let share = |count: u64| films.percent_of_known_sex(count).map_or("unknown".to_owned(), |p| format!("{p:.2} %"));
    let mut rows = vec![
        ("Years", format!("{years}{}", unknown(films.num_studies_undated, "no date"))),
        ("Studies", films.num_studies.to_string()),
        ("Images", films.num_images.to_string()),
        ("Mean image size", format!("{} (height x width, pixels)", size(|s| s.mean))),
        ("Median image size", size(|s| s.median)),
        ("Age in years", format!("{age}{}", unknown(films.num_studies_of_unknown_age, "unknown"))),
        ("Male", share(films.num_male)),
        ("Female", format!("{}{}", share(films.num_female), unknown(films.num_studies_of_unknown_sex, "unknown"))),
        ("Data size", format!("{:.2} GiB", films.gibibytes())),
    ];
    if films.num_other_sex > 0 {
        rows.insert(8, ("Other sex", share(films.num_other_sex)));
    }
    rows.into_iter().map(|(title, value)| format!("{title:<20}{value}")).collect()
}

/// Years of age; of children, with a decimal.
fn years_of(age: f64) -> String {
    if age.fract() == 0.0 { format!("{age:.0}") } else { format!("{age:.1}") }
}

/// Columns of readers: boxes, and in brackets the images they are on.
fn label_lines(table: &Characteristics) -> Vec<String> {
    let columns = &table.columns;
    // A name that only some readers used is a row all the same.
    let mut labels: Vec<(String, String)> = Vec::new();
    for row in columns.iter().flat_map(|c| &c.labels) {
        let key = (row.code.clone().unwrap_or_default(), row.label.to_string());
        if !labels.contains(&key) {
            labels.push(key);
        }
    }
    let titles = labels.iter().map(|(code, name)| format!("{code:<5}{name}"));
    let width = titles.clone().map(|t| t.chars().count()).max().unwrap_or(0).max(28) + 2;
    let line = |title: &str, cell: &dyn Fn(&LabelColumn) -> String| {
        let cells: Vec<String> = columns.iter().map(|c| format!("{:>16}", cell(c))).collect();
        format!("{title:<width$}{}", cells.concat())
    };
    let mut lines = vec![
        line("", &|c| voice_title(&c.voice).to_owned()),
        line("Normal images", &|c| c.num_normal.to_string()),
        line("Abnormal images", &|c| c.num_abnormal.to_string()),
        line("Neither", &|c| c.num_undecided.to_string()),
    ];
    if columns.iter().any(|c| c.num_unfit > 0) {
        lines.push(line("Unfit to be read", &|c| c.num_unfit.to_string()));
        for reason in UnfitReason::ALL.into_iter().filter(|r| columns.iter().any(|c| c.unfit.contains_key(r))) {
            let title = format!("  {}", reason.title());
            lines.push(line(&title, &|c| c.unfit.get(&reason).map_or_else(String::new, u64::to_string)));
        }
    }
    lines.push("Boxes (images with the label)".to_owned());
    for ((_, name), title) in labels.iter().zip(titles) {
        lines.push(line(&title, &|c| {
            let row = c.labels.iter().find(|row| row.label.as_str() == name);
            let (boxes, images) = row.map_or((Some(0), 0), |row| (row.num_boxes, row.num_images));
            boxes.map_or(format!("({images})"), |boxes| format!("{boxes} ({images})"))
        }));
    }
    lines
}

fn as_json(stats: &ProjectStats) -> Value {
    let films = &stats.table.films;
    let spread = |s: Option<Spread>| s.map(|s| json!({"mean": s.mean, "median": s.median, "min": s.min, "max": s.max}));
    let column = |c: &LabelColumn| {
        let labels: Vec<Value> = c
            .labels
            .iter()
            .map(|row| {
                let (label, images) = (row.label.as_str(), row.num_images);
                json!({"label": label, "code": row.code, "boxes": row.num_boxes, "images": images})
            })
            .collect();
        let reader = match &c.voice {
            Voice::Reader(id) => Some(id.as_str()),
            Voice::Majority => None,
        };
        json!({
            "reader": reader,
            "is_majority": c.voice == Voice::Majority,
            "normal_images": c.num_normal,
            "abnormal_images": c.num_abnormal,
            "neither": c.num_undecided,
            "unfit": c.num_unfit,
            "unfit_by_reason": c.unfit.iter().map(|(r, n)| (r.key(), json!(n))).collect::<BTreeMap<_, _>>(),
            "labels": labels,
        })
    };
    json!({
        "project": stats.project.name,
        "label_set": stats.project.label_set,
        "is_synthetic": stats.project.is_synthetic,
        "years": films.years.map(|(first, last)| [first, last]),
        "studies": films.num_studies,
        "studies_undated": films.num_studies_undated,
        "images": films.num_images,
        "height_px": spread(films.height),
        "width_px": spread(films.width),
        "age_years": spread(films.age),
        "studies_of_unknown_age": films.num_studies_of_unknown_age,
        "male": films.num_male,
        "female": films.num_female,
        "other_sex": films.num_other_sex,
        "studies_of_unknown_sex": films.num_studies_of_unknown_sex,
        "bytes": films.bytes,
        "columns": stats.table.columns.iter().map(column).collect::<Vec<_>>(),
        "images_without_film": stats.table.num_images_without_film,
    })
}
