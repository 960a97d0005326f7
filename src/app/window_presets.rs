//! The project's own window presets as they are kept in its settings: a wire twin.

use serde::{Deserialize, Serialize};

use crate::domain::imaging::{PresetKind, RelativeWindow, WindowPreset};
use crate::session::Event;
use crate::store::StoreThread;

use super::inbox::Post;
use super::view_memory::{function_name, function_of};

/// The settings key under which they stand.
pub const KEY: &str = "window_presets";

#[derive(Serialize, Deserialize)]
struct Row {
    name: String,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    /// Position among the file's own windows, from 0.
    OfFile {
        position: usize,
    },
    Computed,
    /// Shares of the patient's pixels, 0..=1, from dark to bright.
    Percentiles {
        low: f64,
        high: f64,
    },
    /// Modality values.
    Fixed {
        center: f64,
        width: f64,
        function: String,
    },
    /// Shares of the film's computed window, from dark to bright.
    Relative {
        center: f64,
        width: f64,
        function: String,
    },
}

/// Keeps the presets in the project.
pub(super) fn remember(store: &StoreThread, post: &Post, presets: &[WindowPreset]) {
    let (json, answer) = (to_json(presets), post.clone());
    let is_queued = store.with(move |store| {
        if let Err(error) = store.set_setting(KEY, &json) {
            answer.event(Event::Warning(format!("The window presets were not saved: {error}")));
        }
    });
    if !is_queued {
        post.event(Event::Warning("The disk is not keeping up; try again in a moment.".to_owned()));
    }
}

/// As JSON.
pub fn to_json(presets: &[WindowPreset]) -> String {
    let rows: Vec<Row> = presets
        .iter()
        .map(|preset| {
            let kind = match preset.kind {
                PresetKind::OfFile(position) => Kind::OfFile { position },
                PresetKind::Computed => Kind::Computed,
                PresetKind::Percentiles { low, high } => Kind::Percentiles { low, high },
                PresetKind::Fixed { center, width, function } => {
                    Kind::Fixed { center, width, function: function_name(function).to_owned() }
                }
                PresetKind::Relative(RelativeWindow { center, width, function }) => {
                    Kind::Relative { center, width, function: function_name(function).to_owned() }
                }
            };
            Row { name: preset.name.clone(), kind }
        })
        .collect();
    serde_json::to_string(&rows).expect("plain numbers and text")
}

/// Presets that another version wrote and this one can't read are left out.
pub fn from_json(text: &str) -> Vec<WindowPreset> {
    let rows: Vec<serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    let rows = rows.into_iter().filter_map(|row| serde_json::from_value::<Row>(row).ok());
    rows.map(|row| {
        let kind = match row.kind {
            Kind::OfFile { position } => PresetKind::OfFile(position),
            Kind::Computed => PresetKind::Computed,
            Kind::Percentiles { low, high } => PresetKind::Percentiles { low, high },
            Kind::Fixed { center, width, function } => {
                PresetKind::Fixed { center, width, function: function_of(&function) }
            }
            Kind::Relative { center, width, function } => {
                PresetKind::Relative(RelativeWindow { center, width, function: function_of(&function) })
            }
        };
        WindowPreset { name: row.name, kind }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{VoiFunction, shipped_presets};

    #[test]
    fn presets_come_back_as_they_were() {
        let mut presets = shipped_presets();
        let function = VoiFunction::Sigmoid;
        let mut add = |name: &str, kind| presets.push(WindowPreset { name: name.to_owned(), kind });
        add("Xương \"sườn\"", PresetKind::Fixed { center: -0.125, width: 1e-3, function });
        add("lung", PresetKind::Relative(RelativeWindow { center: 0.25, width: 0.5, function }));
        add("second of the file", PresetKind::OfFile(1));
        assert_eq!(from_json(&to_json(&presets)), presets);
    }

    #[test]
    fn what_cannot_be_read_costs_itself_alone() {
        let text = r#"[{"name":"a","kind":"computed"},{"name":"b","kind":"of tomorrow"},{"name":"c"}]"#;
        assert_eq!(from_json(text).len(), 1);
        assert!(from_json("{").is_empty() && from_json("").is_empty());
    }
}
