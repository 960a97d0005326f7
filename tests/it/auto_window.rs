//! The computed window on real radiographs: how much anatomy it clips and how many grey levels it gives to it, beside
//! simple windows, and how near it comes to the windows that the files' makers chose.

use std::path::{Path, PathBuf};

use dicom_core::value::{PixelFragmentSequence, Value};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use rachis::dicom::{FilmFile, InProcess, Input};
use rachis::domain::geometry::{Point, Rect};
use rachis::domain::imaging::{
    DisplayFacts, DisplaySettings, Enhancement, Film, GreyPlane, GreyScale, Pixels, Voi, Window, auto_window,
    window_between,
};

use crate::dicom_zoo::{correlation, films, read_csv};

/// A film of the collection and the boxes around its anatomy.
struct BoxedFilm {
    path: PathBuf,
    boxes: Vec<Rect>,
}

/// What one window does to the anatomy of many films, means over the films in per cent.
#[derive(Default)]
struct Figures {
    black: Vec<f64>,
    white: Vec<f64>,
    /// Grey levels between the 1st and the 99th percentile of the anatomy, as a share of 255.
    levels: Vec<f64>,
}

type WindowOf = fn(&Film) -> Window;

const WINDOWS: [(&str, WindowOf); 3] =
    [("computed", auto_window), ("0.5-99.5 %", whole_percentiles), ("min-max", least_to_greatest)];

fn least_to_greatest(film: &Film) -> Window {
    let (low, high) = film.histogram().unwrap().range().unwrap();
    window_between(low, high)
}

fn whole_percentiles(film: &Film) -> Window {
    let histogram = film.histogram().unwrap();
    window_between(histogram.value_at(0.005).unwrap(), histogram.value_at(0.995).unwrap())
}

impl Figures {
    fn add(&mut self, film: &Film, boxes: &[Rect], window: Window) {
        let shown = Shown::new(film, Voi::Window(window));
        let mut counts = [0u64; 256];
        for (at, index) in some_pixels(film) {
            if boxes.iter().any(|b| b.contains(at)) {
                counts[usize::from(shown.level(index))] += 1;
            }
        }
        let num: u64 = counts.iter().sum();
        let nth = |share: f64| {
            let mut seen = 0;
            counts.iter().position(|&c| {
                seen += c;
                seen as f64 >= share * num as f64
            })
        };
        self.black.push(100.0 * counts[0] as f64 / num as f64);
        self.white.push(100.0 * counts[255] as f64 / num as f64);
        self.levels.push(100.0 * (nth(0.99).unwrap() as f64 - nth(0.01).unwrap() as f64) / 255.0);
    }

    fn line(&self, name: &str) -> String {
        format!(
            "{name:12} clipped to black {:5.2} % (worst {:5.2}), to white {:5.2} % (worst {:5.2}), levels used {:5.1} % (least {:5.1})",
            mean(&self.black),
            greatest(&self.black),
            mean(&self.white),
            greatest(&self.white),
            mean(&self.levels),
            self.levels.iter().copied().fold(f64::INFINITY, f64::min),
        )
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn greatest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// The grey levels of a film under one setting, pixel by pixel.
struct Shown<'a> {
    texels: &'a [u16],
    scale: GreyScale,
}

impl<'a> Shown<'a> {
    fn new(film: &'a Film, voi: Voi) -> Self {
        let Pixels::Grey(plane) = &film.pixels else { panic!("a grey film") };
        let scale =
            GreyScale::new(film, &DisplaySettings { voi, is_inverted: false, enhancement: Enhancement::default() })
                .unwrap();
        Self { texels: &plane.texels, scale }
    }

