//! Rows of a table held against each other, the project's rules and what the project holds: what is taken, and why not.

use rayon::prelude::*;

use crate::domain::geometry::Rect;
use crate::domain::label::LabelName;
use crate::domain::rules::{RuleId, RuleSetting, Severity};
use crate::formats::bad_row::{BadRow, Problem, TooSmall};
use crate::store::{BulkImport, StoreError};
use crate::workflows::import_labels::Admission;
use crate::workflows::label_rows::{Bucket, LabelRows, RowMark, TableReading, Verdict};

/// What is wrong with rows, and what is only worth a look; by line.
#[derive(Debug, Default)]
pub struct Judgement {
    pub bad: Vec<BadRow>,
    /// Rows that break a rule which only warns.
    pub warnings: Vec<BadRow>,
}

/// Gives every row its verdict. `labels` are the table's.
pub(super) fn judge(
    rows: &mut LabelRows,
    labels: &[LabelName],
    rules: &[RuleSetting],
    admission: &Admission,
    import: &BulkImport<'_>,
) -> Result<Judgement, StoreError> {
    learn_what_is_held(rows, import)?;
    let setting = |id: RuleId| rules.iter().find(|r| r.id == id && r.severity != Severity::Off).copied();
    let judge = Judge {
        labels,
        admission,
        outside: setting(RuleId::BoxOutsideFilm),
        small: setting(RuleId::BoxTooSmall),
        duplicate: setting(RuleId::DuplicateBox),
    };
    let parts: Vec<Judgement> = rows.buckets.par_iter_mut().map(|bucket| judge.bucket(bucket)).collect();
    let mut all = Judgement::default();
    for part in parts {
        all.bad.extend(part.bad);
        all.warnings.extend(part.warnings);
    }
    all.bad.sort_by_key(|bad| bad.line);
    all.warnings.sort_by_key(|bad| bad.line);
    Ok(all)
}

fn learn_what_is_held(rows: &mut LabelRows, import: &BulkImport<'_>) -> Result<(), StoreError> {
    let mut held: Vec<(usize, usize)> = Vec::new();
    if import.holds_readings()? {
        import.for_each_reading(|image, reader, reading| {
            let (index, range) = rows.readings_of(image);
            let bucket = &mut rows.buckets[index];
            let same_reader = range.into_iter().find(|&i| bucket.reader(&bucket.readings[i]) == reader);
            if let Some(i) = same_reader {
                held.push((index, i));
                bucket.readings[i].held = Some(reading);
            }
        })?;
    }
    for (index, i) in held {
        let bucket = &mut rows.buckets[index];
        let reading = &bucket.readings[i];
        if reading.held.as_ref().is_some_and(|held| held.num_marks > 0) {
            let boxes = import.boxes_of(bucket.image(reading), bucket.reader(reading))?;
            bucket.readings[i].held_boxes =
                boxes.into_iter().map(|(label, columns, extra)| (label, columns.map(f64::to_bits), extra)).collect();
        }
    }
    if import.holds_films()? {
        import.for_each_film(|image, width, height| {
            let (index, range) = rows.readings_of(image);
            for reading in &mut rows.buckets[index].readings[range] {
                reading.size_px = Some((width, height));
            }
        })?;
    }
    Ok(())
}

/// What readings are held against.
struct Judge<'a> {
    labels: &'a [LabelName],
    admission: &'a Admission,
    outside: Option<RuleSetting>,
    small: Option<RuleSetting>,
    duplicate: Option<RuleSetting>,
}

