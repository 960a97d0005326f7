//! The published "Characteristics" tables of the data sets, to stand beside a project's own, and where they do not add up.
//!
//! Sources: table 2 of Nguyen et al., "VinDr-SpineXR", MICCAI 2021; table 2 of Nguyen et al., "VinDr-CXR",
//! arXiv:2012.15029. Figures are as printed.

/// What is counted for each label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    Boxes,
    Images,
}

/// One row of figures that are not of a label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    Years,
    Studies,
    Images,
    Normal,
    Abnormal,
    ReadersPerImage,
    MeanSize,
    MedianSize,
    MeanAge,
    MedianAge,
    Male,
    Female,
    Bytes,
}

/// A published table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PublishedTable {
    /// Of the label set that the data were read with.
    pub label_set: &'static str,
    pub title: &'static str,
    pub columns: &'static [&'static str],
    /// One cell for each column.
    pub rows: &'static [(Row, &'static [&'static str])],
    pub counted: Counted,
    /// By the label's name in the label set; one count for each column.
    pub labels: &'static [(&'static str, &'static [u64])],
    /// What does not fit, in plain words.
    pub notes: &'static [&'static str],
}

impl Row {
    pub const fn title(self) -> &'static str {
        match self {
            Self::Years => "Years",
            Self::Studies => "Number of studies",
            Self::Images => "Number of images",
            Self::Normal => "Number of normal images",
            Self::Abnormal => "Number of abnormal images",
            Self::ReadersPerImage => "Readers per image",
            Self::MeanSize => "Image size (pixel x pixel, mean)",
            Self::MedianSize => "Image size (pixel x pixel, median)",
            Self::MeanAge => "Age (mean, years [range])",
            Self::MedianAge => "Age (median, years)",
            Self::Male => "Male (%)",
            Self::Female => "Female (%)",
            Self::Bytes => "Data size (GiB)",
        }
    }
}

impl PublishedTable {
    /// The table of the data that a label set comes from.
    pub fn of_label_set(id: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.label_set == id)
    }

    pub fn row(&self, row: Row) -> Option<&'static [&'static str]> {
        self.rows.iter().find(|(one, _)| *one == row).map(|(_, cells)| *cells)
    }

    pub fn counts_of(&self, label: &str) -> Option<&'static [u64]> {
        self.labels.iter().find(|(name, _)| *name == label).map(|(_, counts)| *counts)
    }
}

pub const TABLES: [PublishedTable; 2] = [SPINE, CHEST];

const SPINE: PublishedTable = PublishedTable {
    label_set: "vindr_spine",
    title: "VinDr-SpineXR, table 2",
    columns: &["Training set", "Test set", "Total"],
    rows: &[
        (Row::Years, &["2011 to 2020", "2015 to 2020", "2011 to 2020"]),
        (Row::Studies, &["4000", "1000", "5000"]),
        (Row::Images, &["8390", "2078", "10468"]),
        (Row::Normal, &["4257", "1068", "5325"]),
        (Row::Abnormal, &["4133", "1010", "5143"]),
        (Row::MeanSize, &["2455 x 1606", "2439 x 1587", "2542 x 1602"]),
        (Row::MeanAge, &["49 [6 - 94]", "49 [13 - 98]", "49 [6 - 98]"]),
        (Row::Male, &["37.91", "37.53", "37.83"]),
        (Row::Female, &["62.08", "62.47", "62.17"]),
        (Row::Bytes, &["29.04", "7.17", "36.21"]),
    ],
    counted: Counted::Boxes,
    labels: &[
        ("Ankylosis", &[6, 1, 7]),
        ("Disc space narrowing", &[924, 231, 1155]),
        ("Enthesophytes", &[54, 13, 67]),
        ("Foraminal stenosis", &[387, 95, 482]),
        ("Fracture", &[10, 2, 12]),
        ("Osteophytes", &[12_562, 3000, 15_562]),
        ("Sclerotic lesion", &[24, 5, 29]),
        ("Spondylolysthesis", &[280, 69, 349]),
        ("Subchondral sclerosis", &[87, 23, 110]),
        ("Surgical implant", &[429, 107, 536]),
        ("Vertebral collapse", &[268, 69, 337]),
        ("Foreign body", &[17, 4, 21]),
        ("Other lesions", &[248, 63, 311]),
    ],
    notes: &[
        "The paper says 10,468 images in its abstract, text and table 2, and 10,469 on its page and in table 1; PhysioNet \
         has 10,466. Only 10,468 is the sum of 8,390 and 2,078.",
        "The text has data from 2010 on, the table from 2011 on.",
        "The mean image size of the whole set, 2542 x 1602, is larger than that of both parts. The mean over all images \
         is 2452 x 1602, which this program would show.",
        "Male and female of the training set add up to 99.99 %: each is rounded by itself. So they are here.",
        "Age and sex are of studies where they are known, here as there.",
        "The prevalence of a label is its number of boxes. The released models fold the six rarest labels into \"Other \
         lesions\": 446 boxes for training and 111 for the test.",
        "A study is not always a patient: 5,000 studies may be of fewer patients.",
    ],
};

