//! Slovak sentences.

use jiff::civil::date;

use super::{check, check_limits, said};
use crate::transcript::Lang;

#[test]
fn slovak_hours_of_the_clock() {
    check(
        Lang::Sk,
        said(),
        &[
            ("do dvanástej", "04-14 12:00"),
            ("zavolám vám dnes do šiestej", "04-14 18:00"),
            ("zajtra o ôsmej", "04-15 08:00"),
            ("zajtra o osmej rano", "04-15 08:00"),
            ("zajtra o šiestej", "04-15 18:00"),
            ("o ôsmej hodine večer", "04-14 20:00"),
            ("do 18. hodiny", "04-14 18:00"),
            ("do 18 hod.", "04-14 18:00"),
            ("o 14:30", "04-14 14:30"),
            ("o pol šiestej", "04-14 17:30"),
            ("o polšiestej", "04-14 17:30"),
            ("o trištvrte na päť", "04-14 16:45"),
            ("štvrtok štvrť na tri", "04-16 14:15"),
            ("zajtra o štvrť na deväť", "04-15 08:15"),
            ("na osem štyridsať večer", "04-14 20:40"),
            ("o jedenástej dvadsať", "04-14 11:20"),
            ("o dvadsiatej štyridsať", "04-14 20:40"),
            ("medzi ôsmou a desiatou zajtra", "04-15 10:00"),
            ("zajtra medzi ôsmou a pol deviatou", "04-15 08:30"),
            ("dnes medzi 17. a 19.", "04-14 19:00"),
            ("zajtra medzi 8. a 10., čo vám sadne", "04-15 10:00"),
            ("od 9 do 11", "04-14 11:00"),
            ("dnes 17 až 19", "04-14 19:00"),
            ("v piatok medzi treťou a piatou", "04-17 17:00"),
            ("po piatej", "04-14"),
            ("zajtra po 10:00", "04-15"),
            ("pred obedom", "04-15 12:00"),
            ("na poludnie", "04-14 12:00"),
            ("do polnoci", "04-15 00:00"),
            ("do piatku do 14", "04-17 14:00"),
            ("Piatok 15:00", "04-17 15:00"),
            ("okolo desiatej zajtra", "04-15 10:00"),
        ],
    );
}

#[test]
fn slovak_days_and_parts_of_the_day() {
    check(
        Lang::Sk,
        said(),
        &[
            ("dnes", "04-14"),
            ("ešte dnes", "04-14"),
            ("zajtra", "04-15"),
            ("do zajtra", "04-15"),
            ("pozajtra", "04-16"),
            ("zajtra ráno", "04-15 12:00"),
            ("dnes do obeda", "04-14 13:00"),
            ("zajtra doobeda", "04-15 12:00"),
            ("popoludní", "04-14 18:00"),
            ("poobede zavolám", "04-14 18:00"),
            ("zajtra po obede", "04-15 18:00"),
            ("večer", "04-14"),
            ("do rána", "04-15 12:00"),
            ("v piatok", "04-17"),
            ("do piatku", "04-17"),
            ("v stredu do dvanástej", "04-15 12:00"),
            ("v utorok", "04-21"),
            ("pred piatkom", "04-16"),
            ("na budúci týždeň", "04-26"),
            ("buduci tyzden", "04-26"),
            ("ešte tento týždeň", "04-19"),
            ("do konca týždňa", "04-19"),
            ("do konca mesiaca", "04-30"),
            ("do konca apríla", "04-30"),
            ("budúcu stredu", "04-22"),
            ("do 14. mája", "05-14"),
            ("10. júna", "06-10"),
            ("do desiateho", "05-10"),
            ("dvadsiateho piateho", "04-25"),
            ("do 20. 5.", "05-20"),
            ("v stredu 23.9.", "09-23"),
            ("medzi 20. a 25. júnom", "06-25"),
            ("v piatok 17. o 15:00", "04-17 15:00"),
            ("cez víkend", "04-19"),
            ("v máji", "05-31"),
            ("najneskôr v utorok", "04-21"),
        ],
    );
}

