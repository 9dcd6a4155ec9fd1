//! Sentences with innocent words that look like swearing or insults (`tests/data/look-alikes`): how many are heard as hostile all the same.
//!
//! The aim is none. The limits are what the model reaches; they may only fall.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::path::Path;

use spokoj::signals::embedded::{Embedded, Room};
use spokoj::signals::hear;
use spokoj::transcript::{Channel, Conversation, Lang, Speaker, Turn};

/// How many sentences a language has at least.
const LEAST: usize = 150;

/// Each sentence is heard from a customer and from an agent; at most so many may be false alarms.
fn check(lang: Lang, most: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/look-alikes/{}.txt", lang.name()));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.lines().count() >= LEAST, "{} sentences", text.lines().count());
    let model = Embedded::built_in().unwrap();
    let mut room = Room::default();
    let mut alarms = Vec::new();
    for line in text.lines() {
        for speaker in [Speaker::Customer, Speaker::Agent] {
            let mut talk = Conversation::new("look-alike", Channel::Chat);
            talk.language = lang;
            talk.turns.push(Turn::new(0, speaker, line));
            let mut signals = hear::hear(&model, &talk, &mut room).unwrap();
            hear::decide(&talk, spokoj::signals::Hears::thresholds(&model), &mut signals);
            if signals.turns[0].aggression > 1 {
                alarms.push(format!("{} {}: {line}", speaker.name(), signals.turns[0].aggression));
            }
        }
    }
    assert!(alarms.len() <= most, "{} false alarms, more than {most}:\n{}", alarms.len(), alarms.join("\n"));
}

#[test]
fn russian_look_alikes_are_hardly_ever_hostile() {
    check(Lang::Ru, 16);
}

#[test]
fn polish_look_alikes_are_hardly_ever_hostile() {
    check(Lang::Pl, 26);
}

#[test]
fn slovak_look_alikes_are_hardly_ever_hostile() {
    check(Lang::Sk, 16);
}
