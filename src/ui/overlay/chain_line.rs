//! The steps between the film's values and the screen, in one line.

use crate::domain::imaging::{ChainStep, Interpolation, ScreenFacts, VoiFunction, chain_text, minification};
use crate::session::{OpenFilm, Pane, Session};
use crate::ui::UiState;
use crate::ui::words::{tr, tr_args};

/// "12 bit → rescale → window → bilinear → 8 bit, dithered"; empty while the film is not there.
pub(super) fn chain_line(session: &Session, state: &UiState, pane: &Pane, film: &OpenFilm) -> String {
    let (Some(display), Some(picture)) = (&film.display, film.film()) else { return String::new() };
    let to_image = film.viewport.image_from_screen(pane.canvas, film.grid());
    let to_image = to_image.from_framebuffer(0.0, 0.0, pane.canvas.pixels_per_point);
    let screen = ScreenFacts {
        minification: minification(&to_image),
        interpolation: session.settings.interpolation,
        is_dithered: session.settings.is_dithered,
        bits: state.screen_bits,
        can_enhance: state.can_enhance,
    };
    let steps = chain_text(picture, display, &screen);
    steps.iter().map(step_text).collect::<Vec<_>>().join(" → ")
}

fn step_text(step: &ChainStep) -> String {
    match step {
        ChainStep::Stored { bits } => tr_args("{} bit", &[bits]),
        ChainStep::Colour => tr("Colour").to_owned(),
        ChainStep::Padding => tr("padding black").to_owned(),
        ChainStep::Rescale { slope, intercept } => tr_args("rescale × {} + {}", &[slope, intercept]),
        ChainStep::ModalityLut => tr("modality LUT").to_owned(),
        ChainStep::LocalContrast(_) => tr("local contrast").to_owned(),
        ChainStep::Sharpening(_) => tr("sharpened").to_owned(),
        ChainStep::Equalised => "CLAHE".to_owned(),
        ChainStep::Minified => tr("averaged").to_owned(),
        ChainStep::Magnified(Interpolation::Nearest) => tr("nearest pixel").to_owned(),
        ChainStep::Magnified(Interpolation::Bilinear) => tr("bilinear").to_owned(),
        ChainStep::Magnified(Interpolation::Lanczos) => "Lanczos".to_owned(),
        ChainStep::Window(VoiFunction::Linear) => tr("window").to_owned(),
        ChainStep::Window(VoiFunction::LinearExact) => tr("exact window").to_owned(),
        ChainStep::Window(VoiFunction::Sigmoid) => tr("sigmoid window").to_owned(),
        ChainStep::VoiLut => tr("VOI LUT").to_owned(),
        ChainStep::Inverted => tr("inverted").to_owned(),
        ChainStep::Screen { bits, is_dithered: true } => tr_args("{} bit, dithered", &[bits]),
        ChainStep::Screen { bits, is_dithered: false } => tr_args("{} bit", &[bits]),
    }
}
