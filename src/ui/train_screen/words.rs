//! Of the screen of training: names of states, networks, groups of parameters, and times and sizes as people say them.

use egui::Color32;

use crate::domain::model::Architecture;
use crate::domain::training::parameters::Group;
use crate::domain::training::queueing::Reason;
use crate::domain::training::recipe::Preset;
use crate::domain::training::run::RunState;
use crate::session::training::RunRow;
use crate::ui::theme;
use crate::ui::words::{tr, tr_args};

fn state_text(state: RunState) -> (&'static str, Color32) {
    match state {
        RunState::Waiting => (tr("waits"), theme::weak()),
        RunState::Preparing => (tr("gets ready"), theme::accent()),
        RunState::Training => (tr("learns"), theme::accent()),
        RunState::Paused => (tr("paused"), theme::warn()),
        RunState::Completed => (tr("done"), theme::good()),
        RunState::Stopped => (tr("stopped"), theme::warn()),
        RunState::Failed => (tr("failed"), theme::bad()),
        RunState::Interrupted => (tr("interrupted"), theme::bad()),
    }
}

/// Of a run: what ended before it began alarms nobody.
pub(super) fn run_state_text(run: &RunRow) -> (&'static str, Color32) {
    if run.ended_unbegun() { (tr("not begun"), theme::weak()) } else { state_text(run.state()) }
}

/// As papers call it; the small ones by what they are for.
pub(super) fn network_text(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::DenseNet121 => "DenseNet-121",
        Architecture::DenseNet169 => "DenseNet-169",
        Architecture::DenseNet201 => "DenseNet-201",
        Architecture::DenseNetSmall => tr("Small DenseNet"),
        Architecture::FasterRcnnResNet18 => "Faster R-CNN ResNet-18",
        Architecture::FasterRcnnResNet34 => "Faster R-CNN ResNet-34",
        Architecture::FasterRcnnResNet50 => "Faster R-CNN ResNet-50",
        Architecture::FasterRcnnSmall => tr("Small Faster R-CNN"),
        Architecture::RetinaNetResNet18 => "RetinaNet ResNet-18",
        Architecture::RetinaNetResNet34 => "RetinaNet ResNet-34",
        Architecture::RetinaNetResNet50 => "RetinaNet ResNet-50",
        Architecture::RetinaNetSmall => tr("Small RetinaNet"),
        Architecture::EfficientDetD0 => "EfficientDet-D0",
        Architecture::EfficientDetD1 => "EfficientDet-D1",
        Architecture::EfficientDetD2 => "EfficientDet-D2",
        Architecture::EfficientDetSmall => tr("Small EfficientDet"),
        Architecture::SparseRcnnResNet50 => "Sparse R-CNN ResNet-50",
        Architecture::SparseRcnnSmall => tr("Small Sparse R-CNN"),
        Architecture::TorchScriptClassifier | Architecture::TorchScriptDetector => "TorchScript",
    }
}

pub(super) fn preset_text(preset: Preset) -> (&'static str, &'static str) {
    match preset {
        Preset::Paper => {
            (tr("Paper"), tr("As VinDr-SpineXR's paper says. Made for a graphics card; on a processor it takes days."))
        }
        Preset::ReleasedCode => (
            tr("Released code"),
            tr("As the code says that was released with the paper. It takes as long as the paper's."),
        ),
        Preset::ThisComputer => {
            (tr("This computer"), tr("The paper's way of learning, with sizes and steps that this computer can do."))
        }
    }
}

pub(super) fn group_text(group: Group) -> &'static str {
    match group {
        Group::Length => tr("How long"),
        Group::LearningRate => tr("How fast it learns"),
        Group::Optimiser => tr("How weights move"),
        Group::Input => tr("What the network sees"),
        Group::Films => tr("How films are varied"),
        Group::Loss => tr("What counts as wrong"),
        Group::Keeping => tr("Checks and checkpoints"),
        Group::Computer => tr("Computer and chance"),
    }
}

/// Whether the group is open at first: what people change most.
pub(super) const fn is_open_first(group: Group) -> bool {
    matches!(group, Group::Length | Group::Input)
}

pub(super) fn why_text(why: Reason) -> (&'static str, &'static str) {
    match why {
        Reason::Uncertainty => (tr("uncertain"), tr("The models are not sure about it.")),
        Reason::Disagreement => (tr("disagreement"), tr("The models say different things about it.")),
        Reason::Novelty => (tr("new"), tr("It looks unlike the films that were learned from.")),
        Reason::Random => (tr("at random"), tr("Drawn by chance, so that the list is not only what models find hard.")),
    }
}

/// `2 h 10 min`, `40 s`; for days `3 days`.
pub(super) fn duration_text(secs: f64) -> String {
    let secs = secs.max(0.0).round() as u64;
    match secs {
        0..90 => tr_args("{} s", &[&secs]),
        90..3600 => tr_args("{} min", &[&((secs + 30) / 60)]),
        3600..172_800 => tr_args("{} h {} min", &[&(secs / 3600), &(secs % 3600 / 60)]),
        _ => tr_args("{} days", &[&((secs + 43_200) / 86_400)]),
    }
}

/// A run that is under way, in a line: its name, how far it is, and for how long it goes on.
pub(crate) fn live_run_text(run: &RunRow) -> String {
    let mut text = tr_args("Training {}", &[&run.numbered_name()]);
    if let Some(status) = &run.status {
        text = format!("{text}: {}", tr_args("step {} of {}", &[&status.step, &status.num_steps]));
        if let Some(secs) = status.eta_secs {
            text = format!("{text}, {}", tr_args("about {} left", &[&duration_text(secs)]));
        }
    }
    text
}

/// `4.2 GB`, `130 MB`.
pub(super) fn bytes_text(bytes: u64) -> String {
    if bytes >= 1_000_000_000 {
        format!("{:.1} GB", bytes as f64 / 1e9)
    } else {
        format!("{} MB", bytes.div_ceil(1_000_000))
    }
}

/// `10 000`: with thin spaces, as both languages write large numbers in science.
pub(super) fn number_text(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digits.len() > 4 {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sizes_and_numbers_are_said_as_people_say_them() {
        for (secs, expected) in [
            (-3.0, "0 s"),
            (89.4, "89 s"),
            (90.0, "2 min"),
            (3599.0, "60 min"),
            (7800.0, "2 h 10 min"),
            (259_200.0, "3 days"),
        ] {
            assert_eq!(duration_text(secs), expected, "{secs}");
        }
        assert_eq!((bytes_text(1), bytes_text(4_210_000_000)), ("1 MB".into(), "4.2 GB".into()));
        assert_eq!((number_text(9999), number_text(10_000)), ("9999".into(), "10\u{2009}000".into()));
    }
}
