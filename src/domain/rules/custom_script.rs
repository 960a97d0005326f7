//! Tables of the project's own rules: what they say of a film, how they are written, and what is no rule.

use super::cases_script::{case, impressions, told};
use super::*;

/// 3.22: rules are a set that can be extended.
#[track_caller]
fn check_custom(rule: &str, film: &str, expected: &[&str]) {
    let rule: CustomRule = rule.parse().expect(rule);
    let labels = impressions();
    rule.condition.check(Some(&labels)).expect("it makes sense");
    let case = case(film);
    let found = check(&case.context(&labels), &[], std::slice::from_ref(&rule));
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "{rule}: {film}");
    for violation in &found {
        assert_eq!((violation.rule, violation.rule_title()), (None, rule.title.as_str()));
        for mend in &violation.mends {
            let Some(edit) = mend.edit(&case.reading, super::cases_script::FILM) else { continue };
            let mut mended = case.reading.clone();
            edit.apply(&mut mended).expect("it fits");
            let context = RuleContext { reading: &mended, ..case.context(&labels) };
            assert!(!check(&context, &[], std::slice::from_ref(&rule)).contains(violation), "{}", mend.title());
        }
    }
    let off = CustomRule { severity: Severity::Off, ..rule };
    assert_eq!(check(&case.context(&labels), &[], &[off]), []);
}

#[test]
fn by_count() {
    let most = "error | Nodule: at most 1";
    check_custom(most, "Nodule [1 1 9 9]", &[]);
    let message = "Marked on this film: Nodule 2 times; this project allows 1 at most. [Delete]";
    check_custom(most, "Nodule [1 1 9 9]; Nodule [20 20 30 30]", &[message]);
    let least = "error | Nodule: at least 2";
    let message = "Marked on this film: Nodule 1 times; this project asks for 2 at least.";
    check_custom(least, "Nodule [1 1 9 9]", &[message]);
    check_custom(least, "Nodule [1 1 9 9]; Nodule [20 20 30 30]", &[]);
    // Nothing is missing where nothing is there to see, or nobody has looked yet.
    for film in ["", "No finding", "unfit; Nodule [1 1 9 9]"] {
        check_custom(least, film, &[]);
    }
    let group = "warning | Nodule + Cavity: between 1 and 2";
    check_custom(group, "Nodule [1 1 9 9]; Cavity [20 20 30 30]", &[]);
    let many = "Nodule [1 1 9 9]; Cavity [20 20 30 30]; Cavity [40 20 50 30]";
    let message = "Marked on this film: Nodule + Cavity 3 times; this project allows 2 at most. [Delete]";
    check_custom(group, many, &[message]);
    let message = "Marked on this film: Nodule + Cavity 0 times; this project asks for 1 at least.";
    check_custom(group, "Opacity [1 1 9 9]", &[message]);
}

#[test]
fn by_size() {
    let least = "warning | Nodule: at least 10 px";
    check_custom(least, "Nodule [0 0 10 4]", &[]);
    let message = "Nodule measures 9.5 px; this project asks for 10 px at least. [Show] [Delete]";
    check_custom(least, "Nodule [0 0 9.5 4]", &[message]);
    check_custom(least, "Cavity [0 0 4 4]", &[]);
    let most = "error | Small ones | Nodule: at most 3 mm";
    // Rows lie 0.5 mm apart and columns 0.1 mm: what is high is larger than what is wide.
    check_custom(most, "spacing 0.5 0.1; Nodule [0 0 30 6]", &[]);
    let message = "Nodule measures 3.5 mm; this project allows 3 mm at most. [Show] [Delete]";
    check_custom(most, "spacing 0.5 0.1; Nodule [0 0 30 7]", &[message]);
    check_custom(most, "Nodule [0 0 90 70]", &[]);
}

