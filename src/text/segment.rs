//! Cuts a turn into segments (sentences and clauses), also where there is no punctuation.
//!
//! Sentence ends are rules with the abbreviations of the language; speech without punctuation is cut by a small learned scorer
//! (`models/segment`). The words themselves are not changed. Time and memory are linear in the text, whatever the text.

mod marks;
mod score;

use marks::{Mark, Token, Tokens};

use crate::transcript::{Lang, Span};

/// Most words in a segment.
pub const MAX_WORDS: usize = 60;
/// Most words in a segment of speech without punctuation.
const MAX_RAW_WORDS: usize = 40;
/// Words of one sentence that are looked at together; a longer one is taken in parts.
const STRETCH: usize = 480;

/// The segments of a turn in order, as byte spans of the original text; white space around them is left out.
///
/// Together the segments hold every character that is not white space; none is empty. A segment has at most [`MAX_WORDS`] words.
/// For a language without data of its own (`Other`, `Unknown`) only marks that every language shares are used.
#[must_use]
pub fn segments(text: &str, lang: Lang) -> Vec<Span> {
    let rules = score::rules(lang);
    let mut spans = Vec::new();
    let mut stretch: Vec<Token> = Vec::new();
    let mut folded = score::Folded::default();
    let mut tokens = Tokens::new(text);
    let mut depth = 0_usize;
    let mut next = tokens.next();
    while let Some(mut token) = next {
        next = tokens.next();
        if let Some(following) = &next {
            token.mark = marks::mark(text, &token, following, rules, stretch.is_empty(), depth);
        }
        depth = marks::depth(&text[token.start..token.end], depth);
        let ends = next.is_none() || matches!(token.mark, Mark::Sentence | Mark::Smile);
        stretch.push(token);
        if ends || stretch.len() >= STRETCH {
            cut(text, &stretch, rules, &mut folded, &mut spans);
            stretch.clear();
        }
    }
    spans
}

/// Cuts one stretch without sentence marks into spans.
fn cut(text: &str, stretch: &[Token], rules: &score::Rules, folded: &mut score::Folded, spans: &mut Vec<Span>) {
    let kind = score::kind(text, stretch);
    let most = if kind == score::Kind::Raw { MAX_RAW_WORDS } else { MAX_WORDS };
    let scored = rules.has_weights() && (kind == score::Kind::Raw || stretch.iter().any(|t| t.mark == Mark::Comma));
    if scored {
        folded.fill(text, stretch);
    }
    let mut first = 0;
    // the best place to cut so far, in the later half of the window, should the window fill
    let mut best: Option<(f32, usize)> = None;
    let mut at = 0;
    while at + 1 < stretch.len() {
        let since = at + 1 - first;
        let group = score::group(kind, stretch[at].mark, at);
        let score = match group {
            Some(group) if scored => rules.score(text, stretch, folded, at, since, group),
            _ => closed_score(stretch[at].mark),
        };
        let open = scored && group.is_some() && score > rules.open;
        if since * 2 >= most && best.is_none_or(|(top, _)| score >= top) {
            best = Some((score, at));
        }
        let full = since >= most;
        if open || full {
            let last = if open { at } else { best.map_or(at, |(_, place)| place) };
            spans.push(stretch[first].start..stretch[last].end);
            first = last + 1;
            at = last;
            best = None;
        }
        at += 1;
    }
    if let (Some(a), Some(b)) = (stretch.get(first), stretch.last()) {
        spans.push(a.start..b.end);
    }
}

