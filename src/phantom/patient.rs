//! A made-up patient: age, sex, build and the state of the bones, from a seed.

use crate::domain::study::Sex;

use super::random::Random;

/// What differs from patient to patient. Nothing here comes from a real person.
#[derive(Clone, PartialEq, Debug)]
pub struct Patient {
    /// 6 to 98, mean about 49.
    pub age_years: u32,
    pub sex: Sex,
    /// Of the skeleton against a grown man's.
    pub size: f32,
    /// Of the trunk against an average one's.
    pub girth: f32,
    /// Of the bones, 1 in a healthy adult.
    pub bone_density: f32,
    /// Wear of the spine, 0 in the young to 1.
    pub wear: f32,
    /// Sideways curve, degrees of the largest tilt, signed.
    pub scoliosis_deg: f32,
    /// Of the lumbar lordosis and the thoracic kyphosis against the usual.
    pub lordosis: f32,
    pub kyphosis: f32,
}

impl Patient {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::part(seed, "patient", 0);
        let age = (49.0 + 17.5 * random.normal()).clamp(6.0, 98.0);
        let sex = if random.chance(0.62) { Sex::Female } else { Sex::Male };
        let grown = (0.62 + 0.38 * (age / 17.0).min(1.0)).min(1.0);
        let stature = if sex == Sex::Male { 1.0 } else { 0.925 };
        let wear = ((age - 32.0) / 50.0 + 0.14 * random.normal()).clamp(0.0, 1.0);
        let loss = ((age - 45.0) / 45.0).max(0.0) * if sex == Sex::Female { 0.5 } else { 0.32 };
        let scoliosis = if random.chance(0.12) { random.range(6.0, 16.0) } else { random.range(0.0, 3.5) };
        Self {
            age_years: age as u32,
            sex,
            size: grown * stature * (1.0 + 0.04 * random.normal()),
            girth: (1.0 + 0.11 * random.normal()).clamp(0.78, 1.3) * (0.72 + 0.28 * grown),
            bone_density: (1.08 - loss + 0.09 * random.normal()).clamp(0.5, 1.35),
            wear,
            scoliosis_deg: scoliosis * random.sign(),
            lordosis: (1.0 + 0.2 * random.normal()).clamp(0.5, 1.5),
            kyphosis: (1.0 + 0.15 * random.normal() + 0.25 * wear).clamp(0.6, 1.7),
        }
    }

    /// Outer cortex against a healthy adult's.
    pub fn cortex(&self) -> f32 {
        0.6 + 0.4 * self.bone_density
    }
}
