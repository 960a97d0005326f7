//! Pixel size, orientation, overlays and compression: hand-made headers, and real films against pydicom's reading.

use rachis::dicom::{DecodedFilm, FilmFile, InProcess, Input};
use rachis::domain::imaging::{
    DisplayFacts, Laterality, LossyCompression, OverlayKind, OverlayPlane, PatientOrientation, PixelGeometry, Pixels,
    SpacingSource,
};

use crate::dicom_zoo::films;

/// One element in explicit little endian; `tag` as 0xggggeeee.
pub fn element(tag: u32, vr: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = [(tag >> 16) as u16, tag as u16].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    bytes.extend(vr.as_bytes());
    let pad = value.len() % 2;
    let len = value.len() + pad;
    if matches!(vr, "OB" | "OW" | "SQ" | "UN" | "UT") {
        bytes.extend([0, 0]);
        bytes.extend((len as u32).to_le_bytes());
    } else {
        bytes.extend((len as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes.extend(std::iter::repeat_n(b' ', pad));
    bytes
}

/// A text element.
pub fn text(tag: u32, vr: &str, value: &str) -> Vec<u8> {
    element(tag, vr, value.as_bytes())
}

/// 16-bit numbers.
pub fn shorts(tag: u32, vr: &str, values: &[u16]) -> Vec<u8> {
    element(tag, vr, &values.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>())
}

/// A sequence of one item.
pub fn sequence(tag: u32, elements: &[Vec<u8>]) -> Vec<u8> {
    let content = elements.concat();
    let mut item = vec![0xfe, 0xff, 0x00, 0xe0];
    item.extend((content.len() as u32).to_le_bytes());
    item.extend(content);
    element(tag, "SQ", &item)
}

/// A film file in explicit little endian with these elements, in the order of their tags.
pub fn file(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort_by_key(|e| (u16::from_le_bytes([e[0], e[1]]), u16::from_le_bytes([e[2], e[3]])));
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    bytes.extend(element(0x0002_0010, "UI", b"1.2.840.10008.1.2.1\0"));
    bytes.extend(elements.concat());
    bytes
}

/// A film of 4 x 3 pixels, 12 of 16 bits, with more elements.
fn small_film(frames: u16, words: &[u16], more: Vec<Vec<u8>>) -> Vec<u8> {
    let mut elements = vec![
        shorts(0x0028_0002, "US", &[1]),
        text(0x0028_0004, "CS", "MONOCHROME2"),
        text(0x0028_0008, "IS", &frames.to_string()),
        shorts(0x0028_0010, "US", &[3]),
        shorts(0x0028_0011, "US", &[4]),
        shorts(0x0028_0100, "US", &[16]),
        shorts(0x0028_0101, "US", &[12]),
        shorts(0x0028_0102, "US", &[11]),
        shorts(0x0028_0103, "US", &[0]),
        shorts(0x7fe0_0010, "OW", words),
    ];
    elements.extend(more);
    file(elements)
}

fn decoded(bytes: Vec<u8>, frame: u32) -> DecodedFilm {
    FilmFile::from_input(Input::from_bytes(bytes)).unwrap().film(frame, &mut InProcess).unwrap()
}

fn with(more: Vec<Vec<u8>>) -> DecodedFilm {
    decoded(small_film(1, &[0; 12], more), 0)
}

const PIXEL_SPACING: u32 = 0x0028_0030;
const IMAGER: u32 = 0x0018_1164;
const SCANNED: u32 = 0x0018_2010;
const MAGNIFICATION: u32 = 0x0018_1114;
const TO_DETECTOR: u32 = 0x0018_1110;
const TO_PATIENT: u32 = 0x0018_1111;
const ASPECT: u32 = 0x0028_0034;
const CALIBRATION: u32 = 0x0028_0a02;
const MODALITY: u32 = 0x0008_0060;
const ORIENTATION: u32 = 0x0020_0037;

#[test]
fn the_size_of_a_pixel_says_where_it_comes_from() {
    let check = |elements: &[(u32, &str)], expected: PixelGeometry, num_warnings: usize| {
        let more = elements.iter().map(|(tag, value)| {
            let vr = if [CALIBRATION, MODALITY].contains(tag) {
                "CS"
            } else if *tag == ASPECT {
                "IS"
            } else {
                "DS"
            };
            text(*tag, vr, value)
        });
        let got = with(more.collect());
        let geometry = got.film.facts.geometry;
        let is_close = match (geometry.spacing_mm, expected.spacing_mm) {
            (Some(a), Some(b)) => a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12),
            (a, b) => a == b,
        };
        assert!(is_close && geometry.source == expected.source, "{elements:x?}: {geometry:?}");
        assert!((geometry.aspect - expected.aspect).abs() < 1e-12, "{elements:x?}: {geometry:?}");
        assert_eq!(got.warnings.len(), num_warnings, "{elements:x?}: {:?}", got.warnings);
    };
    let spaced = PixelGeometry::spaced;
    let imager = |magnification| SpacingSource::ImagerPixelSpacing { magnification };
    let unknown = PixelGeometry::default();
    check(&[], unknown, 0);
    // Alone it is not calibrated, unless the file says how or the film is a slice.
    let uncalibrated = SpacingSource::PixelSpacing { is_calibrated: false };
    let calibrated = SpacingSource::PixelSpacing { is_calibrated: true };
    check(&[(PIXEL_SPACING, "0.14\\0.14")], spaced([0.14, 0.14], uncalibrated), 0);
    assert!(!spaced([0.14, 0.14], uncalibrated).is_in_patient() && spaced([0.14, 0.14], calibrated).is_in_patient());
    check(&[(PIXEL_SPACING, "0.14\\0.14"), (MAGNIFICATION, "1.2")], spaced([0.14, 0.14], uncalibrated), 0);
    check(&[(CALIBRATION, "GEOMETRY"), (PIXEL_SPACING, "0.14\\0.14")], spaced([0.14, 0.14], calibrated), 0);
    let placed = (ORIENTATION, "1\\0\\0\\0\\1\\0");
    check(&[(MODALITY, "CT"), placed, (PIXEL_SPACING, "0.5\\0.5")], spaced([0.5, 0.5], calibrated), 0);
    check(&[(MODALITY, "CT"), (PIXEL_SPACING, "0.5\\0.5")], spaced([0.5, 0.5], uncalibrated), 0);
    check(&[(MODALITY, "DX"), placed, (PIXEL_SPACING, "0.5\\0.5")], spaced([0.5, 0.5], uncalibrated), 0);
    // Different from the detector's, or declared so.
    let anisotropic = spaced([0.2, 0.1], calibrated);
    assert_eq!(anisotropic.aspect, 2.0);
    check(&[(PIXEL_SPACING, "0.2\\0.1"), (IMAGER, "0.25\\0.125")], anisotropic, 0);
    check(
        &[(PIXEL_SPACING, "0.15\\0.15"), (IMAGER, "0.15\\0.15"), (CALIBRATION, "FIDUCIAL")],
        spaced([0.15, 0.15], calibrated),
        0,
    );
    // Copied from the detector: not calibrated, and the magnification holds.
    check(&[(PIXEL_SPACING, "0.150\\0.150"), (IMAGER, "0.15\\0.15")], spaced([0.15, 0.15], imager(None)), 0);
    check(
        &[(PIXEL_SPACING, "0.15\\0.15"), (IMAGER, "0.15\\0.15"), (MAGNIFICATION, "1.2")],
        spaced([0.125, 0.125], imager(Some(1.2))),
        0,
    );
    check(&[(IMAGER, "0.1\\0.1")], spaced([0.1, 0.1], imager(None)), 0);
    check(
        &[(IMAGER, "0.3\\0.3"), (TO_DETECTOR, "1500"), (TO_PATIENT, "1000")],
        spaced([0.2, 0.2], imager(Some(1.5))),
        0,
    );
    // The factor that the file names goes before the distances.
    check(
        &[(IMAGER, "0.3\\0.3"), (MAGNIFICATION, "1.25"), (TO_DETECTOR, "1500"), (TO_PATIENT, "1000")],
        spaced([0.24, 0.24], imager(Some(1.25))),
        0,
    );
    check(&[(IMAGER, "0.3\\0.3"), (MAGNIFICATION, "0.5")], spaced([0.3, 0.3], imager(None)), 1);
    check(&[(IMAGER, "0.3\\0.3"), (MAGNIFICATION, "0")], spaced([0.3, 0.3], imager(None)), 1);
    check(&[(IMAGER, "0.3\\0.3"), (TO_DETECTOR, "1500"), (TO_PATIENT, "0")], spaced([0.3, 0.3], imager(None)), 0);
    check(&[(SCANNED, "0.17\\0.17")], spaced([0.17, 0.17], SpacingSource::NominalScannedPixelSpacing), 0);
    // What cannot be is left out, and the next best holds.
    check(&[(PIXEL_SPACING, "0.000\\0.000")], unknown, 1);
    check(&[(PIXEL_SPACING, "-0.1\\0.1"), (IMAGER, "0.1\\0.1")], spaced([0.1, 0.1], imager(None)), 1);
    check(&[(PIXEL_SPACING, "nan\\0.1")], unknown, 1);
    check(&[(PIXEL_SPACING, "1e9\\1e9")], unknown, 1);
    check(&[(PIXEL_SPACING, "0.1\\49")], unknown, 1);
    check(&[(PIXEL_SPACING, "0.1")], unknown, 1);
    check(&[(PIXEL_SPACING, "")], unknown, 0);
    // Only the shape is known: vertical size first.
    check(&[(ASPECT, "4\\3")], PixelGeometry { aspect: 4.0 / 3.0, ..unknown }, 0);
    check(&[(ASPECT, "4\\3"), (PIXEL_SPACING, "0.2\\0.2")], spaced([0.2, 0.2], uncalibrated), 0);
    check(&[(ASPECT, "0\\3")], unknown, 1);
    check(&[(ASPECT, "1\\0")], unknown, 1);
}

#[test]
fn a_calibration_is_told_in_the_files_words() {
    let facts = with(vec![
        text(PIXEL_SPACING, "DS", "0.15\\0.15"),
        text(CALIBRATION, "CS", "FIDUCIAL"),
        text(0x0028_0a04, "LO", "ball of 25 mm"),
    ]);
    assert_eq!(facts.film.facts.calibration.as_deref(), Some("FIDUCIAL, ball of 25 mm"));
}

#[test]
fn enhanced_films_keep_their_size_in_functional_groups() {
    let shared = sequence(
        0x5200_9229,
        &[
            sequence(0x0018_9476, &[text(MAGNIFICATION, "DS", "1.25")]),
            sequence(0x0020_9116, &[text(0x0020_0037, "DS", "0\\1\\0\\0\\0\\-1")]),
            sequence(0x0028_9443, &[text(IMAGER, "DS", "0.25\\0.25")]),
        ],
    );
    let facts = with(vec![shared]).film.facts;
    assert_eq!(facts.geometry.source, SpacingSource::ImagerPixelSpacing { magnification: Some(1.25) });
    assert_eq!(facts.geometry.spacing_mm, Some([0.2, 0.2]));
    assert_eq!(facts.orientation, Some(PatientOrientation { row: "P".to_owned(), column: "F".to_owned() }));
    let of_frame = sequence(0x5200_9230, &[sequence(0x0028_9110, &[text(PIXEL_SPACING, "DS", "0.5\\0.4")])]);
    let facts = with(vec![of_frame]).film.facts;
    assert_eq!(facts.geometry, PixelGeometry::spaced([0.5, 0.4], SpacingSource::PixelSpacing { is_calibrated: true }));
}

#[test]
fn orientation_is_letters_or_cosines_or_nothing() {
    let check = |letters: Option<&str>, cosines: Option<&str>, expected: Option<(&str, &str)>, num_warnings: usize| {
        let mut more: Vec<Vec<u8>> = letters.iter().map(|l| text(0x0020_0020, "CS", l)).collect();
        more.extend(cosines.iter().map(|c| text(0x0020_0037, "DS", c)));
        let got = with(more);
        let orientation = got.film.facts.orientation.as_ref();
        let orientation = orientation.map(|o| (o.row.as_str(), o.column.as_str()));
        assert_eq!(orientation, expected, "{letters:?} {cosines:?}");
        assert_eq!(got.warnings.len(), num_warnings, "{:?}", got.warnings);
    };
    check(None, None, None, 0);
    check(Some(""), None, None, 0);
    check(Some("L\\F"), None, Some(("L", "F")), 0);
    check(Some("L\\F"), Some("0\\1\\0\\0\\0\\-1"), Some(("L", "F")), 0);
    check(Some(""), Some("0\\1\\0\\0\\0\\-1"), Some(("P", "F")), 0);
    check(Some("X\\Y"), Some("0\\1\\0\\0\\0\\-1"), Some(("P", "F")), 1);
    check(Some("L\\"), None, Some(("L", "")), 0);
    check(None, Some("1\\1\\0\\0\\0\\-1"), None, 1);
    check(None, Some("1\\0\\0"), None, 0);
    let side = with(vec![text(0x0020_0060, "CS", "L"), text(0x0020_0062, "CS", "R")]);
    assert_eq!(side.film.facts.laterality, Some(Laterality::Right));
}

#[test]
fn overlays_come_as_bytes_at_their_place() {
    // Six pixels, 3 wide: 1 0 1 / 0 1 1, lowest bit first.
    let packed = [0b0011_0101, 0];
    let own = |group: u32, bits: &[u8], more: Vec<Vec<u8>>| {
        let mut elements = vec![
            shorts(group | 0x10, "US", &[2]),
            shorts(group | 0x11, "US", &[3]),
            text(group | 0x40, "CS", "R"),
            shorts(group | 0x50, "SS", &[2, (-1i16) as u16]),
            shorts(group | 0x100, "US", &[1]),
            shorts(group | 0x102, "US", &[0]),
            text(group | 0x1500, "LO", "Marked"),
            element(group | 0x3000, "OW", bits),
        ];
        elements.extend(more);
        elements
    };
    let expected = OverlayPlane {
        origin: [-2, 1],
        width: 3,
        height: 2,
        bits: vec![1, 0, 1, 0, 1, 1].into(),
        label: Some("Marked".to_owned()),
        kind: OverlayKind::RegionOfInterest,
    };
    let got = with(own(0x6002_0000, &packed, Vec::new()));
    assert_eq!(got.film.facts.overlays, vec![expected.clone()]);
    assert!(got.warnings.is_empty(), "{:?}", got.warnings);
    let bare = with(Vec::new()).film;
    assert_eq!(got.film.num_bytes(), bare.num_bytes() + 6, "the cache counts them");

    // Two frames of its own, the first over the film's second frame.
    let more = vec![text(0x6000_0015, "IS", "2"), shorts(0x6000_0051, "US", &[2])];
    let bytes = small_film(3, &[0; 36], own(0x6000_0000, &[0b0100_0001, 0b0000_1000], more));
    let bits = |frame| decoded(bytes.clone(), frame).film.facts.overlays.first().map(|o| o.bits.to_vec());
    assert_eq!(bits(0), None);
    assert_eq!(bits(1), Some(vec![1, 0, 0, 0, 0, 0]));
    assert_eq!(bits(2), Some(vec![1, 0, 0, 0, 0, 1]));

    // Without a count of its own, over every frame.
    let bytes = small_film(2, &[0; 24], own(0x6000_0000, &packed, Vec::new()));
    assert_eq!(decoded(bytes, 1).film.facts.overlays, vec![expected]);
}

#[test]
fn overlays_in_unused_bits_of_the_pixels_are_found_and_the_pixels_stay_clean() {
    let mut words = [7u16; 12];
    words[1] |= 0x8000;
    words[10] |= 0x8000;
    words[3] |= 0x1000;
    let planes = |position: u16| {
        vec![
            shorts(0x6000_0010, "US", &[3]),
            shorts(0x6000_0011, "US", &[4]),
            shorts(0x6000_0050, "SS", &[1, 1]),
            shorts(0x6000_0100, "US", &[16]),
            shorts(0x6000_0102, "US", &[position]),
        ]
    };
    let got = decoded(small_film(1, &words, planes(15)), 0);
    let overlay = got.film.facts.overlays.first().expect("there");
    let drawn: Vec<usize> = overlay.bits.iter().enumerate().filter(|(_, b)| **b == 1).map(|(i, _)| i).collect();
    assert_eq!((drawn, overlay.origin, overlay.width), (vec![1, 10], [0, 0], 4));
    let Pixels::Grey(plane) = &got.film.pixels else { panic!("grey") };
    assert_eq!(plane.texels, vec![7; 12]);
    // A bit that the film itself uses is no overlay.
    let got = decoded(small_film(1, &words, planes(3)), 0);
    assert!(got.film.facts.overlays.is_empty());
    assert_eq!(got.warnings.len(), 1);
}

#[test]
fn malformed_overlays_are_left_out_with_a_warning_and_cost_nothing_else() {
    let good = || element(0x6000_3000, "OW", &[0xff; 2]);
    let rows = |n: u16| shorts(0x6000_0010, "US", &[n]);
    let columns = |n: u16| shorts(0x6000_0011, "US", &[n]);
    let cases: Vec<Vec<Vec<u8>>> = vec![
        vec![good()],
        vec![rows(0), columns(3), good()],
        vec![rows(60000), columns(60000), good()],
        vec![rows(5), columns(5), good()],
        vec![rows(2), columns(3), text(0x6000_0015, "IS", "9999999999"), shorts(0x6000_0051, "US", &[0]), good()],
        vec![rows(2), columns(3)],
        vec![rows(2), columns(3), shorts(0x6000_0102, "US", &[15])],
        vec![rows(2), columns(3), shorts(0x6000_0102, "US", &[999])],
    ];
    for (n, case) in cases.into_iter().enumerate() {
        let is_good = n == 4;
        let got = with(case);
        assert_eq!(got.film.facts.overlays.len(), usize::from(is_good), "{n}");
        assert_eq!(got.warnings.len(), usize::from(!is_good), "{n}: {:?}", got.warnings);
    }
    // One that is far too large does not take the next ones with it.
    let got = with(vec![
        rows(60000),
        columns(60000),
        good(),
        shorts(0x6002_0010, "US", &[1]),
        shorts(0x6002_0011, "US", &[1]),
        element(0x6002_3000, "OW", &[1, 0]),
        shorts(0x6002_0050, "SS", &[0x8000, 0x8000]),
    ]);
    assert_eq!((got.film.facts.overlays.len(), got.warnings.len()), (1, 1));
}

#[test]
fn lossy_compression_is_told() {
    let check = |elements: &[(u32, &str, &str)], expected: Option<(Option<f64>, Option<&str>)>| {
        let got = with(elements.iter().map(|(tag, vr, value)| text(*tag, vr, value)).collect()).film.facts.compression;
        let expected = expected.map(|(ratio, method)| LossyCompression { ratio, method: method.map(str::to_owned) });
        assert_eq!(got, expected, "{elements:x?}");
    };
    check(&[(0x0028_2110, "CS", "00"), (0x0028_2112, "DS", "6")], None);
    check(&[(0x0028_2110, "CS", "01")], Some((None, None)));
    check(
        &[(0x0028_2110, "CS", "01"), (0x0028_2112, "DS", "12.5\\8"), (0x0028_2114, "CS", "ISO_10918_1\\ISO_15444_1")],
        Some((Some(12.5), Some("JPEG 2000"))),
    );
    check(
        &[(0x0028_2110, "CS", "01"), (0x0028_2112, "DS", "0.08"), (0x0028_2114, "CS", "PRIVATE")],
        Some((None, Some("PRIVATE"))),
    );
}

#[test]
fn real_films_agree_with_pydicom() {
    let Some(folder) = films("zoo") else { return };
    let facts = |name: &str| -> DisplayFacts {
        FilmFile::open_path(&folder.join(name)).unwrap().film(0, &mut InProcess).unwrap().film.facts
    };
    let letters = |f: &DisplayFacts| f.orientation.as_ref().map(|o| format!("{}\\{}", o.row, o.column));
    // Values as pydicom 3.0.2 reads them.
    let film = facts("966_fixed.dcm");
    assert_eq!(film.geometry.spacing_mm, Some([0.16, 0.16]));
    assert_eq!(film.geometry.source, SpacingSource::ImagerPixelSpacing { magnification: None });
    assert_eq!((letters(&film).as_deref(), film.laterality), (Some("L\\F"), Some(Laterality::Right)));
    let film = facts("dx_image.dcm");
    assert!((film.geometry.aspect - 1.2 / 1.201_199_999_999).abs() < 1e-12);
    assert_eq!(facts("RG1_J2KI.dcm").geometry.spacing_mm, None, "0.000 is no size");
    assert!((facts("color-px.dcm").geometry.aspect - 4.0 / 3.0).abs() < 1e-12);
    assert_eq!(facts("1403-OB.dcm").geometry.source, SpacingSource::NominalScannedPixelSpacing);
    assert_eq!(facts("liver_1frame.dcm").geometry.spacing_mm, Some([0.810_547, 0.810_547]));
    assert_eq!(letters(&facts("MR-JPEGLosslessSV1.dcm")).as_deref(), Some("L\\F"));
    assert_eq!(letters(&facts("jpeg_lossless_sel1.dcm")).as_deref(), Some("P\\F"));
    assert_eq!(letters(&facts("J2K_pixelrep_mismatch.dcm")).as_deref(), Some("L\\PF"));
    assert_eq!(letters(&facts("331_DDH_1.dcm")), None);
    assert_eq!(
        facts("RG2_JPLY.dcm").compression,
        Some(LossyCompression { ratio: Some(35.0), method: Some("JPEG".to_owned()) })
    );
    assert_eq!(facts("CT1_J2KR.dcm").compression, None);
    let film = facts("examples_overlay.dcm");
    let [overlay] = &film.overlays[..] else { panic!("{} overlays", film.overlays.len()) };
    assert_eq!((overlay.width, overlay.height, overlay.origin), (484, 300, [0, 0]));
    let drawn: Vec<usize> = (0..overlay.bits.len()).filter(|&i| overlay.bits[i] == 1).collect();
    let sum = |part: fn(usize) -> usize| drawn.iter().map(|&i| part(i)).sum::<usize>();
    // pydicom's overlay_array(0x6000): how many are set, and the sums of their rows and columns.
    assert_eq!((drawn.len(), sum(|i| i / 484), sum(|i| i % 484)), (222, 38_007, 47_145));
    assert_eq!(overlay.label.as_deref(), Some("Siemens MedCom Object Graphics"));
}
