//! The published figures of VinDr-SpineXR's models, as rows to stand beside one's own, and where they contradict each other.
//!
//! Source: Nguyen et al., "VinDr-SpineXR", MICCAI 2021, tables 3, 4 and 5. Figures are as printed, in per cent.

/// The reference that whoever uses these figures cites.
pub const CITATION: &str = "Hieu T. Nguyen, Hieu H. Pham, Nghia T. Nguyen, Ha Q. Nguyen, Thang Q. Huynh, Minh Dao, \
                            Van Vu. VinDr-SpineXR: A deep learning framework for spinal lesions detection and \
                            classification from radiographs. MICCAI 2021. arXiv:2106.12930.";

/// Films of the published test set that are abnormal and normal.
pub const NUM_TEST_FILMS: [u64; 2] = [1010, 1068];
/// c* of the ensemble in table 3.
pub const OPERATING_POINT: f64 = 0.2808;
/// Abnormal films called abnormal and normal films called normal that give the ensemble's row; the paper does not print
/// them.
pub const ENSEMBLE_COUNTS: [u64; 2] = [839, 847];

/// A figure in per cent and its 95 % interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cited {
    pub value: f64,
    pub interval: [f64; 2],
}

/// A row of table 3.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ClassifierRow {
    pub name: &'static str,
    pub auroc: Cited,
    pub f1: Cited,
    pub sensitivity: Cited,
    pub specificity: Cited,
}

/// The classes of tables 4 and 5: their codes in table 2 and their names.
pub const LESIONS: [(&str, &str); 7] = [
    ("LT2", "Disc space narrowing"),
    ("LT4", "Foraminal stenosis"),
    ("LT6", "Osteophytes"),
    ("LT8", "Spondylolysthesis"),
    ("LT10", "Surgical implant"),
    ("LT11", "Vertebral collapse"),
    ("LT13", "Other lesions"),
];

/// A row of table 4 or 5.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DetectorRow {
    pub name: &'static str,
    /// In the order of [`LESIONS`].
    pub ap: [f64; 7],
    /// As printed.
    pub map: f64,
}

impl DetectorRow {
    /// What the row's classes average to: in table 4 that is not `map`.
    pub fn mean(&self) -> f64 {
        self.ap.iter().sum::<f64>() / self.ap.len() as f64
    }

    /// AP of a class by its name; `None` for a class that was not evaluated.
    pub fn ap_of(&self, label: &str) -> Option<f64> {
        LESIONS.iter().position(|(_, name)| *name == label).map(|place| self.ap[place])
    }
}

const fn cited(value: f64, low: f64, high: f64) -> Cited {
    Cited { value, interval: [low, high] }
}

/// Classification performance on the test set.
pub const TABLE_3: [ClassifierRow; 4] = [
    ClassifierRow {
        name: "DenseNet121",
        auroc: cited(86.93, 85.4, 88.4),
        f1: cited(79.55, 77.6, 81.4),
        sensitivity: cited(80.39, 77.9, 82.8),
        specificity: cited(79.32, 76.9, 81.7),
    },
    ClassifierRow {
        name: "DenseNet169",
        auroc: cited(87.29, 85.8, 88.8),
        f1: cited(80.25, 78.3, 82.1),
        sensitivity: cited(81.74, 79.3, 84.1),
        specificity: cited(79.02, 76.6, 81.4),
    },
    ClassifierRow {
        name: "DenseNet201",
        auroc: cited(87.14, 85.6, 88.6),
        f1: cited(79.03, 77.1, 80.9),
        sensitivity: cited(77.97, 75.4, 80.5),
        specificity: cited(81.46, 79.1, 83.8),
    },
    ClassifierRow {
        name: "Ensemble",
        auroc: cited(88.61, 87.2, 90.0),
        f1: cited(81.06, 79.2, 82.9),
        sensitivity: cited(83.07, 80.6, 85.3),
        specificity: cited(79.32, 77.8, 81.7),
    },
];

/// Detection performance on the test set.
pub const TABLE_4: [DetectorRow; 4] = [
    DetectorRow { name: "Faster R-CNN", ap: [22.66, 35.99, 49.24, 31.68, 65.22, 51.68, 2.16], map: 31.83 },
    DetectorRow { name: "RetinaNet", ap: [14.53, 25.35, 41.67, 32.14, 65.49, 51.85, 5.30], map: 28.09 },
    DetectorRow { name: "EfficientDet", ap: [17.05, 24.19, 42.69, 35.18, 61.85, 52.53, 2.45], map: 28.73 },
    DetectorRow { name: "Sparse R-CNN", ap: [20.09, 32.67, 48.16, 45.32, 72.20, 49.30, 5.41], map: 33.15 },
];

/// Detection performance of the whole framework on the test set; the detector is Sparse R-CNN.
pub const TABLE_5: [DetectorRow; 2] = [
    DetectorRow { name: "Detector only", ap: [18.06, 28.89, 34.23, 41.52, 62.45, 42.85, 4.03], map: 33.15 },
    DetectorRow { name: "Whole framework", ap: [21.43, 27.36, 34.78, 41.29, 62.53, 43.39, 4.16], map: 33.56 },
];

/// Something in the published figures that does not fit, in plain words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Note {
    /// The table of the paper that it concerns.
    pub table: u8,
    pub text: &'static str,
}

