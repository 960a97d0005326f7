//! `rachis rules`: what a reading must keep in one project, shown and changed.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};

use crate::domain::label::LabelSet;
use crate::domain::rules::{CustomRule, RULES, RuleId, RuleSetting, Severity};
use crate::workflows::label_sets;

use super::person::Person;

/// Show a project's rules, or change them.
#[derive(clap::Args, Debug)]
pub struct RulesArgs {
    /// The project's folder.
    project: PathBuf,
    /// How much a broken rule matters, and the rule's number where it has one; may be given several times.
    #[arg(long, value_name = "KEY=off|warning|error[:NUMBER]", value_parser = change)]
    set: Vec<Change>,
    /// Add a rule of the project's own: "error | Few implants | Surgical implant: at most 4". Conditions: "LABEL: at most
    /// 4", "LABEL: at least 3 mm", "LABEL: between 5 and 90 px", "A + B: at most 5", "A requires B", "A excludes B". The
    /// title may be left out, and with it the severity, which is a warning then. May be given several times.
    #[arg(long, value_name = "SEVERITY | TITLE | CONDITION", value_parser = own_rule)]
    add: Vec<CustomRule>,
    /// Remove a rule of the project's own, by its title or condition; may be given several times.
    #[arg(long, value_name = "TITLE")]
    remove: Vec<String>,
    /// Print the rules as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

/// One `--set`, as written; whether the project has such a rule is found out later.
#[derive(Clone, Debug)]
struct Change {
    key: String,
    severity: Severity,
    /// As it was where it is not named.
    number: Option<f64>,
}

pub fn run(args: &RulesArgs) -> anyhow::Result<()> {
    let is_change = !args.set.is_empty() || !args.add.is_empty() || !args.remove.is_empty();
    let project = if is_change {
        let mut store = args.person.open(&args.project)?;
        let project = store.project().clone();
        // Both are found to make sense before either is written.
        let rules = changed(project.rules, &args.set)?;
        let labels = label_sets::of_project(&store).ok().map(|(set, _)| set);
        let own = changed_own(project.custom_rules, &args.remove, &args.add, labels.as_ref())?;
        store.set_rules(&rules)?;
        store.set_custom_rules(&own)?;
        store.project().clone()
    } else {
        args.person.open_to_look(&args.project)?.project().clone()
    };
    if args.json {
        let rules = project.rules.iter().map(as_json).chain(project.custom_rules.iter().map(own_as_json));
        println!("{:#}", rules.collect::<Value>());
    } else {
        print!("{}", as_text(&project.rules, &project.custom_rules));
    }
    Ok(())
}

fn own_rule(text: &str) -> Result<CustomRule, String> {
    text.parse()
}

/// Those that stay, then the new ones; none where one of them makes no sense.
fn changed_own(
    mut rules: Vec<CustomRule>,
    removed: &[String],
    added: &[CustomRule],
    labels: Option<&LabelSet>,
) -> anyhow::Result<Vec<CustomRule>> {
    for title in removed {
        let num_before = rules.len();
        rules.retain(|rule| rule.title != *title && rule.condition.to_string() != *title);
        if rules.len() == num_before {
            let titles: Vec<&str> = rules.iter().map(|rule| rule.title.as_str()).collect();
            let own = if titles.is_empty() { "it has none".to_owned() } else { titles.join("; ") };
            bail!("the project has no rule of its own called {title:?}: {own}. Nothing was changed.");
        }
    }
    for rule in added {
        let why = rule.condition.check(labels).map_err(|why| anyhow!("{rule}: {why}. Nothing was changed."));
        why?;
        if rules.iter().any(|other| other.title == rule.title) {
            bail!("the project has a rule {:?} already. Nothing was changed.", rule.title);
        }
        rules.push(rule.clone());
    }
    Ok(rules)
}

fn change(text: &str) -> Result<Change, String> {
    const FORM: &str = "KEY=off, KEY=warning or KEY=error, with :NUMBER behind it where the rule has a number";
    let (key, value) = text.split_once('=').ok_or(FORM)?;
    let (severity, number) = match value.split_once(':') {
        Some((severity, number)) => (severity, Some(number.parse().map_err(|_| format!("{number:?} is no number"))?)),
        None => (value, None),
    };
    let severity = Severity::parse(severity).ok_or(FORM)?;
    Ok(Change { key: key.to_owned(), severity, number })
}

/// All changes, or none where one of them makes no sense.
fn changed(mut rules: Vec<RuleSetting>, changes: &[Change]) -> anyhow::Result<Vec<RuleSetting>> {
    for change in changes {
        let key = &change.key;
        let id = RuleId::from_key(key);
        let Some(rule) = rules.iter_mut().find(|rule| Some(rule.id) == id) else {
            let keys: Vec<&str> = RULES.iter().map(|row| row.key).collect();
            let keys = keys.join(", ");
            bail!("there is no rule {key:?}; the rules are {keys}. Nothing was changed.");
        };
        rule.severity = change.severity;
        let Some(number) = change.number else { continue };
        let Some((parameter, range)) = rule.id.row().parameter.zip(rule.id.parameter_range()) else {
            let keys: Vec<&str> = RULES.iter().filter(|row| row.parameter.is_some()).map(|row| row.key).collect();
            bail!("the rule {key} has no number; those that have one are {}. Nothing was changed.", keys.join(", "));
        };
        if !range.contains(&number) {
            let (from, to) = range.into_inner();
            bail!(
                "the number of the rule {key} ({}) is from {from} to {to}, not {number}. Nothing was changed.",
                parameter.meaning
            );
        }
        rule.parameter = number;
    }
    Ok(rules)
}

fn as_text(rules: &[RuleSetting], own: &[CustomRule]) -> String {
    let width = RULES.iter().map(|row| row.key.len()).max().unwrap_or(0);
    let line = |rule: &RuleSetting| {
        let row = rule.id.row();
        let number = row.parameter.map_or_else(String::new, |p| format!("; {}: {}", p.meaning, rule.parameter));
        format!("{:width$}  {:7}  {}{number}\n", row.key, rule.severity.as_str(), row.title)
    };
    let own = own.iter().map(|rule| format!("{:width$}  {:7}  {}\n", "(own)", rule.severity.as_str(), own_text(rule)));
    rules.iter().map(line).chain(own).collect()
}

fn own_text(rule: &CustomRule) -> String {
    let condition = rule.condition.to_string();
    if rule.title == condition { condition } else { format!("{}; {condition}", rule.title) }
}

fn own_as_json(rule: &CustomRule) -> Value {
    json!({
        "key": Value::Null,
        "title": rule.title,
        "severity": rule.severity.as_str(),
        "condition": rule.condition.to_string(),
    })
}

fn as_json(rule: &RuleSetting) -> Value {
    let row = rule.id.row();
    json!({
        "key": row.key,
        "title": row.title,
        "severity": rule.severity.as_str(),
        "parameter": row.parameter.map(|_| rule.parameter),
        "meaning": row.parameter.map(|p| p.meaning),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::default_rules;
    use crate::formats::label_set;

    #[test]
    fn changes_are_taken_or_refused_in_a_sentence() {
        let check = |texts: &[&str], expected: Result<(RuleId, Severity, f64), &str>| {
            let changes: Vec<Change> = texts.iter().map(|text| change(text).unwrap()).collect();
            match (changed(default_rules(), &changes), expected) {
                (Ok(rules), Ok((id, severity, parameter))) => {
                    assert!(rules.contains(&RuleSetting { id, severity, parameter }), "{texts:?}: {rules:?}");
                }
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{texts:?}: {error}"),
                (got, _) => panic!("{texts:?}: {got:?}"),
            }
        };
        check(&["nothing_decided=off"], Ok((RuleId::NothingDecided, Severity::Off, 0.0)));
        check(&["duplicate_box=error"], Ok((RuleId::DuplicateBox, Severity::Error, 0.9)));
        check(&["duplicate_box=error:0.5"], Ok((RuleId::DuplicateBox, Severity::Error, 0.5)));
        check(&["duplicate_box=off", "duplicate_box=warning:1"], Ok((RuleId::DuplicateBox, Severity::Warning, 1.0)));
        check(&["box_too_small=error:3"], Ok((RuleId::BoxTooSmall, Severity::Error, 3.0)));
        for number in ["1.01", "-0.1", "nan", "inf"] {
            check(&[&format!("duplicate_box=error:{number}")], Err("from 0 to 1, not"));
            check(&[&format!("nothing_decided=error:{number}")], Err("are box_too_small, duplicate_box"));
        }
        check(&["box_too_small=error:-1"], Err("smallest width and height in pixels"));
        check(&["nothing=off"], Err("no_finding_with_boxes, nothing_decided, no_global_label, box_outside_film"));
    }

    #[test]
    fn what_is_no_change_is_told_how_to_write_one() {
        for text in ["", "nothing_decided", "nothing_decided=", "nothing_decided=loud", "duplicate_box=error:"] {
            assert!(change(text).is_err(), "{text}");
        }
    }

    #[test]
    fn own_rules_are_added_and_removed_by_their_titles() {
        let spine = label_set::shipped_by_id("vindr_spine").unwrap();
        let rules = |texts: &[&str]| -> Vec<CustomRule> { texts.iter().map(|text| own_rule(text).unwrap()).collect() };
        let check = |removed: &[&str], added: &[&str], expected: Result<&[&str], &str>| {
            let held = rules(&["error | Few | Surgical implant: at most 4", "Fracture: at most 3"]);
            let removed: Vec<String> = removed.iter().map(|&text| text.to_owned()).collect();
            match (changed_own(held, &removed, &rules(added), Some(&spine)), expected) {
                (Ok(rules), Ok(expected)) => {
                    assert_eq!(rules.iter().map(|rule| rule.title.as_str()).collect::<Vec<_>>(), expected);
                }
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (got, _) => panic!("{removed:?} {added:?}: {got:?}"),
            }
        };
        check(&[], &["Osteophytes: at most 30"], Ok(&["Few", "Fracture: at most 3", "Osteophytes: at most 30"]));
        check(&["Few"], &[], Ok(&["Fracture: at most 3"]));
        check(&["Surgical implant: at most 4"], &[], Ok(&["Fracture: at most 3"]));
        check(&["Few", "Fracture: at most 3"], &["Fracture: at most 9"], Ok(&["Fracture: at most 9"]));
        check(&["Many"], &[], Err("no rule of its own called \"Many\": Few; Fracture: at most 3."));
        check(&[], &["Fracture: at most 3"], Err("already"));
        check(&[], &["Fractur: at most 5"], Err("no label \"Fractur\""));
    }
}