#[test]
fn slovak_lengths() {
    check(
        Lang::Sk,
        said(),
        &[
            ("o desať minút", "04-14 10:10"),
            ("za päť minút", "04-14 10:05"),
            ("o pol hodinu", "04-14 10:30"),
            ("o pol hodiny", "04-14 10:30"),
            ("o hodinu", "04-14 11:00"),
            ("o dve hodiny", "04-14 12:00"),
            ("o dve a pol hodiny", "04-14 12:30"),
            ("o štvrťhodinu", "04-14 10:15"),
            ("do dvoch hodín", "04-14 12:00"),
            ("do 24 hodín", "04-15 10:00"),
            ("do 48 hodín", "04-16 10:00"),
            ("do dvadsiatich piatich minút", "04-14 10:25"),
            ("o dvadsaťpäť minút", "04-14 10:25"),
            ("do dvoch pracovných dní", "04-16"),
            ("do piatich pracovných dní", "04-21"),
            ("v lehote do 30 dní", "05-14"),
            ("do siedmich dní", "04-21"),
            ("5-7 pracovných dní", "04-23"),
            ("do týždňa", "04-21"),
            ("o dva týždne", "04-28"),
            ("za mesiac", "05-14"),
            ("v priebehu hodiny", "04-14 11:00"),
            ("je od vás sedem minút", "04-14 10:07"),
        ],
    );
}

#[test]
fn slovak_near_misses() {
    check(
        Lang::Sk,
        said(),
        &[
            ("čo najskôr", "-"),
            ("čoskoro sa ozveme", "-"),
            ("o chvíľu", "-"),
            ("čakám dva týždne", "-"),
            ("čakám už dve hodiny", "-"),
            ("pred dvoma dňami", "-"),
            ("od dvoch týždňov", "-"),
            ("včera o deviatej", "-"),
            ("minulý piatok", "-"),
            ("dom 14", "-"),
            ("do 50 eur", "-"),
            ("do 20 osôb", "-"),
            ("do druhého poschodia", "-"),
            ("do tretej triedy", "-"),
            ("objednávka 14 20 35", "-"),
            ("zľava do 20%", "-"),
            ("dobrý večer", "-"),
            ("pekný víkend", "-"),
            ("dobré ráno", "-"),
            ("24/7", "-"),
            ("pol hodiny pred príchodom", "-"),
            ("každé 2 hodiny", "-"),
            ("každý piatok", "-"),
            ("na 30 dní", "-"),
            ("zo 14. marca", "-"),
            ("20 eur mesačne", "-"),
            ("záruka dva roky", "-"),
            ("v strede mesta", "-"),
            ("študovňa 3.14", "-"),
            ("verzia 4.0.3", "-"),
            ("pár minút", "-"),
            ("prešli dva týždne", "-"),
            ("pošlite mi to na mail", "-"),
        ],
    );
}

#[test]
fn slovak_hours_depend_on_when_they_are_said() {
    check(
        Lang::Sk,
        date(2026, 4, 17).at(18, 30, 0, 0),
        &[
            ("do ôsmej", "04-17 20:00"),
            ("v piatok", "04-24"),
            ("dnes do obeda", "-"),
            ("do obeda", "04-18 13:00"),
            ("do dvoch pracovných dní", "04-21"),
            ("o siedmej ráno", "04-18 07:00"),
        ],
    );
}

#[test]
fn slovak_limits_in_working_days() {
    check_limits(
        Lang::Sk,
        &[
            ("do desiatich pracovných dní", Some(10.0)),
            ("do 14 dní", Some(10.0)),
            ("do 7 kalendárnych dní", Some(5.0)),
            ("v lehote do tridsiatich dní", Some(22.0)),
            ("do mesiaca", Some(22.0)),
            ("do týždňa", Some(5.0)),
            ("do 24 hodín", Some(1.0)),
            ("do dvanástich hodín", Some(0.5)),
            ("čakám dva týždne", None),
            ("do piatku", None),
        ],
    );
}
