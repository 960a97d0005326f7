//! A film as 16 by 16 greys, and how far two films are apart by them: how new a film is to a model that learned from others.

use crate::domain::imaging::{Film, GreyScale, Pixels};

const SIDE: usize = 16;

/// 16 by 16 greys of a film at its first window, stretched to a square, row by row.
///
/// It is no feature of a network: it tells another body part, view, size of field or exposure apart, and not one lesion
/// from another. In exchange it needs no model, and every project can have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GreyPrint([u8; SIDE * SIDE]);

impl GreyPrint {
    pub const NUM_BYTES: usize = SIDE * SIDE;

    pub const fn from_bytes(bytes: [u8; SIDE * SIDE]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; SIDE * SIDE] {
        &self.0
    }

    pub fn of(film: &Film) -> Self {
        let grey = GreyScale::new(film, &film.initial_settings());
        let columns = film.width as usize;
        let level = |x: usize, y: usize| -> u32 {
            let at = y * columns + x;
            match (&film.pixels, &grey) {
                (Pixels::Grey(plane), Some(grey)) => plane.texels.get(at).map_or(0, |&t| u32::from(grey.level(t))),
                (Pixels::Rgb(bytes), _) => bytes
                    .get(3 * at..3 * at + 3)
                    .map_or(0, |rgb| rgb.iter().map(|&one| u32::from(one)).sum::<u32>() / 3),
                (Pixels::Grey(_), None) => 0,
            }
        };
        let span = |n: usize, of: u32| {
            let from = n * of as usize / SIDE;
            from..((n + 1) * of as usize / SIDE).max(from + 1).min(of as usize)
        };
        let mean = |cell: usize| {
            let (mut sum, mut num) = (0_u64, 0_u64);
            for y in span(cell / SIDE, film.height) {
                for x in span(cell % SIDE, film.width) {
                    sum += u64::from(level(x, y));
                    num += 1;
                }
            }
            (sum / num.max(1)) as u8
        };
        Self(std::array::from_fn(mean))
    }

    /// 1 less Pearson's correlation of the greys, held within 0 to 1: 0 for pictures that differ in brightness and contrast
    /// alone, 1 for those that have nothing in common. A film of one grey is far from all.
    pub fn distance(&self, other: &Self) -> f64 {
        let mean = |print: &Self| print.0.iter().map(|&grey| f64::from(grey)).sum::<f64>() / Self::NUM_BYTES as f64;
        let (a, b) = (mean(self), mean(other));
        let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
        for (&x, &y) in self.0.iter().zip(&other.0) {
            let (x, y) = (f64::from(x) - a, f64::from(y) - b);
            both += x * y;
            of_a += x * x;
            of_b += y * y;
        }
        let scale = (of_a * of_b).sqrt();
        if scale > 0.0 { (1.0 - both / scale).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// The distance to the nearest of these films; none where there are none.
    pub fn novelty<'a>(&self, known: impl IntoIterator<Item = &'a Self>) -> Option<f64> {
        known.into_iter().map(|other| self.distance(other)).min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Voi, Window};

    fn print(grey: impl Fn(usize, usize) -> u8) -> GreyPrint {
        GreyPrint(std::array::from_fn(|at| grey(at % SIDE, at / SIDE)))
    }

    #[test]
    fn pictures_alike_are_near_and_others_far() {
        let rising = print(|x, _| x as u8 * 10);
        assert_eq!(rising.distance(&rising), 0.0);
        assert!(rising.distance(&print(|x, _| x as u8 * 5 + 100)) < 1e-12, "brightness and contrast do not count");
        assert_eq!(rising.distance(&print(|x, _| 150 - x as u8 * 10)), 1.0);
        assert!((rising.distance(&print(|_, y| y as u8 * 10)) - 1.0).abs() < 1e-12);
        assert_eq!(rising.distance(&print(|_, _| 7)), 1.0);
        // Half of the rows alike and the others at the mean: half of the variance is shared.
        let half = print(|x, y| if y < 8 { x as u8 * 10 } else { 75 });
        assert!(
            (rising.distance(&half) - (1.0 - std::f64::consts::FRAC_1_SQRT_2)).abs() < 1e-9,
            "{}",
            rising.distance(&half)
        );
        assert_eq!(rising.novelty([&half, &rising]), Some(0.0));
        assert_eq!(rising.novelty([]), None);
    }

    #[test]
    fn a_film_of_any_size_has_a_print() {
        for (width, height) in [(64_u32, 32_u32), (5, 3), (16, 16), (1, 1), (100, 7)] {
            let texels = (0..height).flat_map(|_| (0..width).map(|x| (x * 255 / width.max(2)) as u16)).collect();
            let facts = DisplayFacts {
                bits_stored: 8,
                voi: vec![Voi::Window(Window::linear(128.0, 256.0))],
                ..DisplayFacts::default()
            };
            let film = Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts);
            let print = GreyPrint::of(&film);
            assert!(print.0.chunks(SIDE).all(|row| row == &print.0[..SIDE]), "{width} x {height}");
            assert!(print.0[..SIDE].is_sorted(), "{width} x {height}: {:?}", &print.0[..SIDE]);
            assert!(width < 16 || print.0[SIDE - 1] > print.0[0] + 200, "{:?}", &print.0[..SIDE]);
        }
    }
}
