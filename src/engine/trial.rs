//! Films and models for the engine's own tests: small, made on the spot, the same every time.

use std::path::{Path, PathBuf};

use rachis::dicom::write::{SyntheticFile, synthetic_file};
use rachis::domain::imaging::Window;
use rachis::domain::label::LabelName;
use rachis::domain::model::{Architecture, ModelCard};
use rachis::domain::preprocessing::{Preprocessing, Resize};
use rachis::domain::study::Sex;
use rachis::formats::model_file::{self, StateDict};
use rachis::jobs::protocol::{FilmRef, ModelRef};
use tch::Device;

use crate::formula;
use crate::models::{self, Options};
use crate::params::Params;
use crate::weights;

/// A film whose values rise and fall; odd sizes.
pub fn film(folder: &Path, name: &str, [width, height]: [u32; 2]) -> FilmRef {
    let texels: Vec<u16> = (0..height)
        .flat_map(|y| (0..width).map(move |x| 2000 + ((x * 7 + y * 13) % 911) as u16 + (x * y % 401) as u16))
        .collect();
    let file = SyntheticFile {
        patient_number: 1,
        sex: Sex::Female,
        age_years: 50,
        study_uid: "2.25.1".into(),
        series_uid: "2.25.2".into(),
        instance_uid: "2.25.3".into(),
        study_date: "20200101".into(),
        series_number: 1,
        instance_number: 1,
        title: "lumbar spine AP",
        body_part: "LSPINE",
        region: ("122496007", "Lumbar spine"),
        view_position: "AP",
        view: ("399348003", "antero-posterior"),
        orientation: "L\\F",
        width,
        height,
        texels: &texels,
        bits_stored: 12,
        is_monochrome1: false,
        windows: &[Window::linear(2600.0, 1300.0)],
        padding: None,
        spacing_mm: Some(0.15),
    };
    let path = folder.join(format!("{name}.dcm"));
    std::fs::write(&path, synthetic_file(&file).unwrap()).unwrap();
    FilmRef { image_id: name.to_owned(), path, entry: None }
}

/// A card for a network, films brought to `side` pixels.
pub fn card(architecture: Architecture, side: u32) -> ModelCard {
    let is_detector = architecture.task() == rachis::domain::model::ModelTask::Detect;
    let classes = if is_detector { vec!["Osteophytes", "Other lesions"] } else { vec!["Abnormal"] };
    let resize = if is_detector {
        Resize::ShorterEdge { shorter: side, longest: 2 * side }
    } else {
        Resize::Exact { width: side, height: side }
    };
    ModelCard {
        name: format!("Trial {}", architecture.as_str()),
        task: architecture.task(),
        classes: classes.into_iter().map(LabelName::new).collect(),
        preprocessing: Preprocessing { resize, ..Preprocessing::PAPER_DETECTOR },
        threshold: None,
        is_synthetic: true,
        training: "Weights by formula.".into(),
        data_sha256: None,
        metrics: Vec::new(),
        licence: "CC0".into(),
        notes: String::new(),
    }
}

/// Weights by formula for a network.
pub fn state(architecture: Architecture, num_classes: i64) -> StateDict {
    let mut params = Params::new(Device::Cpu);
    let _network = models::build(architecture, &Options::new(num_classes), &mut params).expect("a network");
    formula::state(&params).iter().map(|(name, tensor)| (name.clone(), weights::stored(tensor).unwrap())).collect()
}

/// A model's file with weights by formula.
pub fn model(folder: &Path, id: i64, architecture: Architecture, side: u32) -> ModelRef {
    let card = card(architecture, side);
    let path: PathBuf = folder.join(format!("{id}.safetensors"));
    model_file::write(&path, Some((architecture, &card)), &state(architecture, card.classes.len() as i64)).unwrap();
    let sha256 = model_file::hex(&model_file::sha256(&path).unwrap());
    ModelRef { model: id, path, sha256 }
}
