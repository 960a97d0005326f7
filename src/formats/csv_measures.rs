//! The table of measurements: one row for each value, so that a spreadsheet or pandas filters and pivots it as it is.
//!
//! | column | what |
//! |---|---|
//! | `image_id`, `rad_id` | the film and the reader |
//! | `measurement` | the measurement's number in the project; its values share it |
//! | `kind` | `ruler`, `angle`, `cobb`, `vertebral_height`, `slip`, `cardiothoracic`, `ellipse`, `rectangle`, `probe` |
//! | `points` | `x y` of each point in image pixels, parted by semicolons |
//! | `quantity` | what the value is: `length`, `anterior_height`; empty where the film could not be read; no pixel values of films of several frames, since a measurement names no frame |
//! | `value` | a number not rounded, or a grade in words |
//! | `unit` | `mm`, `mm2`, `px`, `px2`, `deg`, `%`, that of the film's own values, or none |
//! | `scale_source` | where millimetres come from: `pixel_spacing`, `pixel_spacing_uncalibrated`, `imager_pixel_spacing`, the same over a magnification (`imager_pixel_spacing/1.1`), `nominal_scanned_pixel_spacing`, or `none` |

use super::{csv_cell, number};
use crate::domain::imaging::SpacingSource;
use crate::domain::measure::{Amount, MeasureShape, Readout};

pub const HEADER: &str = "image_id,rad_id,measurement,kind,points,quantity,value,unit,scale_source\n";

/// A measurement on its way out.
#[derive(Clone, Debug)]
pub struct MeasureOut<'a> {
    pub image: &'a str,
    pub reader: &'a str,
    pub id: i64,
    pub shape: &'a MeasureShape,
    /// Values and the source of the film's scale; `None` where the film could not be read.
    pub values: Option<(&'a [Readout], SpacingSource)>,
}

/// Appends a row for each value; one without a value where there is none.
pub fn push(out: &mut String, measured: &MeasureOut<'_>) {
    let Some((readouts, source)) = measured.values.filter(|(readouts, _)| !readouts.is_empty()) else {
        push_key(out, measured);
        out.push_str(",,,\n");
        return;
    };
    for readout in readouts {
        push_key(out, measured);
        push_text(out, &readout.name.replace(' ', "_"));
        out.push(',');
        match (&readout.amount, readout.amount.number()) {
            (_, Some(value)) => number::push(out, value),
            (Amount::Grade(grade), None) => push_text(out, grade),
            (_, None) => {}
        }
        out.push(',');
        push_text(out, readout.amount.unit());
        out.push(',');
        push_source(out, source);
        out.push('\n');
    }
}

/// How many rows [`push`] appends.
pub fn num_rows(measured: &MeasureOut<'_>) -> usize {
    measured.values.map_or(1, |(readouts, _)| readouts.len().max(1))
}

fn push_key(out: &mut String, measured: &MeasureOut<'_>) {
    push_text(out, measured.image);
    out.push(',');
    push_text(out, measured.reader);
    out.push(',');
    out.push_str(&measured.id.to_string());
    out.push(',');
    out.push_str(measured.shape.kind().key());
    out.push(',');
    for (i, point) in measured.shape.points().iter().enumerate() {
        if i > 0 {
            out.push(';');
        }
        number::push(out, point.x);
        out.push(' ');
        number::push(out, point.y);
    }
    out.push(',');
}

fn push_source(out: &mut String, source: SpacingSource) {
    out.push_str(match source {
        SpacingSource::PixelSpacing { is_calibrated: true } => "pixel_spacing",
        SpacingSource::PixelSpacing { is_calibrated: false } => "pixel_spacing_uncalibrated",
        SpacingSource::ImagerPixelSpacing { .. } => "imager_pixel_spacing",
        SpacingSource::NominalScannedPixelSpacing => "nominal_scanned_pixel_spacing",
        SpacingSource::None => "none",
    });
    if let SpacingSource::ImagerPixelSpacing { magnification: Some(magnification) } = source {
        out.push('/');
        number::push(out, magnification);
    }
}

fn push_text(out: &mut String, text: &str) {
    csv_cell::push_cell(out, &csv_cell::with_guard(text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::Point;
    use crate::domain::imaging::PixelGeometry;
    use crate::domain::measure::{MeasureKind, values};

    #[test]
    fn one_row_for_each_value() {
        let points = [(0.0, 10.0), (8.0, 10.0), (-1.5, 9.0)].map(|(x, y)| Point::new(x, y));
        let shape = MeasureShape::new(MeasureKind::Slip, points.to_vec()).expect("three points");
        let source = SpacingSource::ImagerPixelSpacing { magnification: Some(1.25) };
        let readouts = values(&shape, &PixelGeometry::spaced([0.5, 0.5], source), None).readouts();
        let measured =
            MeasureOut { image: "a", reader: "=R1", id: 7, shape: &shape, values: Some((&readouts, source)) };
        let mut out = String::new();
        push(&mut out, &measured);
        assert_eq!(
            out,
            "a,'=R1,7,slip,0 10;8 10;-1.5 9,slip,-18.75,%,imager_pixel_spacing/1.25\n\
             a,'=R1,7,slip,0 10;8 10;-1.5 9,grade,Meyerding I,,imager_pixel_spacing/1.25\n\
             a,'=R1,7,slip,0 10;8 10;-1.5 9,displacement,-0.75,mm,imager_pixel_spacing/1.25\n\
             a,'=R1,7,slip,0 10;8 10;-1.5 9,end_plate,4,mm,imager_pixel_spacing/1.25\n"
        );
        assert_eq!(num_rows(&measured), 4);
        let uncalibrated = SpacingSource::PixelSpacing { is_calibrated: false };
        out.clear();
        push(&mut out, &MeasureOut { values: Some((&readouts[3..], uncalibrated)), ..measured });
        assert_eq!(out, "a,'=R1,7,slip,0 10;8 10;-1.5 9,end_plate,4,mm,pixel_spacing_uncalibrated\n");
        let unread = MeasureOut { values: None, reader: "R1", ..measured };
        out.clear();
        push(&mut out, &unread);
        assert_eq!(out, "a,R1,7,slip,0 10;8 10;-1.5 9,,,,\n");
        assert_eq!(num_rows(&unread), 1);
    }
}