/// What does not fit in tables 3 to 5, and what this program does about it.
pub const NOTES: [Note; 6] = [
    Note {
        table: 3,
        text: "The text calls a film abnormal when its probability is over c*, the rule and the released code from c* \
               on. Here a probability of exactly c* counts as abnormal.",
    },
    Note {
        table: 3,
        text: "A specificity of 79.32 % is no share of 1,068 films: the nearest is 847, which is 79.31 %. The ensemble's \
               interval from 77.84 % is not centred as that of DenseNet121 with the same value, from 76.9 %; it may be a \
               misprint of 76.84 %.",
    },
    Note {
        table: 3,
        text: "\"Three best models\" may be three architectures or three checkpoints. The table names three \
               architectures, and here an ensemble is of those that its card lists.",
    },
    Note {
        table: 4,
        text: "The classes average to 36.95, 33.76, 33.71 and 39.02 %, and not to the printed mAP@0.5 of 31.83, 28.09, \
               28.73 and 33.15 %. They are most likely means over IoU 0.2 to 0.5, as the released code computes them. \
               Compare the mAP column, and classes only with an evaluation over those overlaps.",
    },
    Note {
        table: 5,
        text: "Both rows average to their mAP@0.5, so the classes are AP at IoU 0.5. The row \"Detector only\" is the \
               Sparse R-CNN of table 4 with the same mAP and other classes (osteophytes 34.23 % here, 48.16 % there).",
    },
    Note {
        table: 5,
        text: "The fusion rule raises the mean by 0.41 and lowers foraminal stenosis (LT4) and spondylolysthesis (LT8): \
               look at the classes, not at the mean alone. The paper keeps boxes over 0.5 on films called normal, the \
               released code those from 0.5 on.",
    },
];

/// `88.61 (87.2,90.0)`: a figure and its interval, both from 0 to 1, as the paper's table 3 prints them in per cent.
pub fn in_percent(value: f64, interval: Option<[f64; 2]>) -> String {
    as_printed(value * 100.0, interval.map(|[low, high]| [low * 100.0, high * 100.0]))
}

impl Cited {
    /// As the paper prints it.
    pub fn text(&self) -> String {
        as_printed(self.value, Some(self.interval))
    }
}

fn as_printed(value: f64, interval: Option<[f64; 2]>) -> String {
    let interval = interval.map_or(String::new(), |[low, high]| format!(" ({low:.1},{high:.1})"));
    format!("{value:.2}{interval}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::confusion_counts::Counts;

    fn to_hundredths(value: f64) -> f64 {
        (value * 100.0).round() / 100.0
    }

    #[test]
    fn the_rows_of_table_5_average_to_their_map() {
        let means = TABLE_5.map(|row| to_hundredths(row.mean()));
        assert_eq!(means, [33.15, 33.56]);
        assert_eq!(means, TABLE_5.map(|row| row.map));
    }

    #[test]
    fn the_rows_of_table_4_contradict_their_map() {
        let means = TABLE_4.map(|row| to_hundredths(row.mean()));
        assert_eq!(means, [36.95, 33.76, 33.71, 39.02]);
        for (row, mean) in TABLE_4.iter().zip(means) {
            assert!((mean - row.map).abs() > 4.0, "{}: {mean} and {}", row.name, row.map);
            let note = NOTES.iter().find(|note| note.table == 4).unwrap().text;
            assert!(note.contains(&format!("{mean:.2}")) && note.contains(&format!("{:.2}", row.map)), "{note}");
        }
    }

    #[test]
    fn the_rule_lowers_two_classes() {
        let [alone, fused] = TABLE_5;
        let lower = LESIONS.iter().filter(|(_, name)| fused.ap_of(name) < alone.ap_of(name));
        assert_eq!(lower.map(|(code, _)| *code).collect::<Vec<_>>(), ["LT4", "LT8"]);
        assert_eq!(to_hundredths(fused.map - alone.map), 0.41);
        assert_eq!(alone.ap_of("Fracture"), None);
    }

    #[test]
    fn the_counts_give_the_ensembles_row() {
        let ([abnormal, normal], [tp, tn]) = (NUM_TEST_FILMS, ENSEMBLE_COUNTS);
        let counts = Counts { tp, fn_: abnormal - tp, tn, fp: normal - tn };
        let ensemble = TABLE_3[3];
        let percent = |value: Option<f64>| to_hundredths(value.unwrap() * 100.0);
        assert_eq!(percent(counts.sensitivity()), ensemble.sensitivity.value);
        assert_eq!(percent(counts.f1()), ensemble.f1.value);
        // Printed as 79.32, which no count gives: the one above is 79.40.
        assert_eq!(percent(counts.specificity()), 79.31);
        let one_more = Counts { tn: tn + 1, fp: counts.fp - 1, ..counts };
        let printed = ensemble.specificity.value;
        assert!((percent(one_more.specificity()) - printed).abs() > (percent(counts.specificity()) - printed).abs());
    }

    #[test]
    fn figures_print_as_in_the_paper() {
        assert_eq!(TABLE_3[3].auroc.text(), "88.61 (87.2,90.0)");
        assert_eq!(in_percent(0.8861, Some([0.87191, 0.90016])), "88.61 (87.2,90.0)");
        assert_eq!(in_percent(1.0, None), "100.00");
        for row in TABLE_3 {
            for figure in [row.auroc, row.f1, row.sensitivity, row.specificity] {
                assert!(figure.interval[0] < figure.value && figure.value < figure.interval[1], "{}", row.name);
            }
        }
    }
}
