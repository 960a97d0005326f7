//! Chance by a seed: the same draw for the same seed and purpose on every computer.

use crate::domain::training::split::Chooser;

/// A stream of its own for each seed, purpose and name, so that one more person changes nobody else's order.
pub(super) fn stream(seed: u64, purpose: &str, name: &str) -> Chooser {
    // FNV-1a over the texts, with a byte between them that no text has.
    let bytes = purpose.bytes().chain([0xff]).chain(name.bytes());
    let key = bytes.fold(0xcbf2_9ce4_8422_2325, |key: u64, byte| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Chooser::new(mixed(mixed(seed) ^ key))
}

/// SplitMix64 (Steele, Lea and Flood, 2014): neighbours become strangers.
const fn mixed(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
