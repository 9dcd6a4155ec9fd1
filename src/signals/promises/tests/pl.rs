//! Polish sentences.

use jiff::civil::date;

use super::{check, check_limits, said};
use crate::transcript::Lang;

#[test]
fn polish_hours_of_the_clock() {
    check(
        Lang::Pl,
        said(),
        &[
            ("o piętnastej", "04-14 15:00"),
            ("o pietnastej trzydziesci", "04-14 15:30"),
            ("do dwunastej", "04-14 12:00"),
            ("do 14", "04-14 14:00"),
            ("do godziny 14", "04-14 14:00"),
            ("do godz. 16:30", "04-14 16:30"),
            ("o godzinie czternastej", "04-14 14:00"),
            ("do piątku do 14", "04-17 14:00"),
            ("jutro o dziesiątej", "04-15 10:00"),
            ("jutro o ósmej", "04-15 08:00"),
            ("jutro na siódmą rano", "04-15 07:00"),
            ("dzisiaj o piątej po południu", "04-14 17:00"),
            ("o dwudziestej drugiej dziesięć", "04-14 22:10"),
            ("najdalej trzynasta czterdzieści będą", "04-14 13:40"),
            ("wpół do dwunastej", "04-14 11:30"),
            ("o wpół do trzeciej", "04-14 14:30"),
            ("za pięć dwunasta", "04-14 11:55"),
            ("kwadrans po dwunastej", "04-14 12:15"),
            ("między jedenastą a trzynastą", "04-14 13:00"),
            ("od 9 do 11", "04-14 11:00"),
            ("jutro od ósmej do dziesiątej", "04-15 10:00"),
            ("jutro między 8 a 16", "04-15 16:00"),
            ("jutro 9-11", "04-15 11:00"),
            ("po siedemnastej", "04-14"),
            ("przed trzynastą", "04-14 13:00"),
            ("będzie u pani o 21:45", "04-14 21:45"),
            ("w południe", "04-14 12:00"),
            ("do północy", "04-15 00:00"),
            ("w sobotę o dziesiątej", "04-18 10:00"),
            ("wpisuję osiemnastą piętnaście", "04-14 18:15"),
            ("do 18-tej", "04-14 18:00"),
            ("do 13.30", "04-14 13:30"),
        ],
    );
}

#[test]
fn polish_days_and_parts_of_the_day() {
    check(
        Lang::Pl,
        said(),
        &[
            ("dziś", "04-14"),
            ("jeszcze dzisiaj", "04-14"),
            ("jutro", "04-15"),
            ("do jutra", "04-15"),
            ("pojutrze", "04-16"),
            ("jutro rano", "04-15 12:00"),
            ("jutro przed południem", "04-15 12:00"),
            ("jutro do południa", "04-15 12:00"),
            ("po południu zadzwonię", "04-14 18:00"),
            ("wieczorem", "04-14"),
            ("w nocy", "04-15 06:00"),
            ("w poniedziałek", "04-20"),
            ("do piątku", "04-17"),
            ("w srode po poludniu", "04-15 18:00"),
            ("przed piątkiem", "04-16"),
            ("w przyszły czwartek", "04-23"),
            ("w przyszłym tygodniu", "04-26"),
            ("w tym tygodniu", "04-19"),
            ("do końca tygodnia", "04-19"),
            ("do końca przyszłego tygodnia", "04-26"),
            ("do końca miesiąca", "04-30"),
            ("do końca dnia", "04-14"),
            ("w ciągu dnia", "04-14"),
            ("następnego dnia roboczego", "04-15"),
            ("24 kwietnia", "04-24"),
            ("do 1 czerwca", "06-01"),
            ("piątego maja", "05-05"),
            ("w piątek siedemnastego", "04-17"),
            ("w piątek 17.04", "04-17"),
            ("dwudziestego pierwszego kwietnia", "04-21"),
            ("do dnia 30 kwietnia", "04-30"),
            ("16 maja między 9 a 13", "05-16 13:00"),
            ("w maju", "05-31"),
            ("w weekend", "04-19"),
            ("2026-05-04", "05-04"),
        ],
    );
}

