//! Of the screen of training: dev films with what the newest weights say of them, beside what is held for true.

use egui::{Align2, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2};

use crate::domain::geometry;
use crate::domain::model::ModelTask;
use crate::domain::suggestion::ModelVisibility;
use crate::domain::task::TaskState;
use crate::session::training::{RunRow, SampleFilm};
use crate::session::{Command, Session, TrainCommand};
use crate::ui::evaluate_screen::{CropKey, Shelved};
use crate::ui::words::{tr, tr_args, translated_name};
use crate::ui::{Panel, kit, theme};

use super::weak;
use super::words::number_text;

const TILE: f32 = 218.0;
const TEXT: f32 = 20.0;
const GAP: f32 = 10.0;
/// Boxes of less say nothing to a person; early weights have hundreds of them.
const LEAST_SCORE: f64 = 0.2;
const MOST_BOXES: usize = 12;

pub(super) fn samples_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRow) {
    let session = panel.session;
    let Some(kept) = session.training.figures.get(&run.id).filter(|kept| !kept.samples.is_empty()) else { return };
    let step = number_text(kept.sample_step);
    kit::section(ui, &tr_args("Dev films as the weights of step {} see them", &[&step]));
    weak(ui, &legend(session, run.architecture.task(), &kept.samples));
    let columns = ((ui.available_width() + GAP) / (TILE + GAP)).floor().max(1.0) as usize;
    for row in kept.samples.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for film in row {
                tile_ui(ui, panel, film);
            }
        });
        ui.add_space(GAP);
    }
}

/// What the pictures show, and what they leave out and why.
fn legend(session: &Session, task: ModelTask, films: &[SampleFilm]) -> String {
    let is_hidden = |film: &SampleFilm| may_see(session, film) && !may_see_truth(session, film);
    let shows_truth = films.iter().any(|film| may_see(session, film) && may_see_truth(session, film));
    let score = score_text();
    let mut sentences = Vec::new();
    match (task, shows_truth) {
        (ModelTask::Classify, _) => {}
        (ModelTask::Detect, true) => {
            sentences.push(tr_args(
                "Dashed: held for true. Solid: what the model says, where its score is {} or more.",
                &[&score],
            ));
        }
        (ModelTask::Detect, false) => {
            sentences.push(tr_args("Solid: what the model says, where its score is {} or more.", &[&score]));
        }
    }
    sentences.push(tr("These films are not learned from.").to_owned());
    if films.iter().any(is_hidden) {
        let text = tr("What other readers hold for true is not shown: readers of this project read apart.");
        sentences.push(text.to_owned());
    }
    sentences.join(" ")
}

fn score_text() -> String {
    format!("{LEAST_SCORE:.1}")
}

/// A reader who is to read without the model learns nothing of it here before the own reading is completed.
fn may_see(session: &Session, film: &SampleFilm) -> bool {
    let visibility = session.project.as_ref().map_or(ModelVisibility::Off, |open| open.settings.model_visibility);
    let is_read = session.worklist.row(&film.image).is_some_and(|row| row.state == TaskState::Completed);
    visibility == ModelVisibility::Always || is_read
}

/// What other readers marked is not shown where readers are kept apart.
fn may_see_truth(session: &Session, film: &SampleFilm) -> bool {
    let is_open = session.project.as_ref().is_some_and(|open| open.settings.is_open);
    is_open || film.readers.iter().all(|reader| Some(reader) == session.reader_id())
}

fn tile_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &SampleFilm) {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(TILE, TILE + TEXT), Sense::click());
    let picture = Rect::from_min_size(rect.min, Vec2::splat(TILE));
    ui.painter().rect_filled(picture, 3.0, theme::CANVAS);
    if !may_see(panel.session, film) {
        let text = tr("Shown after your own reading");
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, text));
        let job = egui::text::LayoutJob::simple(text.to_owned(), theme::small_font(), theme::film::WEAK, TILE - 40.0);
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(picture.center() - galley.size() / 2.0, galley, theme::film::WEAK);
        return;
    }
    let text = said(film, may_see_truth(panel.session, film));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("Dev film: {}", &[&text])));
    let key = CropKey::new(film.image.clone(), None, 0);
    let [width, height] = film.size.map(|side| side.max(1) as f32);
    let scale = (TILE / width).min(TILE / height);
    let inner = Rect::from_center_size(picture.center(), Vec2::new(width, height) * scale);
    match panel.state.crops.look(&key) {
        Shelved::There(texture, _) => {
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), inner, uv, theme::UNTINTED);
        }
        Shelved::Failed => {
            let text = tr("This film can't be shown.");
            ui.painter().text(picture.center(), Align2::CENTER_CENTER, text, theme::small_font(), theme::film::WEAK);
        }
        Shelved::OnItsWay => {}
    }
    boxes_ui(ui, panel.session, film, inner, scale);
    let at = pos2(picture.left() + 2.0, picture.bottom() + 3.0);
    ui.painter().text(at, Align2::LEFT_TOP, &text, theme::small_font(), theme::text());
    if response.clicked() {
        panel.ask(Command::Train(TrainCommand::OpenFilm(film.image.clone())));
    }
    response.on_hover_text(tr("A click opens the film"));
}

/// `p(abnormal) 0.93, held for abnormal` or `3 boxes ≥ 0.2, 4 held for true`; of the truth only where it may be seen.
fn said(film: &SampleFilm, with_truth: bool) -> String {
    if let Some(p) = film.probability {
        if !with_truth {
            return tr_args("p(abnormal) {}", &[&format!("{p:.2}")]);
        }
        let truth = if film.is_abnormal { tr("abnormal") } else { tr("normal") };
        return tr_args("p(abnormal) {}, held for {}", &[&format!("{p:.2}"), &truth]);
    }
    let num = film.detections.iter().filter(|one| one.score >= LEAST_SCORE).count();
    if !with_truth {
        return tr_args("{} boxes ≥ {}", &[&num, &score_text()]);
    }
    tr_args("{} boxes ≥ {}, {} held for true", &[&num, &score_text(), &film.truth.len()])
}

fn boxes_ui(ui: &Ui, session: &Session, film: &SampleFilm, inner: Rect, scale: f32) {
    let place = |rect: &geometry::Rect| {
        let at = |x: f64, y: f64| inner.min + Vec2::new(x as f32, y as f32) * scale;
        Rect::from_two_pos(at(rect.xmin(), rect.ymin()), at(rect.xmax(), rect.ymax())).intersect(inner)
    };
    let painter = ui.painter();
    // A classifier says nothing of places.
    if film.probability.is_none() && may_see_truth(session, film) {
        for (_, rect) in &film.truth {
            let rect = place(rect);
            let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
            let stroke = Stroke::new(theme::BOX_STROKE, theme::film::GOOD);
            painter.extend(egui::Shape::dashed_line(&corners, stroke, 5.0, 3.0));
        }
    }
    let shown = film.detections.iter().filter(|one| one.score >= LEAST_SCORE).take(MOST_BOXES);
    for one in shown {
        let rect = place(&one.rect);
        painter.rect_stroke(rect, 0.0, Stroke::new(theme::BOX_STROKE, theme::film::ACCENT), StrokeKind::Inside);
        let name = format!("{} {:.2}", translated_name(one.label.as_str()), one.score);
        let galley = painter.layout_no_wrap(name, theme::small_font(), theme::film::STRONG);
        if galley.size().x < rect.width() + 20.0 {
            painter.galley(rect.left_top() + Vec2::new(2.0, 1.0), galley, theme::film::STRONG);
        }
    }
}
