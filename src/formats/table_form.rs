//! Which published table a header belongs to: columns are known by name, in any order and any case.

use std::borrow::Cow;

use crate::domain::label::{LabelSet, NO_FINDING};

/// The published tables that are understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableForm {
    /// VinDr-SpineXR boxes: `lesion_type, xmin, ...`.
    SpineXr,
    /// VinDr-CXR boxes: `class_name, x_min, ...`.
    Cxr,
    /// The Kaggle challenge's boxes: VinDr-CXR with `class_id`.
    Kaggle,
    /// VinDr-CXR image labels: a column of 0 and 1 for each label.
    ImageLabels,
    /// The Kaggle challenge's predictions: `image_id, PredictionString`.
    KaggleSubmission,
}

impl TableForm {
    pub const ALL: [Self; 5] = [Self::SpineXr, Self::Cxr, Self::Kaggle, Self::ImageLabels, Self::KaggleSubmission];

    /// Stable, stored with an import.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SpineXr => "spinexr",
            Self::Cxr => "cxr",
            Self::Kaggle => "kaggle",
            Self::ImageLabels => "image_labels",
            Self::KaggleSubmission => "kaggle_submission",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.key() == key)
    }

    /// As a person says it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::SpineXr => "VinDr-SpineXR boxes",
            Self::Cxr => "VinDr-CXR boxes",
            Self::Kaggle => "Kaggle boxes",
            Self::ImageLabels => "VinDr-CXR image labels",
            Self::KaggleSubmission => "Kaggle predictions",
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    Study,
    Series,
    Image,
    Reader,
    /// `lesion_type`, `class_name`.
    Label,
    ClassId,
    XMin,
    YMin,
    XMax,
    YMax,
    PredictionString,
    /// Of an image-label table: 0 or 1 for the label at this position of the label set.
    IsLabel(u16),
    /// Not known here; kept as it is.
    Extra,
}

/// A recognised header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    pub form: TableForm,
    /// As written, in the order of the file.
    pub names: Vec<String>,
    /// The same length as `names`.
    pub columns: Vec<Column>,
}

/// Why a header is not one of a published table.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HeaderError {
    #[error("The file is empty: it has no header line.")]
    Empty,
    #[error("A quote opens in the header and does not close. Close it, or remove it.")]
    Quotes,
    #[error("The header names {column} twice ({first:?} and {second:?}). Rename or remove one of the two columns.")]
    Twice { column: &'static str, first: String, second: String },
    #[error(
        "The cells seem to be separated by {separator} and not by commas. Save the table again as comma-separated values."
    )]
    Separator { separator: &'static str },
    #[error("This is not a table of labels that is understood: {missing}. The header is: {header}")]
    Unknown { missing: String, header: String },
}

impl Header {
    /// `labels` is the project's label set: it tells the label columns of an image-label table.
    pub fn recognise(header: &[Cow<'_, str>], labels: &LabelSet) -> Result<Self, HeaderError> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut columns: Vec<Column> = names.iter().map(|name| column_from_name(name)).collect();
        refuse_twice(&names, &columns)?;
        let has = |column| columns.contains(&column);
        let has_box = [Column::XMin, Column::YMin, Column::XMax, Column::YMax].into_iter().all(has);
        let form = if !has(Column::Image) {
            return Err(unknown(&names, "it has no column image_id"));
        } else if has(Column::PredictionString) {
            TableForm::KaggleSubmission
        } else if has(Column::Label) && has_box {
            match (has(Column::ClassId), names.iter().any(|name| plain(name) == "classname")) {
                (true, _) => TableForm::Kaggle,
                (false, true) => TableForm::Cxr,
                (false, false) => TableForm::SpineXr,
            }
        } else if has(Column::Label) {
            return Err(unknown(&names, "it has no columns xmin, ymin, xmax, ymax"));
        } else {
            let num_labels = name_label_columns(&names, &mut columns, labels)?;
            if num_labels < 2 {
                let missing =
                    "it has neither a column lesion_type or class_name nor columns named as the project's labels";
                return Err(unknown(&names, missing));
            }
            TableForm::ImageLabels
        };
        Ok(Self { form, names, columns })
    }

    pub fn position(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|&c| c == column)
    }

    /// Positions of the columns that are kept as they are.
    pub fn extra(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&i| self.columns[i] == Column::Extra).collect()
    }

    /// Names of the columns that are kept as they are.
    pub fn extra_names(&self) -> Vec<&str> {
        self.extra().into_iter().map(|i| self.names[i].as_str()).collect()
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn column_from_name(name: &str) -> Column {
    match plain(name).as_str() {
        "studyid" => Column::Study,
        "seriesid" => Column::Series,
        "imageid" => Column::Image,
        "radid" | "readerid" => Column::Reader,
        "lesiontype" | "classname" => Column::Label,
        "classid" => Column::ClassId,
        "xmin" => Column::XMin,
        "ymin" => Column::YMin,
        "xmax" => Column::XMax,
        "ymax" => Column::YMax,
        "predictionstring" => Column::PredictionString,
        _ => Column::Extra,
    }
}

const fn published_name(column: Column) -> &'static str {
    match column {
        Column::Study => "study_id",
        Column::Series => "series_id",
        Column::Image => "image_id",
        Column::Reader => "rad_id",
        Column::Label => "lesion_type (or class_name)",
        Column::ClassId => "class_id",
        Column::XMin => "xmin",
        Column::YMin => "ymin",
        Column::XMax => "xmax",
        Column::YMax => "ymax",
        Column::PredictionString => "PredictionString",
        Column::IsLabel(_) => "a label",
        Column::Extra => "a column",
    }
}