#[test]
fn polish_lengths() {
    check(
        Lang::Pl,
        said(),
        &[
            ("za 20 minut", "04-14 10:20"),
            ("za pół godziny", "04-14 10:30"),
            ("za półtorej godziny", "04-14 11:30"),
            ("za dwie i pół godziny", "04-14 12:30"),
            ("za godzinę", "04-14 11:00"),
            ("w kwadrans oddzwonię", "04-14 10:15"),
            ("do dwóch godzin", "04-14 12:00"),
            ("w ciągu doby", "04-15 10:00"),
            ("w ciągu 24 godzin", "04-15 10:00"),
            ("w ciągu 48h", "04-16 10:00"),
            ("w ciągu dwóch dni", "04-16"),
            ("w pięć dni roboczych", "04-21"),
            ("do 3 dni roboczych", "04-17"),
            ("w terminie do 30 dni", "05-14"),
            ("od 3 do 5 dni roboczych", "04-21"),
            ("dwa trzy dni", "04-17"),
            ("za tydzień", "04-21"),
            ("do tygodnia", "04-21"),
            ("za dwa tygodnie", "04-28"),
            ("za miesiąc", "05-14"),
            ("w ciągu najbliższych dwóch godzin", "04-14 12:00"),
            ("minut dziesięć", "04-14 10:10"),
        ],
    );
}

#[test]
fn polish_near_misses() {
    check(
        Lang::Pl,
        said(),
        &[
            ("wkrótce", "-"),
            ("jak najszybciej", "-"),
            ("niedługo oddzwonimy", "-"),
            ("czekam dwie godziny", "-"),
            ("od dwóch tygodni", "-"),
            ("dwa dni temu", "-"),
            ("przed dwoma tygodniami", "-"),
            ("wczoraj o dziewiątej", "-"),
            ("w zeszły piątek", "-"),
            ("w 14 dniu", "-"),
            ("ulica Długa, dom 14", "-"),
            ("do 50 zł", "-"),
            ("do 20 osób", "-"),
            ("do drugiego piętra", "-"),
            ("do drugiej klasy", "-"),
            ("zamówienie 14 15 16", "-"),
            ("rabat do 20%", "-"),
            ("dobry wieczór", "-"),
            ("miłego wieczoru", "-"),
            ("udanego weekendu", "-"),
            ("24/7", "-"),
            ("pół godziny przed przyjazdem", "-"),
            ("co 2 godziny", "-"),
            ("w każdy piątek", "-"),
            ("na dwa tygodnie", "-"),
            ("z 15 marca", "-"),
            ("50 zł za miesiąc", "-"),
            ("gwarancja 24 miesiące", "-"),
            ("ma pan rację", "-"),
            ("wersja 2.5", "-"),
            ("przez trzy dni", "-"),
            ("kilka minut", "-"),
            ("mają to sprawdzić", "-"),
        ],
    );
}

#[test]
fn polish_hours_depend_on_when_they_are_said() {
    check(
        Lang::Pl,
        date(2026, 4, 14).at(22, 15, 0, 0),
        &[
            ("o ósmej", "04-15 08:00"),
            ("do jedenastej", "04-14 23:00"),
            ("o trzeciej czterdzieści", "04-15 03:40"),
            ("po południu", "04-15 18:00"),
            ("dzisiaj o dwudziestej", "-"),
            ("za dwie godziny", "04-15 00:15"),
        ],
    );
}

#[test]
fn polish_limits_in_working_days() {
    check_limits(
        Lang::Pl,
        &[
            ("w ciągu dziesięciu dni roboczych", Some(10.0)),
            ("do 14 dni", Some(10.0)),
            ("w siedem dni", Some(5.0)),
            ("w terminie do 30 dni", Some(22.0)),
            ("w ciągu miesiąca", Some(22.0)),
            ("w ciągu dwóch tygodni", Some(10.0)),
            ("w ciągu doby", Some(1.0)),
            ("w ciągu 12 godzin", Some(0.5)),
            ("w ciągu jednego dnia roboczego", Some(1.0)),
            ("czekam już dwa tygodnie", None),
            ("do piątku", None),
        ],
    );
}
