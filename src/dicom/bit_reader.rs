//! Bits of an entropy-coded segment, highest first, with the stuffing of JPEG or of JPEG-LS taken out.

/// How a 0xff within the data is kept from looking like a marker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stuffing {
    /// A zero byte follows it (T.81 B.1.1.5).
    Byte,
    /// A zero bit follows it (T.87 A.1).
    Bit,
}

/// Reads up to 32 bits at once. Behind the last byte, and at a marker, it yields zeros and counts them.
/// Small and `Copy`, so that a hot loop keeps it in registers.
#[derive(Clone, Copy, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    pos: usize,
    stuffing: Stuffing,
    /// The next bits, highest first; zeros below `have`.
    window: u64,
    have: u32,
    /// Zero bits that stand for bytes that are not there.
    num_invented: u64,
    is_after_ff: bool,
}

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8], stuffing: Stuffing) -> Self {
        Self { bytes, pos: 0, stuffing, window: 0, have: 0, num_invented: 0, is_after_ff: false }
    }

    /// Makes at least 32 bits available.
    #[inline]
    pub fn fill(&mut self) {
        if self.have >= 32 {
            return;
        }
        if let Some(next) = self.bytes.get(self.pos..self.pos + 8).and_then(|b| b.first_chunk::<8>())
            && !self.is_after_ff
        {
            let next = u64::from_be_bytes(*next);
            // No byte is 0xff: no byte of the complement is zero.
            let complement = !next;
            if complement.wrapping_sub(0x0101_0101_0101_0101) & next & 0x8080_8080_8080_8080 == 0 {
                let num_bytes = (64 - self.have) / 8;
                let kept = num_bytes * 8;
                self.window |= (next >> (64 - kept)) << (64 - kept - self.have);
                self.pos += num_bytes as usize;
                self.have += kept;
                return;
            }
        }
        *self = self.filled_slowly();
    }

    /// By value: a reference would force the reader into memory on the way that is not cold.
    #[cold]
    #[inline(never)]
    fn filled_slowly(mut self) -> Self {
        while self.have <= 56 {
            let byte = self.bytes.get(self.pos).copied();
            let (byte, bits) = match (byte, self.bytes.get(self.pos + 1)) {
                // A marker, or the end.
                (Some(0xff), next) if self.is_marker(next.copied()) => (None, 8),
                (None, _) => (None, 8),
                (byte, _) if self.is_after_ff => (byte, 7),
                (byte, _) => (byte, 8),
            };
            if let Some(byte) = byte {
                self.window |= (u64::from(byte) << (64 - bits)) >> self.have;
                self.pos += 1;
                let is_ff = byte == 0xff;
                self.is_after_ff = is_ff && self.stuffing == Stuffing::Bit;
                if is_ff && self.stuffing == Stuffing::Byte {
                    self.pos += 1;
                }
            } else {
                self.num_invented += 8;
            }
            self.have += bits;
        }
        self
    }

    fn is_marker(&self, next: Option<u8>) -> bool {
        match (self.stuffing, next) {
            (Stuffing::Byte, next) => next != Some(0),
            (Stuffing::Bit, Some(next)) => next >= 0x80,
            (Stuffing::Bit, None) => true,
        }
    }

    /// The next bits without taking them; at most as many as [`Self::fill`] promises.
    #[inline]
    pub const fn peek(&self, bits: u32) -> u32 {
        // Two shifts, since 64 is one too many for one.
        (self.window >> 1 >> (63 - bits)) as u32
    }

    #[inline]
    pub const fn skip(&mut self, bits: u32) {
        self.window <<= bits;
        self.have -= bits;
    }

    /// At most as many bits as [`Self::fill`] promises.
    #[inline]
    pub const fn take(&mut self, bits: u32) -> u32 {
        let value = self.peek(bits);
        self.skip(bits);
        value
    }

    /// The number of zeros before the next one, as far as the reader holds it: `None` where more bits
    /// than [`Self::fill`] promises are needed.
    #[inline]
    pub const fn short_zeros(&self) -> Option<u32> {
        let zeros = self.window.leading_zeros();
        if zeros < 32 { Some(zeros) } else { None }
    }

    /// Zeros before the next one, which is taken too; `None` where there are more than `limit`.
    pub fn zeros(&mut self, limit: u32) -> Option<u32> {
        let mut num = 0;
        loop {
            self.fill();
            let zeros = self.window.leading_zeros();
            if zeros < self.have {
                self.window <<= zeros;
                self.window <<= 1;
                self.have -= zeros + 1;
                num += zeros;
                return (num <= limit).then_some(num);
            }
            num += self.have;
            self.window = 0;
            self.have = 0;
            if num > limit {
                return None;
            }
        }
    }

    /// Whether bits were taken that the data does not have.
    pub fn is_overrun(&self) -> bool {
        self.num_invented > u64::from(self.have)
    }

    /// Goes behind the restart marker that follows; false where there is none.
    pub fn restart(&mut self) -> bool {
        self.window = 0;
        self.have = 0;
        self.num_invented = 0;
        self.is_after_ff = false;
        let is_marker = matches!(self.bytes.get(self.pos..self.pos + 2), Some([0xff, 0xd0..=0xd7]));
        if is_marker {
            self.pos += 2;
        }
        is_marker
    }

    /// Where reading stands: at the marker, once the data before it is used up.
    pub const fn position(&self) -> usize {
        self.pos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_is_taken_out() {
        let check = |bytes: &[u8], stuffing: Stuffing, expected: &[(u32, u32)]| {
            let mut reader = BitReader::new(bytes, stuffing);
            for &(bits, value) in expected {
                reader.fill();
                assert_eq!(reader.take(bits), value, "{bytes:x?} {stuffing:?}");
            }
        };
        check(&[0xff, 0x00, 0xab], Stuffing::Byte, &[(8, 0xff), (8, 0xab)]);
        check(&[0xff, 0x55, 0xab], Stuffing::Bit, &[(8, 0xff), (7, 0x55), (8, 0xab)]);
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], Stuffing::Byte, &[(32, 0x0102_0304), (4, 0), (28, 0x0506_0708)]);
        check(&[0x12, 0xff, 0xd9], Stuffing::Byte, &[(8, 0x12), (8, 0)]);
        check(&[0x12, 0xff, 0xd9], Stuffing::Bit, &[(8, 0x12), (8, 0)]);
    }

    #[test]
    fn an_overrun_shows() {
        let mut reader = BitReader::new(&[0x80], Stuffing::Byte);
        reader.fill();
        reader.skip(8);
        assert!(!reader.is_overrun());
        reader.fill();
        reader.skip(1);
        assert!(reader.is_overrun());
    }

    #[test]
    fn zeros_are_counted_over_any_distance() {
        let mut bytes = vec![0u8; 12];
        bytes.push(0x10);
        let mut reader = BitReader::new(&bytes, Stuffing::Byte);
        assert_eq!(reader.zeros(200), Some(99));
        assert_eq!(BitReader::new(&bytes, Stuffing::Byte).zeros(50), None);
        assert_eq!(BitReader::new(&[], Stuffing::Byte).zeros(50), None);
    }
}