fn refuse_twice(names: &[String], columns: &[Column]) -> Result<(), HeaderError> {
    for (i, &column) in columns.iter().enumerate() {
        let is_same = |j: &usize| columns[*j] == column && (column != Column::Extra || names[*j] == names[i]);
        if let Some(first) = (0..i).find(is_same)
            && !(column == Column::Extra && names[i].is_empty())
        {
            let (first, second) = (names[first].clone(), names[i].clone());
            return Err(HeaderError::Twice { column: published_name(column), first, second });
        }
    }
    Ok(())
}

/// Turns extra columns that are named as a label into label columns, and counts them.
fn name_label_columns(names: &[String], columns: &mut [Column], labels: &LabelSet) -> Result<usize, HeaderError> {
    let mut first_of: Vec<Option<usize>> = vec![None; labels.labels().len() + 1];
    let mut count = 0;
    for (i, name) in names.iter().enumerate().filter(|&(i, _)| columns[i] == Column::Extra).collect::<Vec<_>>() {
        let Some(index) = label_index(labels, name) else { continue };
        if let Some(first) = first_of[usize::from(index)].replace(i) {
            let (first, second) = (names[first].clone(), name.clone());
            return Err(HeaderError::Twice { column: "one label", first, second });
        }
        columns[i] = Column::IsLabel(index);
        count += 1;
    }
    Ok(count)
}

/// A label's position in the set; "No finding" is known to every set and comes after the others where it is not in it.
pub fn label_index(labels: &LabelSet, text: &str) -> Option<u16> {
    let find = |text: &str| {
        let name = &labels.resolve(text)?.name;
        labels.labels().iter().position(|label| label.name == *name)
    };
    if let Some(index) = find(text) {
        return Some(index as u16);
    }
    // Blanks of other widths, several in a row, and line ends come with text that was pasted.
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(index) = find(&words) {
        return Some(index as u16);
    }
    let position = || labels.labels().iter().position(|l| l.name.is_no_finding()).unwrap_or(labels.labels().len());
    words.eq_ignore_ascii_case(NO_FINDING).then(|| position() as u16)
}

fn unknown(names: &[String], missing: &str) -> HeaderError {
    if names.iter().all(String::is_empty) {
        return HeaderError::Empty;
    }
    if let [only] = names {
        for (byte, separator) in [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")] {
            if only.contains(byte) {
                return HeaderError::Separator { separator };
            }
        }
    }
    let mut header = names.join(",");
    if header.chars().count() > 200 {
        header = header.chars().take(200).chain("...".chars()).collect();
    }
    HeaderError::Unknown { missing: missing.to_owned(), header }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::label_set::shipped_by_id;

    fn recognise(header: &str, set: &str) -> Result<Header, HeaderError> {
        let cells: Vec<Cow<'_, str>> = header.split(',').map(Cow::Borrowed).collect();
        Header::recognise(&cells, &shipped_by_id(set).expect(set))
    }

    #[test]
    fn published_headers_are_known_in_any_order_and_case() {
        let check = |header: &str, form: TableForm, extra: &[&str]| {
            let found = recognise(header, if form == TableForm::SpineXr { "vindr_spine" } else { "vindr_cxr" });
            let found = found.unwrap_or_else(|e| panic!("{header}: {e}"));
            assert_eq!(found.form, form, "{header}");
            assert_eq!(found.extra_names(), extra, "{header}");
        };
        check("study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax", TableForm::SpineXr, &[]);
        check("image_id,lesion_type,xmin,ymin,xmax,ymax,rad_id", TableForm::SpineXr, &[]);
        check("ymax, XMAX,y_min,X_min,Lesion_Type,rad_ID,IMAGE_ID,note", TableForm::SpineXr, &["note"]);
        check("image_id,reader_id,lesion_type,xmin,ymin,xmax,ymax", TableForm::SpineXr, &[]);
        check("image_id,rad_id,class_name,x_min,y_min,x_max,y_max", TableForm::Cxr, &[]);
        check("image_id,class_name,x_min,y_min,x_max,y_max", TableForm::Cxr, &[]);
        check("image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max", TableForm::Kaggle, &[]);
        check("image_id,PredictionString", TableForm::KaggleSubmission, &[]);
        check("image_id,rad_ID,ILD,Lung Opacity,Other disease,No finding", TableForm::ImageLabels, &[]);
        check("image_id,ILD,No finding,year", TableForm::ImageLabels, &["year"]);
    }

    #[test]
    fn what_is_wrong_with_a_header_is_said() {
        let check = |header: &str, expected: &str| {
            let message = recognise(header, "vindr_spine").expect_err(header).to_string();
            assert!(message.contains(expected), "{header}: {message}");
        };
        check("", "empty");
        check("image_id;lesion_type;xmin;ymin;xmax;ymax", "semicolons");
        check("lesion_type,xmin,ymin,xmax,ymax", "no column image_id");
        check("image_id,lesion_type,xmin,ymin,xmax", "no columns xmin");
        check("image_id,score", "neither");
        check("image_id,rad_id,reader_id,lesion_type,xmin,ymin,xmax,ymax", "names rad_id twice");
        check("image_id,Osteophytes,osteophyte,No finding", "names one label twice");
        check("image_id,lesion_type,xmin,ymin,xmax,ymax,note,note", "names a column twice");
    }
}
