//! Readings of a study as tables for programs that analyse several readers and cases, such as the FDA's iMRMC.
//!
//! Rows are `readerID,caseID,modalityID,score`. A row of reader -1 and modality 0 has a case's truth: 1 abnormal, 0 normal.
//! The modalities are `without` and `with` (the model). Scores are 0 normal, 1 possible, 2 probable, 3 definite or nothing
//! said of how sure. Source: iMRMC's manual, section 4.1.1.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::csv_cell;
use crate::domain::evaluation::reader_study::{MrmcRow, ReaderStudy};

const TRUTH_READER: &str = "-1";
const TRUTH_MODALITY: &str = "0";

/// A table with a header, as spreadsheets, R and pandas read it.
pub fn as_csv(study: &ReaderStudy) -> String {
    let mut out = String::from("readerID,caseID,modalityID,score\n");
    push_rows(&mut out, study, |out, text| csv_cell::push_cell(out, &csv_cell::with_guard(text)));
    out
}

/// The file that the program iMRMC opens: a description, the sizes, and the rows after `BEGIN DATA:`. It knows no quotes,
/// so commas and blanks of ids become underscores.
pub fn as_imrmc(study: &ReaderStudy) -> String {
    let count = |wanted: bool| study.truths.values().filter(|&&is_abnormal| is_abnormal == wanted).count();
    let different = |of: fn(&MrmcRow) -> &str| study.mrmc.iter().map(of).collect::<BTreeSet<_>>().len();
    let mut out = String::from("Readings written by Rachis; modality with or without a model\n");
    let _ = write!(
        out,
        "N0={}\nN1={}\nNR={}\nNM={}\nBEGIN DATA:\n",
        count(false),
        count(true),
        different(|row| row.reader.as_str()),
        different(|row| modality(row.is_with_model)),
    );
    push_rows(&mut out, study, |out, text| {
        out.extend(text.chars().map(|letter| if letter == ',' || letter.is_whitespace() { '_' } else { letter }));
    });
    out
}

const fn modality(is_with_model: bool) -> &'static str {
    if is_with_model { "with" } else { "without" }
}

fn push_rows(out: &mut String, study: &ReaderStudy, push_id: impl Fn(&mut String, &str)) {
    for (image, is_abnormal) in &study.truths {
        let _ = write!(out, "{TRUTH_READER},");
        push_id(out, image.as_str());
        let _ = writeln!(out, ",{TRUTH_MODALITY},{}", u8::from(*is_abnormal));
    }
    for row in &study.mrmc {
        push_id(out, row.reader.as_str());
        out.push(',');
        push_id(out, row.image.as_str());
        let _ = writeln!(out, ",{},{}", modality(row.is_with_model), row.said.score());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::reader_study::Said;

    fn study() -> ReaderStudy {
        let row = |image: &str, is_with_model: bool, said: Said| MrmcRow {
            reader: "R 1".into(),
            image: image.into(),
            is_with_model,
            said,
        };
        ReaderStudy {
            truths: [("film,a".into(), true), ("b".into(), false)].into(),
            mrmc: vec![
                row("b", false, Said::NORMAL),
                row("film,a", false, Said::NORMAL),
                row("film,a", true, Said::ABNORMAL),
            ],
            ..ReaderStudy::default()
        }
    }

    #[test]
    fn a_table_with_quotes() {
        let expected = "readerID,caseID,modalityID,score\n\
                        -1,b,0,0\n\
                        -1,\"film,a\",0,1\n\
                        R 1,b,without,0\n\
                        R 1,\"film,a\",without,0\n\
                        R 1,\"film,a\",with,3\n";
        assert_eq!(as_csv(&study()), expected);
    }

    #[test]
    fn a_file_without_quotes_and_with_its_sizes() {
        let text = as_imrmc(&study());
        let (head, rows) = text.split_once("BEGIN DATA:\n").unwrap();
        assert!(head.ends_with("N0=1\nN1=1\nNR=1\nNM=2\n"), "{head}");
        assert_eq!(rows, "-1,b,0,0\n-1,film_a,0,1\nR_1,b,without,0\nR_1,film_a,without,0\nR_1,film_a,with,3\n");
    }
}
