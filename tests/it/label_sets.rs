//! The shipped label sets are the published ones.

use rachis::domain::label::{LabelKind, LabelSet, NO_FINDING};
use rachis::formats::label_set::{shipped, shipped_by_id};

/// Table 2 of the SpineXR paper.
const SPINE: [&str; 13] = [
    "Ankylosis",
    "Disc space narrowing",
    "Enthesophytes",
    "Foraminal stenosis",
    "Fracture",
    "Osteophytes",
    "Sclerotic lesion",
    "Spondylolysthesis",
    "Subchondral sclerosis",
    "Surgical implant",
    "Vertebral collapse",
    "Foreign body",
    "Other lesions",
];

/// The columns of image_labels_train.csv.
const CXR: &str = "Aortic enlargement,Atelectasis,Calcification,Cardiomegaly,Clavicle fracture,Consolidation,Edema,\
Emphysema,Enlarged PA,ILD,Infiltration,Lung Opacity,Lung cavity,Lung cyst,Mediastinal shift,Nodule/Mass,\
Pleural effusion,Pleural thickening,Pneumothorax,Pulmonary fibrosis,Rib fracture,Other lesion,COPD,Lung tumor,\
Pneumonia,Tuberculosis,Other diseases,No finding";

/// Keys that the viewer has for itself.
const VIEWER_KEYS: &str = "nirhvfad";

fn set(id: &str) -> LabelSet {
    shipped_by_id(id).expect(id)
}

fn names(set: &LabelSet) -> Vec<&str> {
    set.labels().iter().map(|l| l.name.as_str()).collect()
}

#[test]
fn three_sets_ship() {
    let ids: Vec<String> = shipped().into_iter().map(|s| s.id).collect();
    assert_eq!(ids, ["vindr_spine", "vindr_cxr", "vindr_rib"]);
}

#[test]
fn spine_names_and_codes_follow_table_2() {
    let set = set("vindr_spine");
    let mut expected = SPINE.to_vec();
    expected.push(NO_FINDING);
    assert_eq!(names(&set), expected);
    for (index, label) in set.labels().iter().enumerate() {
        let is_no_finding = label.name.is_no_finding();
        assert_eq!(label.code, (!is_no_finding).then(|| format!("LT{}", index + 1)));
        assert_eq!(label.kind == LabelKind::Global, is_no_finding);
    }
}

#[test]
fn chest_names_are_the_columns_of_the_published_table() {
    let set = set("vindr_cxr");
    assert_eq!(names(&set).join(","), CXR);
    assert_eq!(set.local().count(), 22);
    let global: Vec<&str> = set.global().map(|l| l.name.as_str()).collect();
    assert_eq!(global, ["COPD", "Lung tumor", "Pneumonia", "Tuberculosis", "Other diseases", "No finding"]);
}

#[test]
fn ribs_are_ten_right_and_ten_left() {
    let set = set("vindr_rib");
    let expected: Vec<String> =
        ["R", "L"].iter().flat_map(|side| (1..=10).map(move |i| format!("{side}{i}"))).collect();
    assert_eq!(names(&set), expected);
    for label in set.labels() {
        let (patient, image) =
            if label.name.as_str().starts_with('R') { ("right", "left side") } else { ("left", "right side") };
        assert!(label.definition.contains(&format!("patient's {patient}")), "{label:?}");
        assert!(label.definition.contains(image), "{label:?}");
    }
}

#[test]
fn other_spellings_lead_to_the_published_name() {
    let check = |id: &str, text: &str, expected: &str| {
        let set = set(id);
        let found = set.resolve(text).map(|l| l.name.as_str());
        assert_eq!(found, Some(expected), "{id} {text:?}");
    };
    check("vindr_spine", "Spondylolisthesis", "Spondylolysthesis");
    check("vindr_spine", "spondylolysthesis", "Spondylolysthesis");
    check("vindr_spine", "Other lesion", "Other lesions");
    check("vindr_spine", "no finding", "No finding");
    check("vindr_cxr", "Lung opacity", "Lung Opacity");
    check("vindr_cxr", "Interstitial lung disease (ILD)", "ILD");
    check("vindr_cxr", "Other disease", "Other diseases");
    check("vindr_cxr", "Chronic obstructive pulmonary disease", "COPD");
    check("vindr_cxr", "Lung tumour", "Lung tumor");
    check("vindr_rib", "left rib 3", "L3");
}

