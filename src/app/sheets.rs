//! Plots to files and to the system's clipboard.

use std::io::Cursor;
use std::path::Path;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::formats::{plot_csv, svg};
use crate::session::{Event, Sheet};
use crate::ui::plot_picture;

/// Pixels a point: sharp in print at the width of a column.
const SCALE: f32 = 3.0;

/// Writes PNG, SVG or CSV, as the ending says, and tells how it went.
pub(super) fn write(sheet: &Sheet, to: &Path) -> Event {
    let ending = to.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let bytes = match ending.as_deref() {
        Some("png") => png(sheet),
        Some("svg") => Ok(match sheet {
            Sheet::Plot(plot) => svg::from_plot(plot).into_bytes(),
            Sheet::Matrix(matrix) => svg::from_matrix(matrix).into_bytes(),
        }),
        Some("csv") => Ok(match sheet {
            Sheet::Plot(plot) => plot_csv::from_plot(plot).into_bytes(),
            Sheet::Matrix(matrix) => plot_csv::from_matrix(matrix).into_bytes(),
        }),
        _ => Err("its name must end in .png, .svg or .csv".to_owned()),
    };
    let written = bytes.and_then(|bytes| std::fs::write(to, bytes).map_err(|error| error.to_string()));
    Event::Warning(match written {
        Ok(()) => format!("The plot is written to {}", to.display()),
        Err(why) => {
            format!("The plot was not written to {}: {why}. Nothing else changed; choose another file.", to.display())
        }
    })
}

/// Puts a picture on the clipboard.
pub(super) fn copy(context: &egui::Context, sheet: &Sheet) -> Event {
    context.copy_image(plot_picture(sheet, SCALE));
    context.request_repaint();
    Event::Warning("The plot is on the clipboard, as a picture.".to_owned())
}

fn png(sheet: &Sheet) -> Result<Vec<u8>, String> {
    let picture = plot_picture(sheet, SCALE);
    let rgb: Vec<u8> = picture.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
    let mut png = Vec::new();
    let encoder = PngEncoder::new(Cursor::new(&mut png));
    let size = picture.size.map(|side| side as u32);
    encoder.write_image(&rgb, size[0], size[1], ExtendedColorType::Rgb8).map_err(|error| error.to_string())?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::plot::{Axis, Plot, Series, Style};

    fn sheet() -> Sheet {
        Sheet::Plot(Plot {
            key: "roc",
            title: "ROC of films".into(),
            x: Axis::unit("1 - specificity"),
            y: Axis::unit("Sensitivity"),
            series: vec![Series {
                name: "AUROC 90.00 %".into(),
                style: Style::Line,
                color: 0,
                points: vec![[0.0, 0.0], [0.2, 0.8], [1.0, 1.0]],
            }],
            dots: vec![([0.2, 0.8], 0)],
            caption: "10 films".into(),
        })
    }

    #[test]
    fn a_plot_is_written_as_its_name_ends() {
        let folder = tempfile::tempdir().unwrap();
        for (name, start) in [("a.png", &b"\x89PNG"[..]), ("a.svg", b"<svg"), ("A.CSV", b"")] {
            let to = folder.path().join(name);
            let Event::Warning(text) = write(&sheet(), &to) else { panic!("an answer") };
            assert!(text.starts_with("The plot is written"), "{text}");
            let bytes = std::fs::read(&to).unwrap();
            assert!(
                bytes.len() > 40 && bytes.windows(start.len().max(1)).any(|part| part.starts_with(start)),
                "{name}"
            );
        }
        let Event::Warning(text) = write(&sheet(), &folder.path().join("a.pdf")) else { panic!("an answer") };
        assert!(text.contains("must end in .png, .svg or .csv"), "{text}");
    }

    /// The curve, the letters and the ground are there: three of the many colours, each more than a spot.
    #[test]
    fn the_picture_has_ground_ink_and_curve() {
        let picture = plot_picture(&sheet(), 2.0);
        assert_eq!(picture.size, [1120, 920]);
        let count = |is: &dyn Fn(&egui::Color32) -> bool| picture.pixels.iter().filter(|pixel| is(pixel)).count();
        let ground = picture.pixels[picture.pixels.len() / 2 + 40];
        assert!(count(&|pixel| *pixel == ground) > 500_000);
        assert!(count(&|pixel| pixel.b() > 100 && pixel.r() < 60) > 500, "the curve");
        assert!(count(&|pixel| pixel.r() < 60 && pixel.b() < 60) > 300, "letters");
    }
}
