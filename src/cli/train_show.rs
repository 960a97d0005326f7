//! How runs of training are shown on the terminal, and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::domain::model::{ModelTask, hex_from_hash};
use crate::domain::training::estimate::{Computer, Estimate};
use crate::domain::training::recipe::{Preset, Recipe};
use crate::domain::training::run::RunState;
use crate::store::StoredModel;
use crate::workflows::train::TrainingSummary;
use crate::workflows::train_outcome::ModelHistory;

pub(super) fn list_text(runs: &[TrainingSummary]) -> String {
    if runs.is_empty() {
        return "The project has no runs of training. Start one with rachis train.\n".to_owned();
    }
    let mut text = String::new();
    for run in runs {
        let (stored, content) = (&run.stored, &run.stored.content);
        let state = run.state().map_or("gone", RunState::as_str);
        let steps = run.status.as_ref().map_or_else(String::new, |s| format!("{} of {}", s.step, s.num_steps));
        let best = run.status.as_ref().and_then(|s| s.best.as_ref());
        let best = best.map_or_else(String::new, |best| format!("{} {:.3}", best.name, best.value));
        let _ = writeln!(
            text,
            "{:>4}  {state:<11}  {steps:<16}  {best:<16}  {:<24}  {}",
            stored.id.0, content.architecture, content.name
        );
    }
    text
}

pub(super) fn status_text(run: &TrainingSummary) -> String {
    let content = &run.stored.content;
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:<12}{value}");
        }
    };
    line("run", &format!("{}, {}", run.stored.id.0, content.name));
    line("network", &format!("{}, preset {}", content.architecture, content.preset));
    line("state", run.state().map_or("gone", RunState::as_str));
    if let Some(status) = &run.status {
        line("stage", &status.stage);
        line("steps", &format!("{} of {}", status.step, status.num_steps));
        line("time left", &status.eta_secs.map_or_else(String::new, duration));
        line("device", &status.device);
        if let Some(best) = &status.best {
            line("best", &format!("{} {:.4} at step {}", best.name, best.value, best.step));
        }
        line("why", status.message.as_deref().unwrap_or_default());
        line("advice", status.advice.as_deref().unwrap_or_default());
    }
    line("together as", content.group.as_deref().unwrap_or_default());
    line("note", &run.stored.note);
    line("model", &run.stored.made_model.map_or_else(String::new, |id| id.0.to_string()));
    text
}

pub(super) fn list_json(runs: &[TrainingSummary]) -> Value {
    runs.iter().map(status_json).collect()
}

pub(super) fn status_json(run: &TrainingSummary) -> Value {
    let content = &run.stored.content;
    let status = run.status.as_ref().map(|status| {
        let best = status.best.as_ref();
        json!({
            "state": status.state.as_str(),
            "stage": status.stage,
            "step": status.step,
            "num_steps": status.num_steps,
            "eta_secs": status.eta_secs,
            "films_ready": status.films_ready,
            "best": best.map(|best| json!({"name": best.name, "value": best.value, "step": best.step})),
            "message": status.message,
            "advice": status.advice,
            "device": status.device,
            "updated_at_ms": status.updated_at_ms,
        })
    });
    json!({
        "id": run.stored.id.0,
        "name": content.name,
        "architecture": content.architecture,
        "preset": content.preset,
        "dataset": content.dataset.0,
        "group": content.group,
        "made_at_ms": content.made_at_ms,
        "made_by": content.made_by,
        "note": run.stored.note,
        "model": run.stored.made_model.map(|id| id.0),
        "status": status,
    })
}

pub(super) fn estimate_text(plan: &Estimate, computer: &Computer) -> String {
    let gib = |bytes: u64| match bytes >> 20 {
        mib @ ..1024 => format!("{mib} MiB"),
        mib => format!("{:.1} GiB", mib as f64 / 1024.0),
    };
    let on = computer.graphics.as_ref().map_or("the processor", |card| card.name.as_str());
    let basis = if plan.is_measured { "as a former run here" } else { "by a table; it may be wrong by a factor of 3" };
    let mut text = String::new();
    let _ = writeln!(text, "time        about {}, {basis}", duration(plan.total_secs));
    let _ = writeln!(text, "step        about {}", duration(plan.step_secs));
    let _ = writeln!(text, "memory      about {} on {on}", gib(plan.memory_bytes));
    let _ = writeln!(text, "disk        about {}", gib(plan.disk_bytes));
    let _ = writeln!(text, "each film   {:.1} times", plan.num_rounds);
    for warning in &plan.warnings {
        let _ = writeln!(text, "warning     {warning}");
    }
    text
}

pub(super) fn estimate_json(plan: &Estimate) -> Value {
    json!({
        "total_secs": plan.total_secs,
        "step_secs": plan.step_secs,
        "memory_bytes": plan.memory_bytes,
        "disk_bytes": plan.disk_bytes,
        "rounds": plan.num_rounds,
        "measured": plan.is_measured,
        "warnings": plan.warnings,
    })
}

pub(super) fn history_text(model: &StoredModel, history: &ModelHistory) -> String {
    let mut text = format!("{}\n", model.full_name());
    for lesson in &history.lessons {
        let _ = writeln!(
            text,
            "  run {}, {}: {} steps on {} films of {} (chosen by {}), data sha256 {}",
            lesson.run.0,
            lesson.run_name,
            lesson.num_steps,
            lesson.num_films[0],
            lesson.dataset_name,
            lesson.num_films[1],
            hex_from_hash(&lesson.dataset_sha256)
        );
    }
    match &history.began_with {
        Some(weights) => {
            let _ = writeln!(text, "  before: {weights}, which was not made in this project");
        }
        None if history.lessons.is_empty() => text.push_str("  It was not trained in this project.\n"),
        None => text.push_str("  before: nothing\n"),
    }
    text
}

pub(super) fn parameters_text(task: ModelTask) -> String {
    let [paper, released] = [Preset::Paper, Preset::ReleasedCode].map(|preset| Recipe::new(task, preset));
    let mut text = format!("{:<24}{:<16}{:<16}\n", "", "paper", "released code");
    for row in Recipe::rows(task) {
        let value = |recipe: &Recipe| recipe.get(row.key).map_or_else(String::new, ToString::to_string);
        let _ = writeln!(text, "{:<24}{:<16}{:<16}{}", row.name, value(&paper), value(&released), row.help);
    }
    text
}

fn duration(secs: f64) -> String {
    match secs {
        ..0.1 => format!("{:.0} ms", secs * 1000.0),
        ..10.0 => format!("{secs:.1} s"),
        ..100.0 => format!("{secs:.0} s"),
        ..6000.0 => format!("{:.0} min", secs / 60.0),
        ..172_800.0 => format!("{:.1} h", secs / 3600.0),
        _ => format!("{:.1} days", secs / 86_400.0),
    }
}
