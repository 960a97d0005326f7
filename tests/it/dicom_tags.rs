//! The header as a list: against pydicom's reading of real films, identity hidden, bad files bounded.

use std::time::{Duration, Instant};

use rachis::dicom::{Input, tag_rows, tag_rows_of};
use rachis::domain::study::FilmSource;
use rachis::domain::tag_row::{TagList, TagRow};

use crate::dicom_facts::{element, file, sequence, text};
use crate::dicom_zoo::{films, read_csv};

fn listed(elements: Vec<Vec<u8>>) -> TagList {
    tag_rows_of(Input::from_bytes(file(elements))).unwrap()
}

fn row(list: &TagList, tag: (u16, u16)) -> &TagRow {
    list.rows.iter().find(|row| row.tag == tag).unwrap_or_else(|| panic!("{tag:x?} is not there"))
}

#[test]
fn sequences_private_elements_and_text_are_listed_in_order() {
    let list = listed(vec![
        text(0x0008_0005, "CS", "ISO_IR 192"),
        text(0x0008_0060, "CS", "DX"),
        sequence(0x0008_2218, &[text(0x0008_0100, "SH", "122496007"), text(0x0008_0104, "LO", "Cột sống thắt lưng")]),
        text(0x0009_0010, "LO", "ACME"),
        element(0x0009_1001, "UN", &[1, 2, 3, 4]),
        text(0x0010_0010, "PN", "Nguyễn^Văn A"),
        text(0x0010_0020, "LO", "P-12345"),
        text(0x0010_0040, "CS", "M"),
        text(0x0010_1010, "AS", "049Y"),
        sequence(0x0040_0275, &[text(0x0008_0060, "CS", "DX"), text(0x0040_0007, "LO", "Spine")]),
        text(0x0018_1400, "LO", "free"),
        text(0x0018_5101, "CS", "AP"),
        text(0x0028_0004, "CS", "for p-12345"),
        element(0x7fe0_0010, "OW", &[0; 24]),
    ]);
    let told: Vec<String> = list.rows.iter().map(|r| format!("{} {} {}={}", r.depth, r.vr, r.name, r.value)).collect();
    let expected = [
        "0 UI Transfer Syntax UID=1.2.840.10008.1.2.1 (Explicit VR Little Endian)",
        "0 CS Specific Character Set=ISO_IR 192",
        "0 CS Modality=DX",
        "0 SQ Anatomic Region Sequence=1 item",
        "1  Item 1=",
        "2 SH Code Value=122496007",
        "2 LO Code Meaning=Cột sống thắt lưng",
        "0 LO Private Creator=ACME",
        "0 UN =01 02 03 04",
        "0 PN Patient Name=Nguyễn^Văn A",
        "0 LO Patient ID=P-12345",
        "0 CS Patient Sex=M",
        "0 AS Patient Age=049Y",
        "0 LO Acquisition Device Processing Description=free",
        "0 CS View Position=AP",
        "0 CS Photometric Interpretation=for p-12345",
        "0 SQ Request Attributes Sequence=1 item",
        "1  Item 1=",
        "2 CS Modality=DX",
        "2 LO Scheduled Procedure Step Description=Spine",
        "0 OW Pixel Data=24 bytes",
    ];
    assert_eq!(told, expected);
    let hidden: Vec<(u16, u16)> = list.rows.iter().filter(|r| r.is_identity).map(|r| r.tag).collect();
    assert_eq!(
        hidden,
        [
            (0x0009, 0x0010),
            (0x0009, 0x1001),
            (0x0010, 0x0010),
            (0x0010, 0x0020),
            (0x0018, 0x1400),
            // The patient's number within another element.
            (0x0028, 0x0004),
            (0x0040, 0x0275),
            (0xfffe, 0xe000),
            (0x0008, 0x0060),
            (0x0040, 0x0007),
        ]
    );
    assert!(!row(&list, (0x0010, 0x0040)).is_identity && !row(&list, (0x0018, 0x5101)).is_identity);
}

#[test]
fn what_a_blinded_reader_sees_of_real_films_names_nobody() {
    let Some(folder) = films("charset") else { return };
    let mut num_names = 0;
    for manifest in &read_csv(&folder.join("manifest.csv")) {
        let list = tag_rows(&FilmSource::File(folder.join(&manifest["file"]))).unwrap();
        let name = &manifest["patient_name_utf8"];
        let Some(told) = list.rows.iter().find(|r| r.tag == (0x0010, 0x0010) && r.depth == 0) else { continue };
        num_names += 1;
        assert_eq!(told.value.trim_end_matches(['=', '^', ' ']), name.trim(), "{}", manifest["file"]);
        let parts = name.split(['^', '=', ' ']).filter(|p| p.chars().count() >= if p.is_ascii() { 4 } else { 2 });
        for part in parts {
            for shown in list.rows.iter().filter(|r| !r.is_identity) {
                assert!(!shown.value.contains(part), "{}: {} shows {part:?}", manifest["file"], shown.tag_text());
            }
        }
    }
    assert!(num_names >= 14, "{num_names}");
}

#[test]
fn the_zoo_is_listed_as_another_library_reads_it() {
    let Some(folder) = films("zoo") else { return };
    let (mut num_files, mut num_rows) = (0, 0);
    for manifest in &read_csv(&folder.join("manifest.csv")) {
        let path = folder.join(&manifest["file"]);
        let Ok(object) = dicom_object::open_file(&path) else { continue };
        let list = tag_rows(&FilmSource::File(path)).unwrap();
        let ours: Vec<(u16, u16)> =
            list.rows.iter().filter(|r| r.depth == 0 && r.tag.0 != 2 && r.tag.1 != 0).map(|r| r.tag).collect();
        let theirs: Vec<(u16, u16)> =
            object.iter().map(|e| e.header().tag).filter(|t| t.1 != 0 && t.0 < 0x7fe1).map(|t| (t.0, t.1)).collect();
        assert_eq!(ours, theirs, "{}", manifest["file"]);
        for element in &object {
            let (tag, vr) = (element.header().tag, element.vr());
            let Some(items) = element.value().items() else { continue };
            let told = row(&list, (tag.0, tag.1));
            let expected = match items.len() {
                0 => "no items".to_owned(),
                1 => "1 item".to_owned(),
                n => format!("{n} items"),
            };
            assert_eq!(told.value, expected, "{} {tag} {vr}", manifest["file"]);
        }
        num_files += 1;
        num_rows += list.rows.len();
    }
    println!("{num_rows} rows of {num_files} files agree");
    assert!(num_files >= 100);
}

#[test]
fn bad_files_give_rows_or_a_sentence_in_bounded_time() {
    let Some(folder) = films("bad") else { return };
    let mut num = 0;
    for manifest in &read_csv(&folder.join("manifest.csv")) {
        let path = folder.join(&manifest["file"]);
        if !path.exists() {
            continue;
        }
        let start = Instant::now();
        match tag_rows(&FilmSource::File(path)) {
            Ok(list) => assert!(list.rows.iter().all(|r| r.value.chars().count() <= 300), "{}", manifest["file"]),
            Err(error) => assert!(error.to_string().len() > 10, "{error}"),
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{} took {:?}", manifest["file"], start.elapsed());
        num += 1;
    }
    assert!(num >= 90, "{num}");
}
