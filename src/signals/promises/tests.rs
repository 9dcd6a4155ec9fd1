//! What sentences name which times, as tables; every sentence is said on Tuesday 14 April 2026 at 10:00 unless the row says otherwise.

use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::{due, times, wall_clock, working_days, working_days_from};
use crate::transcript::Lang;

mod pl;
mod ru;
mod sk;

/// A sentence and what it names: `MM-DD HH:MM`, `MM-DD` for the end of that day, `-` for nothing.
type Row = (&'static str, &'static str);

fn said() -> DateTime {
    date(2026, 4, 14).at(10, 0, 0, 0)
}

fn written(due: DateTime) -> String {
    let time = due.time();
    if (time.hour(), time.minute(), time.second()) == (23, 59, 59) {
        due.strftime("%m-%d").to_string()
    } else {
        due.strftime("%m-%d %H:%M").to_string()
    }
}

#[track_caller]
fn check(lang: Lang, said_at: DateTime, rows: &[Row]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, expected)| {
            let found = due(text, lang, said_at).map_or("-".to_owned(), |named| written(named.due));
            (found != *expected).then(|| format!("`{text}`: {found}, expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[track_caller]
fn check_limits(lang: Lang, rows: &[(&str, Option<f64>)]) {
    for (text, expected) in rows {
        assert_eq!(working_days(text, lang), *expected, "`{text}`");
    }
}

#[test]
fn the_span_holds_the_words_that_name_the_time() {
    for (lang, text, words) in [
        (Lang::Ru, "Хорошо, перезвоню завтра до обеда, ждите.", "завтра до обеда"),
        (Lang::Pl, "oddzwonię do pani w piątek o piętnastej trzydzieści na pewno", "w piątek o piętnastej trzydzieści"),
        (Lang::Sk, "Ozveme sa do dvoch pracovných dní e-mailom.", "do dvoch pracovných dní"),
    ] {
        assert_eq!(&text[due(text, lang, said()).unwrap().span], words);
    }
}

#[test]
fn only_hours_and_short_lengths_are_exact() {
    for (lang, text, exact) in [
        (Lang::Ru, "через полчаса", true),
        (Lang::Ru, "сегодня до трёх", true),
        (Lang::Ru, "минут через двадцать", false),
        (Lang::Ru, "завтра утром", false),
        (Lang::Ru, "завтра в восемь", false),
        (Lang::Ru, "завтра в восемь утра", true),
        (Lang::Ru, "завтра в девять", true),
        (Lang::Ru, "завтра приедет другая бригада с инструментом в девять", false),
        (Lang::Pl, "w ciągu dwóch dni", false),
        (Lang::Pl, "około piętnastej", false),
        (Lang::Sk, "do 24 hodín", true),
        (Lang::Sk, "v piatok", false),
    ] {
        assert_eq!(due(text, lang, said()).unwrap().exact, exact, "{text}");
    }
}

#[test]
fn the_latest_of_several_times_is_due() {
    let text = "сегодня до шести перезвоню, а мастер придёт завтра с девяти до двенадцати";
    assert_eq!(times(text, Lang::Ru, said()).len(), 2);
    assert_eq!(written(due(text, Lang::Ru, said()).unwrap().due), "04-15 12:00");
}

#[test]
fn languages_without_words_name_no_time() {
    assert_eq!(due("tomorrow at ten 10:00", Lang::Other, said()), None);
    assert_eq!(working_days("10 days", Lang::Unknown), None);
}

#[test]
fn a_date_is_counted_in_working_days_from_when_it_is_said() {
    assert_eq!(working_days_from("odpowiemy do 28 kwietnia", Lang::Pl, said()), Some(10.0));
    assert_eq!(working_days_from("rozhodneme do piatku", Lang::Sk, said()), Some(3.0));
    assert_eq!(working_days_from("ответим до 5 мая", Lang::Ru, said()), Some(14.0));
    assert_eq!(working_days_from("ответим за 5 рабочих дней, до 25 апреля", Lang::Ru, said()), Some(5.0));
    assert_eq!(working_days_from("ответим скоро", Lang::Ru, said()), None);
}

#[test]
fn wall_clocks_are_local_times() {
    let expected = Some(date(2026, 4, 14).at(8, 5, 0, 0));
    for text in [
        "2026-04-14T08:05:00+02:00",
        "2026-04-14T08:05:00Z",
        "2026-04-14 08:05",
        " 2026-04-14 08:05:00 ",
        "2026-04-14T08:05:00.000+03:00",
    ] {
        assert_eq!(wall_clock(text), expected, "{text}");
    }
    for text in ["", "2026-04-14", "08:05", "yesterday", "2026-13-40T08:05:00Z"] {
        assert_eq!(wall_clock(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", seconds in 0i64..4_000_000_000) {
        let said_at = DateTime::default().checked_add(jiff::Span::new().seconds(seconds)).unwrap();
        for lang in Lang::ALL {
            for named in times(&text, *lang, said_at) {
                prop_assert!(named.due >= said_at);
                prop_assert!(text.get(named.span).is_some());
            }
            let _ = working_days_from(&text, *lang, said_at);
        }
        let _ = wall_clock(&text);
    }

    #[test]
    fn no_row_of_time_words_makes_it_panic(words in prop::collection::vec(word(), 0..12)) {
        let text = words.join(" ");
        for (lang, moment) in Lang::ALL.iter().flat_map(|lang| [(*lang, said()), (*lang, DateTime::MAX), (*lang, DateTime::MIN)]) {
            for named in times(&text, lang, moment) {
                prop_assert!(named.due >= moment);
                prop_assert!(text.get(named.span).is_some());
            }
            let _ = working_days_from(&text, lang, moment);
        }
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "до",
        "в",
        "к",
        "с",
        "через",
        "за",
        "do",
        "o",
        "na",
        "v",
        "w",
        "od",
        "po",
        "za",
        "medzi",
        "между",
        "двух",
        "часов",
        "час",
        "дней",
        "dní",
        "dni",
        "завтра",
        "jutro",
        "zajtra",
        "в пятницу",
        "piątek",
        "stredu",
        "утром",
        "wieczorem",
        "obeda",
        "31",
        "2",
        "24",
        "9999",
        "29.",
        "02",
        ".",
        ",",
        "-",
        ":",
        "14:00",
        "2026-02-29",
        "31.12.9999",
        "февраля",
        "lutego",
        "februára",
        "половины",
        "pol",
        "wpół do",
        "третьего",
        "ósmej",
        "osmej",
        "рабочих",
        "roboczych",
        "конца",
        "końca",
        "konca",
        "месяца",
        "tygodnia",
        "budúci",
        "двадцать",
        "первого",
        "ночи",
        "лет",
        "года",
        "каждый",
        "назад",
        "полтора",
        "00",
        "24:00",
        "полночь",
        "%",
        "з",
        "ł",
        "é",
        "\u{301}",
    ])
}

#[test]
fn a_long_text_takes_linear_time() {
    let begin = std::time::Instant::now();
    let text = "завтра до шести вечера перезвоню 5 раз за 2 дня ".repeat(2_000);
    assert_eq!(due(&text, Lang::Ru, said()).map(|named| written(named.due)).as_deref(), Some("04-16"));
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
}