/// How good a gap without a learned score is for a cut that the window's length forces.
fn closed_score(mark: Mark) -> f32 {
    match mark {
        Mark::Comma | Mark::Other => -20.0,
        Mark::Nothing => -30.0,
        _ => -40.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn cuts(lang: Lang, text: &str, expected: &[&str]) {
        let found: Vec<&str> = segments(text, lang).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sentences_end_at_marks_and_keep_their_closing_marks() {
        cuts(
            Lang::Ru,
            "Добрый день! Вы сказали «завтра».Где он?! Жду…",
            &["Добрый день!", "Вы сказали «завтра».", "Где он?!", "Жду…"],
        );
        cuts(Lang::Pl, "Rozumiem 🙂 Zaraz sprawdzę.  ", &["Rozumiem 🙂", "Zaraz sprawdzę."]);
        cuts(Lang::Ru, "Отлично) Хорошей игры! (шутка) ладно", &["Отлично)", "Хорошей игры!", "(шутка) ладно"]);
        cuts(Lang::Sk, "Neviem... asi zajtra. Dobre?", &["Neviem... asi zajtra.", "Dobre?"]);
    }

    #[test]
    fn abbreviations_numbers_initials_and_addresses_do_not_end_sentences() {
        cuts(
            Lang::Ru,
            "Живу на ул. Ленина, д. 5, т.е. рядом. Сумма 5.3 руб. за шт.",
            &["Живу на ул. Ленина, д. 5, т.е. рядом.", "Сумма 5.3 руб. за шт."],
        );
        cuts(
            Lang::Sk,
            "Prídeme 14. marca o 12.30 na nám. Slobody. Napíšte na a.b@firma.sk. Ďakujem.",
            &["Prídeme 14. marca o 12.30 na nám. Slobody.", "Napíšte na a.b@firma.sk.", "Ďakujem."],
        );
        cuts(
            Lang::Pl,
            "Zwrot 40 zł. Pan J. Kowalski, np. jutro, ul. Prosta 3.",
            &["Zwrot 40 zł.", "Pan J. Kowalski, np. jutro, ul. Prosta 3."],
        );
    }

    #[test]
    fn lines_are_segments_but_wrapped_lines_are_not() {
        cuts(
            Lang::Pl,
            "Dzień dobry,\n\nproszę o fakturę.\nZ poważaniem\nIwona Rak",
            &["Dzień dobry,", "proszę o fakturę.", "Z poważaniem", "Iwona Rak"],
        );
        cuts(
            Lang::Pl,
            "- pierwszy punkt\n- drugi punkt\n1. Trzeci",
            &["- pierwszy punkt", "- drugi punkt", "1. Trzeci"],
        );
        cuts(
            Lang::Sk,
            "Chcela by som sa opýtať, kedy mi príde objednávka, ktorú som\nposlala minulý týždeň.",
            &["Chcela by som sa opýtať, kedy mi príde objednávka, ktorú som\nposlala minulý týždeň."],
        );
    }

    #[test]
    fn a_full_stop_without_a_space_ends_a_sentence_in_chat_only_where_it_cannot_be_an_address() {
        cuts(
            Lang::Ru,
            "Плитка с дыркой.Пришлось ждать!Простынь мятая",
            &["Плитка с дыркой.", "Пришлось ждать!", "Простынь мятая"],
        );
        cuts(Lang::Ru, "сайт example.com не открывается", &["сайт example.com не открывается"]);
        cuts(Lang::Pl, "na Jan.Kowalski@firma.example piszę", &["na Jan.Kowalski@firma.example piszę"]);
    }

    #[test]
    fn training_and_running_compute_the_same_features() {
        for (lang, cases) in [
            (Lang::Ru, include_str!("../../models/segment/ru-cases.tsv")),
            (Lang::Pl, include_str!("../../models/segment/pl-cases.tsv")),
            (Lang::Sk, include_str!("../../models/segment/sk-cases.tsv")),
        ] {
            for line in cases.lines() {
                let parts: Vec<&str> = line.split('\t').collect();
                cuts(lang, &parts.join(" "), &parts);
            }
        }
    }

    #[test]
    fn a_very_long_turn_is_cut_in_linear_time() {
        let text = "а".repeat(1_000_000);
        assert_eq!(segments(&text, Lang::Ru), vec![0..text.len()]);
        let text = "no a potom ešte ".repeat(50_000);
        let spans = segments(&text, Lang::Sk);
        assert!(spans.iter().all(|span| text[span.clone()].split_whitespace().count() <= MAX_WORDS));
        let text = "Slovo, ".repeat(50_000);
        let spans = segments(&text, Lang::Unknown);
        assert!(spans.iter().all(|span| text[span.clone()].split_whitespace().count() <= MAX_WORDS));
    }

    #[test]
    #[ignore = "prints figures; run by hand"]
    #[expect(clippy::print_stdout, reason = "figures for a person")]
    fn speed() {
        let turns: Vec<&str> = include_str!("../../models/segment/pl-cases.tsv").lines().collect();
        let begin = std::time::Instant::now();
        let mut count = 0;
        for _ in 0..200 {
            for turn in &turns {
                count += segments(turn, Lang::Pl).len();
            }
        }
        let turns_done = 200 * turns.len();
        println!("{count} segments, {:.0} turns/s", turns_done as f64 / begin.elapsed().as_secs_f64());
    }

    proptest! {
        #[test]
        fn segments_hold_everything_in_order(text in "(\\PC|[a-zа-я .!?,\n()🙂…»-]| konec\\. |\u{a0}){0,200}", which in 0..5_usize) {
            let lang = Lang::ALL[which];
            let mut at = 0;
            for span in segments(&text, lang) {
                prop_assert!(at <= span.start && span.start < span.end);
                prop_assert!(text[at..span.start].trim().is_empty());
                let part = &text[span.clone()];
                prop_assert_eq!(part.trim(), part);
                prop_assert!(part.split_whitespace().count() <= MAX_WORDS);
                at = span.end;
            }
            prop_assert!(text[at..].trim().is_empty());
        }
    }
}
