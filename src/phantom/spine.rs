//! The spine in three dimensions: where each vertebra stands, how it is tilted, how large it is.

use super::patient::Patient;

/// A level from C6 (0) over T1 (2) and L1 (14) to S1 (19).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Level(pub u8);

impl Level {
    pub const T1: Self = Self(2);
    pub const T12: Self = Self(13);
    pub const L1: Self = Self(14);
    pub const L3: Self = Self(16);
    pub const L4: Self = Self(17);
    pub const L5: Self = Self(18);
    pub const S1: Self = Self(19);

    pub const fn is_lumbar(self) -> bool {
        self.0 >= Self::L1.0 && self.0 <= Self::L5.0
    }

    pub const fn is_thoracic(self) -> bool {
        self.0 >= Self::T1.0 && self.0 <= Self::T12.0
    }

    /// 1 to 12, on thoracic levels.
    pub const fn thoracic_number(self) -> u8 {
        self.0 - Self::T1.0 + 1
    }

    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub const fn below(self) -> Self {
        Self(self.0 + 1)
    }
}

pub const NUM_LEVELS: usize = 20;

/// Width, depth and height of the body, height of the disc below, in mm of a grown man.
/// After the measurements of Panjabi et al. (Spine 1991 and 1992), rounded.
const SIZES: [[f32; 4]; NUM_LEVELS] = [
    [25.0, 16.5, 12.5, 5.0],
    [28.0, 17.0, 14.0, 5.0],
    [30.0, 18.0, 16.0, 4.0],
    [29.5, 19.0, 17.5, 4.0],
    [29.0, 21.0, 18.0, 4.0],
    [28.5, 23.0, 18.5, 4.0],
    [28.5, 24.5, 19.0, 4.2],
    [29.5, 26.5, 19.5, 4.5],
    [30.5, 28.0, 20.0, 4.8],
    [32.0, 29.0, 20.5, 5.2],
    [33.5, 30.0, 21.5, 5.6],
    [35.5, 31.0, 22.5, 6.2],
    [38.0, 31.5, 23.5, 6.8],
    [41.0, 32.0, 25.0, 7.8],
    [43.0, 33.0, 26.5, 8.8],
    [44.5, 34.0, 27.3, 9.8],
    [46.5, 34.5, 27.6, 10.6],
    [48.5, 35.0, 27.6, 11.4],
    [51.0, 35.0, 27.0, 10.2],
    [52.0, 32.0, 27.0, 3.0],
];

/// Forward-up tilt of each body in degrees: kyphosis above, lordosis below.
const SAGITTAL_DEG: [f32; NUM_LEVELS] = [
    -20.0, -24.0, -25.0, -22.0, -18.0, -14.0, -10.0, -6.0, -2.0, 2.0, 6.0, 10.0, 14.0, 16.5, 17.0, 12.0, 4.0, -8.0,
    -23.0, -39.0,
];

/// One vertebra of one patient.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Vertebra {
    pub level: Level,
    /// Of the body: x to the patient's left, y down, z forward; mm, origin at the film's middle.
    pub center: [f32; 3],
    /// Forward edge up, radians.
    pub sagittal: f32,
    /// Clockwise as seen on the AP film, radians.
    pub coronal: f32,
    pub width: f32,
    pub depth: f32,
    pub height: f32,
    /// Height of the disc below.
    pub disc: f32,
}

/// All vertebrae, C6 to S1, with the middle of `middle` at the origin.
pub fn spine(patient: &Patient, middle: Level) -> [Vertebra; NUM_LEVELS] {
    let mut vertebrae: [Vertebra; NUM_LEVELS] = std::array::from_fn(|i| {
        let [width, depth, height, disc] = SIZES[i].map(|mm| mm * patient.size);
        let disc = disc * (0.92 - 0.12 * patient.wear);
        let level = Level(i as u8);
        let curve = if level >= Level::L1 { patient.lordosis } else { patient.kyphosis };
        // One gentle S, its main bend at the thoracolumbar junction.
        let phase = (i as f32 - 12.0) * 0.42;
        Vertebra {
            level,
            center: [0.0; 3],
            sagittal: (SAGITTAL_DEG[i] * curve).to_radians(),
            coronal: (patient.scoliosis_deg * libm::sinf(phase)).to_radians(),
            width,
            depth,
            height,
            disc,
        }
    });
    for i in 1..NUM_LEVELS {
        let (above, here) = (vertebrae[i - 1], vertebrae[i]);
        let step = 0.5 * above.height + above.disc + 0.5 * here.height;
        let sagittal = f32::midpoint(above.sagittal, here.sagittal);
        let coronal = f32::midpoint(above.coronal, here.coronal);
        vertebrae[i].center = [
            above.center[0] - step * libm::sinf(coronal),
            above.center[1] + step * libm::cosf(sagittal) * libm::cosf(coronal),
            above.center[2] + step * libm::sinf(sagittal),
        ];
    }
    let origin = vertebrae[middle.index()].center;
    for vertebra in &mut vertebrae {
        for (value, zero) in vertebra.center.iter_mut().zip(origin) {
            *value -= zero;
        }
    }
    vertebrae
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spine_goes_down_and_bends_as_it_should() {
        let patient = Patient::new(3);
        let spine = spine(&patient, Level::L3);
        for pair in spine.windows(2) {
            assert!(pair[1].center[1] > pair[0].center[1] + 10.0);
        }
        let z = |level: Level| spine[level.index()].center[2];
        assert!(z(Level::L3) > z(Level::L1) - 1.0 && z(Level::L3) > z(Level::S1), "lordosis is forward in the middle");
        assert!(z(Level(8)) < z(Level::T1) && z(Level(8)) < z(Level::L1), "kyphosis is backward in the middle");
        assert_eq!(spine[Level::L3.index()].center, [0.0; 3]);
    }
}