    fn level(&self, index: usize) -> u8 {
        self.scale.level(self.texels[index])
    }
}

/// Middles and indices of at most a quarter million pixels of a film, evenly over it.
fn some_pixels(film: &Film) -> impl Iterator<Item = (Point, usize)> + use<> {
    let step = (f64::from(film.width * film.height) / 250_000.0).sqrt().ceil().max(1.0) as usize;
    let (width, height) = (film.width as usize, film.height as usize);
    (0..height).step_by(step).flat_map(move |y| {
        (0..width).step_by(step).map(move |x| (Point::new(x as f64 + 0.5, y as f64 + 0.5), y * width + x))
    })
}

/// A picture file as a film: PNG as it is, JPEG through the program's own decoder; of colours the green.
fn picture(path: &Path) -> Film {
    let bytes = std::fs::read(path).unwrap();
    if bytes.starts_with(b"\x89PNG") {
        let grey = image::load_from_memory(&bytes).unwrap().to_luma8();
        return grey_film(grey.width(), grey.height(), grey.iter().map(|&b| u16::from(b)).collect());
    }
    let film = FilmFile::from_input(Input::from_bytes(wrapped(&bytes))).unwrap().film(0, &mut InProcess).unwrap().film;
    match film.pixels {
        Pixels::Grey(plane) => grey_film(film.width, film.height, plane.texels),
        Pixels::Rgb(rgb) => grey_film(film.width, film.height, rgb.chunks_exact(3).map(|c| u16::from(c[1])).collect()),
    }
}

fn grey_film(width: u32, height: u32, texels: Vec<u16>) -> Film {
    let facts = DisplayFacts { bits_stored: 8, ..DisplayFacts::default() };
    Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

/// A JPEG as a DICOM file around it.
fn wrapped(jpeg: &[u8]) -> Vec<u8> {
    let mut pos = 2;
    let frame = loop {
        let length = usize::from(u16::from_be_bytes([jpeg[pos + 2], jpeg[pos + 3]]));
        if matches!(jpeg[pos + 1], 0xc0..=0xc2) {
            break &jpeg[pos + 4..pos + 2 + length];
        }
        pos += 2 + length;
    };
    let number = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
    let num_samples = u16::from(frame[5]);
    let mut object = InMemDicomObject::new_empty();
    let mut put = |tag, vr, value: PrimitiveValue| {
        object.put(DataElement::new(tag, vr, value));
    };
    put(tags::SOP_CLASS_UID, VR::UI, uids::SECONDARY_CAPTURE_IMAGE_STORAGE.into());
    put(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3".into());
    put(tags::SAMPLES_PER_PIXEL, VR::US, num_samples.into());
    put(
        tags::PHOTOMETRIC_INTERPRETATION,
        VR::CS,
        if num_samples == 3 { "YBR_FULL_422".into() } else { "MONOCHROME2".into() },
    );
    put(tags::PLANAR_CONFIGURATION, VR::US, 0u16.into());
    put(tags::ROWS, VR::US, number(1).into());
    put(tags::COLUMNS, VR::US, number(3).into());
    for (tag, value) in [(tags::BITS_ALLOCATED, 8u16), (tags::BITS_STORED, 8), (tags::HIGH_BIT, 7)] {
        put(tag, VR::US, value.into());
    }
    put(tags::PIXEL_REPRESENTATION, VR::US, 0u16.into());
    let fragments = PixelFragmentSequence::new_fragments(vec![jpeg.to_vec()]);
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, Value::PixelSequence(fragments)));
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::JPEG_BASELINE8_BIT);
    let mut bytes = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
    bytes
}

/// Films of a COCO file with at least one box.
fn boxed_films(coco: &Path) -> Vec<BoxedFilm> {
    let tree: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(coco).unwrap()).unwrap();
    let rows = |key: &str| tree[key].as_array().unwrap().iter();
    let boxes_of = |image: &serde_json::Value| {
        let own = rows("annotations").filter(|a| a["image_id"] == image["id"]);
        own.filter_map(|a| {
            let [x, y, w, h] = [0, 1, 2, 3].map(|n| a["bbox"][n].as_f64().unwrap());
            Rect::from_columns(x, y, x + w, y + h)
        })
        .collect()
    };
    let folder = coco.parent().unwrap().join("images");
    let all = rows("images")
        .map(|image| BoxedFilm { path: folder.join(image["file_name"].as_str().unwrap()), boxes: boxes_of(image) });
    all.filter(|film| !film.boxes.is_empty()).collect()
}

/// Where `RACHIS_SHEETS` names a folder, pictures to judge by eye: least to greatest with what is left out, computed.
fn write_sheet(set: &str, name: &str, film: &Film) {
    let Some(folder) = std::env::var_os("RACHIS_SHEETS") else { return };
    let field = film.exposed_field();
    let before = Shown::new(film, Voi::Window(least_to_greatest(film)));
    let after = Shown::new(film, Voi::Window(auto_window(film)));
    let step = film.width.max(film.height).div_ceil(400);
    let (width, height) = (film.width / step, film.height / step);
    let mut picture = image::RgbImage::new(width * 2, height);
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let index = (y * step * film.width + x * step) as usize;
        let (a, b) = (before.level(index), after.level(index));
        let is_inside = field.contains(Point::new(f64::from(x * step) + 0.5, f64::from(y * step) + 0.5));
        picture.put_pixel(x, y, image::Rgb(if is_inside { [a; 3] } else { [255, a / 2, a / 2] }));
        picture.put_pixel(x + width, y, image::Rgb([b; 3]));
    }
    let folder = PathBuf::from(folder).join(set);
    std::fs::create_dir_all(&folder).unwrap();
    picture.save(folder.join(format!("{name}.png"))).unwrap();
}