impl Judge<'_> {
    fn bucket(&self, bucket: &mut Bucket) -> Judgement {
        let mut judgement = Judgement::default();
        let (mut readings, mut verdicts) = (std::mem::take(&mut bucket.readings), std::mem::take(&mut bucket.verdicts));
        let mut marks = Vec::new();
        for reading in &mut readings {
            marks.clear();
            marks.extend(bucket.marks(reading));
            let mine = &mut verdicts[reading.rows.start as usize..reading.rows.end as usize];
            let (image, reader) = (bucket.image(reading), bucket.reader(reading));
            if let Some(problem) = self.admission.problem(image, reader, reading.size_px.is_some()) {
                mine.fill(Verdict::Bad);
                let bad = marks.iter().map(|mark| BadRow { line: mark.line, problem: problem.clone() });
                judgement.bad.extend(bad);
                continue;
            }
            self.boxes(reading, &marks, mine, &mut judgement);
            no_findings(reading, &marks, mine, &mut judgement);
        }
        (bucket.readings, bucket.verdicts) = (readings, verdicts);
        judgement
    }

    fn boxes(
        &self,
        reading: &mut TableReading,
        marks: &[RowMark<'_>],
        verdicts: &mut [Verdict],
        judgement: &mut Judgement,
    ) {
        let holds_no_finding = reading.held.as_ref().is_some_and(|held| held.has_no_finding);
        for (i, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.columns.is_some()) {
            let problem = place_problem(reading, mark)
                .or_else(|| same_row(mark, &marks[..i]))
                .or_else(|| holds_no_finding.then_some(Problem::ProjectHasNoFinding))
                .or_else(|| self.box_problem(reading, mark, &marks[..i], judgement));
            if let Some(problem) = problem {
                verdicts[i] = Verdict::Bad;
                judgement.bad.push(BadRow { line: mark.line, problem });
            } else if self.is_held(reading, mark) {
                verdicts[i] = Verdict::Held;
                reading.num_held += 1;
            } else {
                reading.num_boxes += 1;
                reading.labels |= 1 << mark.label;
            }
        }
    }

    fn is_held(&self, reading: &TableReading, mark: &RowMark<'_>) -> bool {
        let label = self.labels[usize::from(mark.label)].as_str();
        let bits = mark.columns.map(|columns| columns.map(f64::to_bits));
        // Where only one of the two says something further, they are the same mark: not every table has the same columns.
        let is_same_extra = |held: &str| held == mark.extra || held.is_empty() || mark.extra.is_empty();
        let is_same = |(held, columns, extra): &(String, [u64; 4], String)| {
            Some(*columns) == bits && held == label && is_same_extra(extra)
        };
        reading.held_boxes.iter().any(is_same)
    }

    /// The project's rules for a box: an error is a problem, a warning is noted.
    fn box_problem(
        &self,
        reading: &TableReading,
        mark: &RowMark<'_>,
        before: &[RowMark<'_>],
        judgement: &mut Judgement,
    ) -> Option<Problem> {
        let [xmin, ymin, xmax, ymax] = mark.columns?;
        let mut error = None;
        let mut found = |severity: Severity, problem: Problem| {
            if severity == Severity::Warning {
                judgement.warnings.push(BadRow { line: mark.line, problem });
            } else if error.is_none() {
                error = Some(problem);
            }
        };
        if let (Some(rule), Some((width, height))) = (self.outside, reading.size_px)
            && (xmin < 0.0 || ymin < 0.0 || xmax > f64::from(width) || ymax > f64::from(height))
        {
            found(rule.severity, Problem::OutsideFilm { width, height });
        }
        if let Some(rule) = self.small
            && (xmax - xmin < rule.parameter || ymax - ymin < rule.parameter)
        {
            found(rule.severity, Problem::TooSmall(TooSmall(rule.parameter)));
        }
        if let Some(rule) = self.duplicate
            && let Some(rect) = rect_of(mark)
        {
            let is_same = |other: &&RowMark<'_>| {
                other.label == mark.label && rect_of(other).is_some_and(|r| r.iou(&rect) > rule.parameter)
            };
            if let Some(first) = before.iter().find(is_same) {
                let label = self.labels[usize::from(mark.label)].as_str().into();
                found(rule.severity, Problem::Duplicate { first_line: first.line, label });
            }
        }
        error
    }
}

fn no_findings(reading: &mut TableReading, marks: &[RowMark<'_>], verdicts: &mut [Verdict], judgement: &mut Judgement) {
    let a_box = marks.iter().zip(&*verdicts).find(|(m, v)| m.columns.is_some() && **v == Verdict::Take);
    let line_of_box = a_box.map(|(mark, _)| mark.line);
    let (holds_no_finding, holds_findings) =
        reading.held.as_ref().map_or((false, false), |held| (held.has_no_finding, held.num_findings() > 0));
    let mut first_line = None;
    for (i, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.columns.is_none()) {
        let problem = place_problem(reading, mark).or_else(|| {
            if let Some(first_line) = first_line {
                return Some(Problem::SecondNoFinding { first_line });
            }
            first_line = Some(mark.line);
            let with_boxes = line_of_box.map(|line| Problem::NoFindingWithBoxes { line });
            with_boxes.or_else(|| holds_findings.then_some(Problem::ProjectHasFindings))
        });
        if let Some(problem) = problem {
            verdicts[i] = Verdict::Bad;
            judgement.bad.push(BadRow { line: mark.line, problem });
        } else if holds_no_finding {
            verdicts[i] = Verdict::Held;
            reading.num_held += 1;
        } else {
            reading.adds_no_finding = true;
            reading.labels |= 1 << mark.label;
        }
    }
}

/// All rows of a film name the same study and series.
fn place_problem(reading: &TableReading, mark: &RowMark<'_>) -> Option<Problem> {
    mark.is_of_other_place.then_some(Problem::OtherStudy { first_line: reading.first_line_of_film })
}

/// A row that is the same to the last letter says nothing new, whatever the rules say of boxes that are alike. Where it
/// says something else beside, or writes its numbers otherwise, the rule for such boxes decides.
fn same_row(mark: &RowMark<'_>, before: &[RowMark<'_>]) -> Option<Problem> {
    let is_same = |other: &&RowMark<'_>| {
        other.label == mark.label && other.coordinates == mark.coordinates && other.extra == mark.extra
    };
    let first = before.iter().find(is_same)?;
    Some(Problem::SameRow { first_line: first.line })
}

fn rect_of(mark: &RowMark<'_>) -> Option<Rect> {
    let [xmin, ymin, xmax, ymax] = mark.columns?;
    Rect::from_columns(xmin, ymin, xmax, ymax)
}