const CHEST: PublishedTable = PublishedTable {
    label_set: "vindr_cxr",
    title: "VinDr-CXR, table 2",
    columns: &["Training set", "Test set"],
    rows: &[
        (Row::Years, &["2018 to 2020", "2018 to 2020"]),
        (Row::Images, &["15000", "3000"]),
        (Row::Normal, &["10606", "2052"]),
        (Row::Abnormal, &["4394", "948"]),
        (Row::ReadersPerImage, &["3", "5"]),
        (Row::MedianSize, &["2788 x 2446", "2748 x 2394"]),
        (Row::MedianAge, &["43.77", "31.80"]),
        (Row::Male, &["52.21", "55.90"]),
        (Row::Female, &["47.79", "44.10"]),
        (Row::Bytes, &["161 (GB)", "31.3 (GB)"]),
    ],
    counted: Counted::Images,
    labels: &[
        ("Aortic enlargement", &[2348, 220]),
        ("Atelectasis", &[62, 86]),
        ("Calcification", &[177, 194]),
        ("Cardiomegaly", &[1817, 309]),
        ("Clavicle fracture", &[1, 2]),
        ("Consolidation", &[121, 96]),
        ("Edema", &[1, 0]),
        ("Emphysema", &[14, 3]),
        ("Enlarged PA", &[21, 8]),
        ("ILD", &[152, 221]),
        ("Infiltration", &[245, 58]),
        ("Lung Opacity", &[547, 84]),
        ("Lung cavity", &[21, 9]),
        ("Lung cyst", &[4, 2]),
        ("Mediastinal shift", &[85, 20]),
        ("Nodule/Mass", &[410, 176]),
        ("Pleural effusion", &[634, 111]),
        ("Pleural thickening", &[882, 169]),
        ("Pneumothorax", &[58, 18]),
        ("Pulmonary fibrosis", &[1017, 217]),
        ("Rib fracture", &[41, 11]),
        ("Other lesion", &[363, 94]),
        ("COPD", &[7, 2]),
        ("Lung tumor", &[132, 80]),
        ("Pneumonia", &[469, 246]),
        ("Tuberculosis", &[479, 164]),
        ("Other diseases", &[4002, 657]),
        ("No finding", &[10_606, 2051]),
    ],
    notes: &[
        "The text has 2,052 normal images in the test set, the row \"No finding\" has 2,051.",
        "Normal and abnormal are called studies in the text; they are images.",
        "Counts of labels are images by the majority of readers, not boxes; the column of the majority is the one to \
         compare.",
        "Median age and image size are given, not means.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        for table in TABLES {
            for (row, cells) in table.rows {
                assert_eq!(cells.len(), table.columns.len(), "{}: {row:?}", table.title);
            }
            for (label, counts) in table.labels {
                assert_eq!(counts.len(), table.columns.len(), "{}: {label}", table.title);
            }
        }
    }

    #[test]
    fn the_spine_table_adds_up() {
        let number = |text: &str| text.parse::<u64>().unwrap();
        for row in [Row::Studies, Row::Images, Row::Normal, Row::Abnormal] {
            let [train, test, total] = SPINE.row(row).unwrap() else { panic!("three columns") };
            assert_eq!(number(train) + number(test), number(total), "{row:?}");
        }
        for (label, counts) in SPINE.labels {
            assert_eq!(counts[0] + counts[1], counts[2], "{label}");
        }
        let sums = [0, 1, 2].map(|column| SPINE.labels.iter().map(|(_, counts)| counts[column]).sum::<u64>());
        assert_eq!(sums, [15_296, 3682, 18_978]);
        let seven: Vec<&str> = crate::domain::evaluation::published::LESIONS.iter().map(|(_, name)| *name).collect();
        let folded = |column: usize| -> u64 {
            let rare = SPINE.labels.iter().filter(|(name, _)| *name == "Other lesions" || !seven.contains(name));
            rare.map(|(_, counts)| counts[column]).sum()
        };
        assert_eq!([folded(0), folded(1)], [446, 111]);
    }

    #[test]
    fn the_contradictions_are_as_the_notes_say() {
        let weighted = (2455.0 * 8390.0 + 2439.0 * 2078.0) / 10_468.0_f64;
        assert_eq!(weighted.round(), 2452.0);
        assert_eq!(((1606.0 * 8390.0 + 1587.0 * 2078.0) / 10_468.0_f64).round(), 1602.0);
        assert_eq!(((37.91_f64 + 62.08) * 100.0).round(), 9999.0);
        assert_eq!(CHEST.counts_of("No finding"), Some(&[10_606, 2051][..]));
        assert_eq!(CHEST.row(Row::Normal), Some(&["10606", "2052"][..]));
        assert_eq!(SPINE.row(Row::MedianAge), None);
        assert_eq!(PublishedTable::of_label_set("vindr_rib"), None);
        assert_eq!(PublishedTable::of_label_set("vindr_spine"), Some(&SPINE));
    }
}