/// Figures of the three windows over a set, printed.
fn measured(set: &str, coco: &Path) -> Vec<Figures> {
    let mut figures: Vec<Figures> = WINDOWS.iter().map(|_| Figures::default()).collect();
    let all = boxed_films(coco);
    for boxed in &all {
        let film = picture(&boxed.path);
        for ((_, window_of), figures) in WINDOWS.iter().zip(&mut figures) {
            figures.add(&film, &boxed.boxes, window_of(&film));
        }
        write_sheet(set, &boxed.path.file_stem().unwrap().to_string_lossy(), &film);
    }
    println!("{set}: {} films", all.len());
    for ((name, _), figures) in WINDOWS.iter().zip(&figures) {
        println!("  {}", figures.line(name));
    }
    figures
}

/// Holds the computed window to these limits, in per cent: mean and worst share clipped (black and white together), and
/// the least mean share of grey levels used.
fn hold(figures: &Figures, mean_clipped: f64, worst_clipped: f64, levels: f64) {
    let clipped: Vec<f64> = figures.black.iter().zip(&figures.white).map(|(black, white)| black + white).collect();
    assert!(mean(&clipped) < mean_clipped, "{:.3} % of the anatomy clipped on average", mean(&clipped));
    assert!(greatest(&clipped) < worst_clipped, "{:.2} % of the anatomy clipped on a film", greatest(&clipped));
    assert!(mean(&figures.levels) > levels, "{:.1} % of the grey levels used", mean(&figures.levels));
}

/// Clips less than percentiles of the whole film do, and gives the anatomy more grey levels than its whole range does.
fn is_better_than_the_simple_ones(figures: &[Figures]) {
    let clipped = |figures: &Figures| mean(&figures.black) + mean(&figures.white);
    assert!(clipped(&figures[0]) < clipped(&figures[1]));
    assert!(mean(&figures[0].levels) > mean(&figures[2].levels) + 10.0);
}

#[test]
fn chests_keep_their_lungs() {
    let Some(folder) = films("xray") else { return };
    let figures = measured("chest", &folder.join("cxr/lungs_coco.json"));
    hold(&figures[0], 0.3, 1.5, 70.0);
    is_better_than_the_simple_ones(&figures);
}

#[test]
fn spines_keep_their_vertebrae() {
    let Some(folder) = films("xray") else { return };
    let figures = measured("whole spine", &folder.join("spine_vertebrae/vertebrae_coco.json"));
    hold(&figures[0], 0.1, 1.5, 88.0);
    let figures = measured("spine", &folder.join("spine_fraiwan/vertebrae_coco.json"));
    hold(&figures[0], 0.4, 3.0, 68.0);
    is_better_than_the_simple_ones(&figures);
}

#[test]
fn computed_windows_are_near_the_makers() {
    let Some(folder) = films("zoo") else { return };
    for row in read_csv(&folder.join("manifest.csv")).iter().filter(|row| row["is_radiograph"] == "1") {
        let mut opened = FilmFile::open_path(&folder.join(&row["file"])).unwrap();
        let film = opened.film(0, &mut InProcess).unwrap().film;
        if matches!(film.pixels, Pixels::Rgb(_)) {
            continue;
        }
        write_sheet("zoo", &row["file"], &film);
        let field = film.exposed_field();
        let share = field.area() / f64::from(film.width * film.height);
        let Some(own) = film.facts.voi.first() else {
            println!("{:32} field {:5.1} %, no window of its own", row["file"], 100.0 * share);
            continue;
        };
        print!("{:32} field {:5.1} %", row["file"], 100.0 * share);
        let theirs = Shown::new(&film, own.clone());
        for (name, window_of) in WINDOWS {
            let ours = Shown::new(&film, Voi::Window(window_of(&film)));
            let pixels = some_pixels(&film).filter(|&(at, _)| field.contains(at));
            let (ours, theirs): (Vec<u8>, Vec<u8>) =
                pixels.map(|(_, index)| (ours.level(index), theirs.level(index))).unzip();
            let total: f64 = ours.iter().zip(&theirs).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
            // The small ones are 16 pixels wide: blurred to nothing.
            let r = correlation(&ours, &theirs);
            assert!(r > 0.99 || film.width < 64, "{} {name}: r {r:.4}", row["file"]);
            print!("  {name}: r {:.3}, off by {:4.1}", r, total / ours.len() as f64);
        }
        println!();
    }
}