#[test]
fn every_label_says_what_it_is_and_has_a_key_of_its_own() {
    for set in shipped() {
        for label in set.labels() {
            assert!(label.definition.len() >= 40, "{}: {:?} says too little", label.name, label.definition);
            assert!(label.definition.ends_with('.'), "{}", label.name);
            let key = label.hotkey.expect("every shipped label has a key");
            if label.name.is_no_finding() {
                assert_eq!(key, 'n');
            } else {
                assert!(key.is_ascii_digit() || key.is_ascii_lowercase(), "{}: {key:?}", label.name);
                assert!(!VIEWER_KEYS.contains(key), "{}: {key:?} belongs to the viewer", label.name);
            }
        }
        for digit in '0'..='9' {
            assert!(set.by_hotkey(digit).is_some(), "{}: the digit {digit} is free", set.id);
        }
    }
}

#[test]
fn the_spine_digits_follow_frequency() {
    let set = set("vindr_spine");
    let by_digit: Vec<&str> = "1234567890".chars().map(|d| set.by_hotkey(d).expect("taken").name.as_str()).collect();
    assert_eq!(
        by_digit,
        [
            "Osteophytes",
            "Disc space narrowing",
            "Surgical implant",
            "Foraminal stenosis",
            "Spondylolysthesis",
            "Vertebral collapse",
            "Other lesions",
            "Subchondral sclerosis",
            "Enthesophytes",
            "Sclerotic lesion"
        ]
    );
}

/// CIEDE2000 of 5 and more reads as two colours side by side; the sets that are small enough keep more.
#[test]
fn colours_stay_apart_for_every_kind_of_colour_vision() {
    for (id, threshold) in [("vindr_spine", 11.5), ("vindr_cxr", 7.0)] {
        let set = set(id);
        for (i, a) in set.labels().iter().enumerate() {
            for b in &set.labels()[i + 1..] {
                let d = color::distance_in_every_vision(a.color, b.color);
                assert!(d >= threshold, "{id}: {} and {} are {d:.2} apart", a.name, b.name);
            }
        }
    }
}

/// Twenty ribs are told apart by their neighbours and sides: number along the hue, side by lightness.
#[test]
fn neighbouring_ribs_and_the_two_sides_stay_apart() {
    let set = set("vindr_rib");
    let color_of = |side: &str, i: usize| set.resolve(&format!("{side}{i}")).expect("a rib").color;
    let apart = |a: [u8; 3], b: [u8; 3], what: &str| {
        let d = color::distance_in_every_vision(a, b);
        assert!(d >= 8.0, "{what} are {d:.2} apart");
    };
    for i in 1..=10 {
        let (right, left) = (color_of("R", i), color_of("L", i));
        apart(right, left, &format!("R{i} and L{i}"));
        assert!(color::luminance(right) > color::luminance(left) + 0.05, "the right side is the light one: {i}");
        if i < 10 {
            apart(right, color_of("R", i + 1), &format!("R{i} and its neighbour"));
            apart(left, color_of("L", i + 1), &format!("L{i} and its neighbour"));
        }
    }
}

#[test]
fn colours_show_on_black_and_on_mid_grey() {
    for set in shipped() {
        for label in set.labels() {
            let contrast = (color::luminance(label.color) + 0.05) / 0.05;
            assert!(contrast >= 3.0, "{}: {} has a contrast of {contrast:.2} on black", set.id, label.name);
            let grey = color::distance_in_every_vision(label.color, [128; 3]);
            assert!(grey >= 8.0, "{}: {} is {grey:.2} from mid grey", set.id, label.name);
        }
    }
}

