//! Decimal numbers as files write them: the value, and whether the text is the shortest that gives it back.

/// A number and its text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Number {
    pub value: f64,
    /// The text is what `{}` writes for the value, so it need not be kept. Never so for minus zero, whose sign SQLite drops.
    pub is_shortest: bool,
}

/// Powers of ten that are exact in f64.
const EXACT_TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads a number as Rust does (`712.6`, `-3`, `7e2`, `nan`, `inf`), without blanks around it.
pub fn parse(text: &str) -> Option<Number> {
    if let Some(number) = parse_plain(text.as_bytes()) {
        return Some(number);
    }
    let value: f64 = text.parse().ok()?;
    Some(Number { value, is_shortest: value.is_finite() && !is_minus_zero(value) && value.to_string() == text })
}

/// Up to 15 digits with at most one point: the digits as an integer and the power of ten are exact in f64, so one division
/// rounds correctly (Clinger 1990), and no two such texts without idle zeros share a value, so each is the shortest.
fn parse_plain(bytes: &[u8]) -> Option<Number> {
    let (is_negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let mut mantissa = 0_u64;
    let mut point = None;
    for (i, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa * 10 + u64::from(digit);
        } else if byte == b'.' && point.is_none() {
            point = Some(i);
        } else {
            return None;
        }
    }
    let num_whole = point.unwrap_or(digits.len());
    let num_fraction = point.map_or(0, |p| digits.len() - p - 1);
    let num_digits = num_whole + num_fraction;
    if num_whole == 0 || num_digits > 15 || (point.is_some() && num_fraction == 0) {
        return None;
    }
    let value = mantissa as f64 / EXACT_TENS[num_fraction];
    let has_idle_zero = (num_whole > 1 && digits[0] == b'0') || (point.is_some() && digits[digits.len() - 1] == b'0');
    let value = if is_negative { -value } else { value };
    Some(Number { value, is_shortest: !has_idle_zero && (mantissa != 0 || !is_negative) })
}

/// Appends a number as `{}` writes it: the shortest decimal text that gives the same number back.
pub fn push(out: &mut String, value: f64) {
    // Coordinates with up to six decimals go through integers, several times faster than the general way.
    let scaled = (value * 1e6).round();
    if scaled.abs() < 1e15 && scaled / 1e6 == value && !is_minus_zero(value) {
        push_millionths(out, scaled as i64);
    } else {
        use std::fmt::Write;
        write!(out, "{value}").expect("a String takes everything");
    }
}

fn is_minus_zero(value: f64) -> bool {
    value == 0.0 && value.is_sign_negative()
}

fn push_millionths(out: &mut String, scaled: i64) {
    if scaled < 0 {
        out.push('-');
    }
    let scaled = scaled.unsigned_abs();
    let (mut whole, mut fraction) = (scaled / 1_000_000, scaled % 1_000_000);
    let mut digits = [b'0'; 24];
    let mut end = 17;
    if fraction > 0 {
        digits[17] = b'.';
        for place in (18..24).rev() {
            digits[place] = b'0' + (fraction % 10) as u8;
            fraction /= 10;
        }
        end = 24;
        while digits[end - 1] == b'0' {
            end -= 1;
        }
    }
    let mut start = 17;
    loop {
        start -= 1;
        digits[start] = b'0' + (whole % 10) as u8;
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    out.push_str(std::str::from_utf8(&digits[start..end]).expect("digits and a point"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_keep_their_value_and_say_whether_they_are_shortest() {
        let check = |text: &str, value: f64, is_shortest: bool| {
            assert_eq!(parse(text), Some(Number { value, is_shortest }), "{text:?}");
        };
        check("712.6", 712.6, true);
        check("712.60", 712.6, false);
        check("712", 712.0, true);
        check("712.0", 712.0, false);
        check("0", 0.0, true);
        check("0.5", 0.5, true);
        check(".5", 0.5, false);
        check("5.", 5.0, false);
        check("007", 7.0, false);
        check("-3.25", -3.25, true);
        check("+3.25", 3.25, false);
        check("1e3", 1000.0, false);
        check("0.30000000000000004", 0.300_000_000_000_000_04, true);
        check("0.1000000000000000055511151231257827", 0.1, false);
        check("123456789012345678", 123_456_789_012_345_680.0, false);
        check("inf", f64::INFINITY, false);
        assert!(parse("-0").is_some_and(|n| n.value.is_sign_negative() && n.value == 0.0));
        assert!(parse("nan").is_some_and(|n| n.value.is_nan()));
        for text in ["", "-", ".", "1.2.3", "1,5", "x", "12px", "--1", " 1"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    fn pushed(value: f64) -> String {
        let mut out = String::new();
        push(&mut out, value);
        out
    }

    proptest! {
        #[test]
        fn reading_agrees_with_rust(text in "-?[0-9]{0,12}\\.?[0-9]{0,12}") {
            let expected: Option<f64> = text.parse().ok();
            prop_assert_eq!(parse(&text).map(|n| n.value.to_bits()), expected.map(f64::to_bits));
            if let (Some(number), Some(value)) = (parse(&text), expected) {
                prop_assert_eq!(number.is_shortest, value.to_string() == text && !is_minus_zero(value));
            }
        }

        #[test]
        fn writing_agrees_with_rust(value in prop_oneof![
            any::<f64>(), -3000.0..3000.0f64, (-3_000_000i64..3_000_000).prop_map(|v| v as f64 / 1000.0),
            (-3_000_000i64..3_000_000).prop_map(|v| v as f64 / 1e6), (-9_000i64..9_000).prop_map(|v| v as f64),
        ]) {
            prop_assert_eq!(pushed(value), value.to_string());
        }
    }
}