#[test]
fn by_combination() {
    let requires = "error | Pneumonia requires Opacity";
    let message_of_pneumonia = "Pneumonia is there and Opacity is not; this project asks for both. [Remove Pneumonia]";
    check_custom(requires, "+Pneumonia", &[message_of_pneumonia]);
    check_custom(requires, "+Pneumonia; Opacity [1 1 9 9]", &[]);
    check_custom(requires, "+Pneumonia; +Opacity", &[]);
    check_custom(requires, "?Pneumonia", &[]);
    let message = "Cavity is there and COPD is not; this project asks for both. [Say present: COPD] [Remove Cavity]";
    check_custom("error | Cavity requires COPD", "Cavity [1 1 9 9]", &[message]);
    let excludes = "error | Nodule excludes Cavity";
    let message = "Nodule and Cavity are both there; in this project they exclude each other. \
                   [Remove Nodule] [Remove Cavity]";
    check_custom(excludes, "Nodule [1 1 9 9]; Cavity [20 20 30 30]", &[message]);
    check_custom(excludes, "Nodule [1 1 9 9]; +Cavity", &[message]);
    check_custom(excludes, "Nodule [1 1 9 9]; -Cavity", &[]);
    // What is said of the whole study stands on each of its films, and is taken back there.
    check_custom(requires, "+Pneumonia; study +Opacity", &[]);
    check_custom(requires, "+Pneumonia; study -Opacity", &[message_of_pneumonia]);
    let message = "Pneumonia is there and Opacity is not; this project asks for both.";
    check_custom(requires, "study +Pneumonia", &[message]);
    let message = "Nodule and Cavity are both there; in this project they exclude each other. [Remove Nodule]";
    check_custom(excludes, "Nodule [1 1 9 9]; study +Cavity", &[message]);
    check_custom(excludes, "Nodule [1 1 9 9]; study ?Cavity", &[]);
}

#[test]
fn a_rule_is_written_as_it_is_read() {
    for text in [
        "error | Surgical implant: at most 4",
        "warning | Nodule/Mass: between 1 and 12",
        "off | Nodule/Mass: at least 3.5 mm",
        "error | Few implants | Surgical implant: at most 4",
        "warning | Nodule/Mass + Lung cavity: at most 5",
        "error | Interstitial lung disease (ILD) requires Lung opacity",
        "error | Rib: third excludes Rib: fourth",
        "warning | Odd: name: between 2 and 900 px",
    ] {
        let rule: CustomRule = text.parse().expect(text);
        assert_eq!(rule.to_string(), text);
        assert_eq!(rule.condition.to_string().parse(), Ok(rule.condition));
    }
    let short: CustomRule = "Fracture: at most 4".parse().expect("a rule");
    assert_eq!((short.severity, short.title.as_str()), (Severity::Warning, "Fracture: at most 4"));
}

#[test]
fn what_is_no_rule_is_refused() {
    for text in [
        "",
        "Fracture",
        "Fracture: at most",
        "Fracture: at most many",
        "Fracture: at most -1",
        "Fracture: at most 2.5",
        "Fracture: between 1",
        ": at most 4",
        "A requires ",
        "loud | Fracture: at most 4",
        "error || Fracture: at most 4",
        "error | a | b | Fracture: at most 4",
    ] {
        assert!(text.parse::<CustomRule>().is_err(), "{text}");
    }
    let check = |text: &str, expected: ConditionError| {
        let condition: Condition = text.parse().expect(text);
        assert_eq!(condition.check(Some(&impressions())), Err(expected), "{text}");
    };
    check("Fracture: at most 4", ConditionError::UnknownLabel("Fracture".into()));
    check("Nodule: between 4 and 1", ConditionError::Crossed);
    check("Nodule: at least 0 mm", ConditionError::BadSize);
    check("Nodule: at most inf px", ConditionError::BadSize);
    check("Nodule requires Nodule", ConditionError::SameLabel);
    check("Nodule + Nodule: at most 4", ConditionError::NoGroup);
}