/// Colour difference as the colour choice defines it, written again from the sources.
mod color {
    /// Machado, Oliveira and Fernandes 2009, severity 1, in linear light: normal, deutan, protan, tritan.
    const VISIONS: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ];

    fn linear(rgb: [u8; 3]) -> [f64; 3] {
        rgb.map(|v| {
            let c = f64::from(v) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(m: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|row| m[row][0] * v[0] + m[row][1] * v[1] + m[row][2] * v[2])
    }

    pub fn luminance(rgb: [u8; 3]) -> f64 {
        let [r, g, b] = linear(rgb);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn lab(lin: [f64; 3]) -> [f64; 3] {
        const XYZ: [[f64; 3]; 3] = [
            [0.412_456_4, 0.357_576_1, 0.180_437_5],
            [0.212_672_9, 0.715_152_2, 0.072_175_0],
            [0.019_333_9, 0.119_192_0, 0.950_304_1],
        ];
        let [x, y, z] = times(&XYZ, lin);
        let [fx, fy, fz] = [x / 0.950_47, y, z / 1.088_83].map(|t| {
            let d: f64 = 6.0 / 29.0;
            if t > d.powi(3) { t.cbrt() } else { t / (3.0 * d * d) + 4.0 / 29.0 }
        });
        [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
    }

    pub fn distance_in_every_vision(a: [u8; 3], b: [u8; 3]) -> f64 {
        let seen = |rgb, m| lab(times(m, linear(rgb)).map(|c| c.clamp(0.0, 1.0)));
        VISIONS.iter().map(|m| ciede2000(seen(a, m), seen(b, m))).fold(f64::INFINITY, f64::min)
    }

    /// Sharma, Wu and Dalal 2005.
    pub fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
        let seven = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
        let mean_c = f64::midpoint(a1.hypot(b1), a2.hypot(b2));
        let g = 0.5 * (1.0 - seven(mean_c));
        let (a1, a2) = ((1.0 + g) * a1, (1.0 + g) * a2);
        let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
        let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
        let (h1, h2) = (hue(a1, b1), hue(a2, b2));
        let grey = c1 * c2 == 0.0;
        let dh = match h2 - h1 {
            _ if grey => 0.0,
            d if d > 180.0 => d - 360.0,
            d if d < -180.0 => d + 360.0,
            d => d,
        };
        let mean_h = match h1 + h2 {
            sum if grey => sum,
            sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
            sum if sum < 360.0 => f64::midpoint(sum, 360.0),
            sum => (sum - 360.0) / 2.0,
        };
        let (mean_l, mean_c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
        let cos = |deg: f64| deg.to_radians().cos();
        let t = 1.0 - 0.17 * cos(mean_h - 30.0) + 0.24 * cos(2.0 * mean_h) + 0.32 * cos(3.0 * mean_h + 6.0)
            - 0.20 * cos(4.0 * mean_h - 63.0);
        let off = (mean_l - 50.0).powi(2);
        let x = (l2 - l1) / (1.0 + 0.015 * off / (20.0 + off).sqrt());
        let y = (c2 - c1) / (1.0 + 0.045 * mean_c);
        let z = 2.0 * (c1 * c2).sqrt() * (dh / 2.0).to_radians().sin() / (1.0 + 0.015 * mean_c * t);
        let turn = 60.0 * (-((mean_h - 275.0) / 25.0).powi(2)).exp();
        let rotation = -2.0 * seven(mean_c) * turn.to_radians().sin();
        (x * x + y * y + z * z + rotation * y * z).max(0.0).sqrt()
    }

    /// The first and some hard rows of the published test data.
    #[test]
    fn ciede2000_gives_the_published_values() {
        let check = |p: [f64; 3], q: [f64; 3], expected: f64| {
            assert!((ciede2000(p, q) - expected).abs() < 5e-5, "{p:?} {q:?}: {}", ciede2000(p, q));
        };
        check([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425);
        check([50.0, -1.0, 2.0], [50.0, 0.0, 0.0], 2.3669);
        check([50.0, 2.49, -0.001], [50.0, -2.49, 0.0009], 7.1792);
        check([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195);
        check([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492);
        check([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082);
    }
}
