//! Times as transcripts write them: clocks (`00:01:02.5`) and dates with a time of day. Nothing is converted in what is kept.

/// Seconds of `[HH:]MM:SS[.mmm]`, with a comma or point before the fraction.
pub(super) fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let (last, whole) = parts.split_last()?;
    let mut total = 0.0;
    for part in whole {
        total = total * 60.0 + f64::from(digits(part)?);
    }
    let (seconds, fraction) = last.split_once([',', '.']).unwrap_or((last, "0"));
    let seconds = digits(seconds)?;
    let minutes_fit = parts.len() == 2 || digits(parts[1])? < 60;
    if seconds >= 60 || !minutes_fit || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(total * 60.0 + f64::from(seconds) + format!("0.{fraction}").parse::<f64>().ok()?)
}

fn digits(text: &str) -> Option<u32> {
    let right = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

/// From when on a first clock time cannot be an offset: nobody transcribes a call from its second hour.
const WALL: f64 = 3600.0;

/// What clock times of a conversation are to have taken off, so that they count from its beginning: 0, or the first of them
/// where it is a time of day. `None` where hours and minutes cannot be told from minutes and seconds.
pub(super) fn origin(first: &str) -> Option<f64> {
    let seconds = clock(first)?;
    if first.matches(':').count() == 1 && seconds >= 120.0 {
        return None;
    }
    Some(if seconds >= WALL { seconds } else { 0.0 })
}

/// Why clock times are not used.
pub(super) const AMBIGUOUS: &str = "a first time such as `14:05` may be hours and minutes; write seconds too";

/// Seconds since 1970 of a date with a time of day, with an offset or without (then as if in UTC).
pub(super) fn instant(text: &str) -> Option<f64> {
    let text = text.trim();
    let rest = text.get(10..)?;
    if !rest.contains(':') {
        return None;
    }
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(stamp.as_microsecond() as f64 / 1e6);
    }
    if rest.contains(['+', '-', 'Z', 'z']) {
        return None;
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let stamp = jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?;
    Some(stamp.as_microsecond() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_read() {
        assert_eq!(clock("00:01:02,500"), Some(62.5));
        assert_eq!(clock("01:02.5"), Some(62.5));
        assert_eq!(clock("100:00:00"), Some(360_000.0));
        for text in ["", "1", "00:61:00", "0:0:60", "a:b", "-1:00", "1:2:3:4", "00:01.x", "00:01."] {
            assert_eq!(clock(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_are_told_from_offsets() {
        assert_eq!(origin("00:00:03"), Some(0.0));
        assert_eq!(origin("00:03"), Some(0.0));
        assert_eq!(origin("14:05:10"), Some(50_710.0));
        assert_eq!(origin("14:05"), None);
    }

    #[test]
    fn dates_need_a_time_of_day_and_may_lack_an_offset() {
        let with = instant("2026-03-02T10:15:00+03:00").unwrap();
        assert_eq!(instant("2026-03-02 07:15"), Some(with));
        assert_eq!(instant("2026-03-02 07:15:00"), Some(with));
        assert_eq!(instant("2026-03-02T07:15:00.5Z"), Some(with + 0.5));
        for text in ["2026-03-02", "02.03.2026 10:15", "2026-13-02 10:15", "", "2026-03-02 25:00", "żółć-żółć-ż:"]
        {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
