//! Seeded numbers by name: each part of a film draws from its own stream, so adding a lesion changes nothing else.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// A stream of numbers that depends on its key alone, on every machine.
#[derive(Debug)]
pub struct Random(Pcg64Mcg);

impl Random {
    /// The stream of the part called `part` and numbered `number` of whatever `seed` stands for.
    pub fn part(seed: u64, part: &str, number: u64) -> Self {
        let key = key(seed, part, number);
        Self(Pcg64Mcg::new((u128::from(key) << 64) | u128::from(mixed(key)) | 1))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Uniform between the two.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number from `low` up to and including `high`.
    pub fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.next_u64() >> 32) as u32 % (high - low + 1)
    }

    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// -1 or 1.
    pub fn sign(&mut self) -> f32 {
        if self.chance(0.5) { -1.0 } else { 1.0 }
    }

    /// Mean 0, standard deviation 1, never beyond 4 (sum of uniforms: exact arithmetic only).
    pub fn normal(&mut self) -> f32 {
        let sum: f32 = (0..8).map(|_| self.unit()).sum();
        (sum - 4.0) * 1.224_744_9
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.whole(0, choices.len() as u32 - 1) as usize]
    }
}

/// One number for a part of whatever `seed` stands for; also the seed of what lies below it.
pub fn key(seed: u64, part: &str, number: u64) -> u64 {
    let name = part
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    mixed(mixed(seed ^ name).wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mixed(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_its_key() {
        let draw = |seed, part, number| Random::part(seed, part, number).next_u64();
        assert_eq!(draw(1, "ribs", 0), draw(1, "ribs", 0));
        assert_ne!(draw(1, "ribs", 0), draw(1, "ribs", 1));
        assert_ne!(draw(1, "ribs", 0), draw(2, "ribs", 0));
        assert_ne!(draw(1, "ribs", 0), draw(1, "discs", 0));
    }

    #[test]
    fn normal_has_its_moments() {
        let mut random = Random::part(7, "moments", 0);
        let draws: Vec<f32> = (0..20_000).map(|_| random.normal()).collect();
        let mean = draws.iter().sum::<f32>() / 20_000.0;
        let variance = draws.iter().map(|d| (d - mean) * (d - mean)).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }
}
