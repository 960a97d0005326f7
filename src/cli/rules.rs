//! `rachis rules`: what a reading must keep in one project, shown and changed.

use std::path::PathBuf;

use anyhow::bail;
use serde_json::{Value, json};

use crate::domain::rules::{RULES, RuleId, RuleSetting, Severity};
use crate::store::Store;

/// Show a project's rules, or change them.
#[derive(clap::Args, Debug)]
pub struct RulesArgs {
    /// The project's folder.
    project: PathBuf,
    /// How much a broken rule matters, and the rule's number where it has one; may be given several times.
    #[arg(long, value_name = "KEY=off|warning|error[:NUMBER]", value_parser = change)]
    set: Vec<Change>,
    /// Print the rules as JSON.
    #[arg(long)]
    json: bool,
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
    let rules = if args.set.is_empty() {
        Store::open_to_look(&args.project)?.project().rules.clone()
    } else {
        let mut store = Store::open(&args.project)?;
        let rules = changed(store.project().rules.clone(), &args.set)?;
        store.set_rules(&rules)?;
        rules
    };
    if args.json {
        println!("{:#}", rules.iter().map(as_json).collect::<Value>());
    } else {
        print!("{}", as_text(&rules));
    }
    Ok(())
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
            let keys = RULES.map(|row| row.key).join(", ");
            bail!("there is no rule {key:?}; the rules are {keys}. Nothing was changed.");
        };
        rule.severity = change.severity;
        let Some(number) = change.number else { continue };
        let Some(((meaning, _), range)) = rule.id.row().parameter.zip(rule.id.parameter_range()) else {
            let keys: Vec<&str> = RULES.iter().filter(|row| row.parameter.is_some()).map(|row| row.key).collect();
            bail!("the rule {key} has no number; those that have one are {}. Nothing was changed.", keys.join(", "));
        };
        if !range.contains(&number) {
            let (from, to) = range.into_inner();
            bail!(
                "the number of the rule {key} ({meaning}) is from {from} to {to}, not {number}. Nothing was changed."
            );
        }
        rule.parameter = number;
    }
    Ok(rules)
}

fn as_text(rules: &[RuleSetting]) -> String {
    let width = RULES.iter().map(|row| row.key.len()).max().unwrap_or(0);
    let line = |rule: &RuleSetting| {
        let row = rule.id.row();
        let number = row.parameter.map_or_else(String::new, |(meaning, _)| format!("; {meaning}: {}", rule.parameter));
        format!("{:width$}  {:7}  {}{number}\n", row.key, rule.severity.as_str(), row.title)
    };
    rules.iter().map(line).collect()
}

fn as_json(rule: &RuleSetting) -> Value {
    let row = rule.id.row();
    json!({
        "key": row.key,
        "title": row.title,
        "severity": rule.severity.as_str(),
        "parameter": row.parameter.map(|_| rule.parameter),
        "meaning": row.parameter.map(|(meaning, _)| meaning),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::default_rules;

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
        check(&["nothing=off"], Err("no_finding_with_boxes, nothing_decided, box_outside_film"));
    }

    #[test]
    fn what_is_no_change_is_told_how_to_write_one() {
        for text in ["", "nothing_decided", "nothing_decided=", "nothing_decided=loud", "duplicate_box=error:"] {
            assert!(change(text).is_err(), "{text}");
        }
    }
}
