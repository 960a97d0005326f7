//! A path that was chosen or typed, and what it was chosen for.

use std::path::PathBuf;

use super::effect::{Effect, FilePurpose};
use super::screen::{Dialog, Session};

impl Session {
    pub(super) fn path_chosen(&mut self, purpose: FilePurpose, paths: Vec<PathBuf>) -> Vec<Effect> {
        let was_typed = matches!(self.dialog.take(), Some(Dialog::PathField { .. }));
        self.typed_for = was_typed.then_some(purpose);
        let Some(path) = paths.first().cloned() else { return Vec::new() };
        match purpose {
            FilePurpose::OpenProject => {
                self.opening = path.file_name().map(|name| name.to_string_lossy().into_owned());
                vec![Effect::OpenProject(path)]
            }
            FilePurpose::CreateProject => {
                self.dialog = Some(Dialog::ChooseLabels { folder: path });
                Vec::new()
            }
            FilePurpose::ImportFilms | FilePurpose::ImportFilmFiles => {
                self.dialog = Some(Dialog::CopyFilms { paths });
                Vec::new()
            }
            FilePurpose::ImportLabels => {
                self.dialog = Some(Dialog::BadRows { path });
                Vec::new()
            }
            FilePurpose::ImportLabelSet
            | FilePurpose::TakeOverLabelSet
            | FilePurpose::ExportLabelSetCsv
            | FilePurpose::ExportLabelSetJson => self.label_path_chosen(purpose, path),
            FilePurpose::ImportModel | FilePurpose::ExportModel => self.model_path_chosen(purpose, path),
            FilePurpose::ExportFolder | FilePurpose::IncomingFile | FilePurpose::IncomingFolder => {
                self.exchange_path_chosen(purpose, path)
            }
            FilePurpose::ExportVerdicts => self.export_verdicts(path),
            FilePurpose::ExportAudit => self.write_audit(path),
            FilePurpose::PoolOfFilms => self.pool_file_chosen(path),
            FilePurpose::ExportPlot => self.plot_path_chosen(path),
            FilePurpose::StudyTruth | FilePurpose::ExportReadings => self.study_path_chosen(purpose, path),
            FilePurpose::EvaluatePredictions
            | FilePurpose::EvaluateClassifier
            | FilePurpose::EvaluateTruth
            | FilePurpose::ExportEvaluationReport
            | FilePurpose::ExportEvaluationJson
            | FilePurpose::ExportEvaluationCsv => self.evaluation_path_chosen(purpose, path),
            FilePurpose::ReferencePicture => {
                vec![Effect::AddReferenceFile { path, label: self.guide.picture_for.take() }]
            }
            FilePurpose::ExportSpineXr
            | FilePurpose::ExportCxr
            | FilePurpose::ExportKaggle
            | FilePurpose::ExportMeasures => {
                vec![Effect::Export { purpose, to: path }]
            }
        }
    }
}
