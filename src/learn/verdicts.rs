//! What an audit of a set of conversations says, as far as it is scored: the same findings as in the tables, without writing them.

use crate::guidelines::checks::promise::{self, Book};
use crate::guidelines::pack::Pack;
use crate::guidelines::talk::Talk;
use crate::guidelines::{Level, evaluate};
use crate::learn::gold::Verdict;
use crate::signals::Signals;
use crate::signals::labels::Cause;
use crate::signals::thresholds::Thresholds;
use crate::transcript::Conversation;

/// One verdict a conversation, in order; promises are followed over all of them.
pub fn verdicts<'a>(
    pack: &Pack,
    heard: impl Iterator<Item = (&'a Conversation, &'a Signals)>,
    thresholds: &Thresholds,
) -> Vec<Verdict> {
    let mut book = Book::default();
    let mut waiting = Vec::new();
    for (number, (conversation, signals)) in (0..).zip(heard) {
        let made: Vec<(&str, promise::Made)> = promise::made(pack, &Talk::new(conversation, signals, thresholds))
            .into_iter()
            .map(|(guideline, made, _)| (guideline.code.as_str(), made))
            .collect();
        let contacts = promise::contacts(conversation);
        let customer = conversation.customer_id.as_deref();
        book.enter(number, customer, &contacts, made.iter().map(|(_, made)| made.clone()));
        waiting.push((conversation, made, contacts, verdict(pack, conversation, signals, thresholds)));
    }
    let broken = book.close();
    (0..)
        .zip(waiting)
        .map(|(number, (conversation, made, contacts, mut verdict))| {
            let reported = contacts.first().map(|contact| contact.began);
            if broken.is_known(conversation.customer_id.as_deref(), reported) {
                let by_customer =
                    |code: &str| pack.guidelines.iter().any(|rule| rule.code == code && rule.level == Level::Customer);
                verdict.flags.retain(|(code, _)| !by_customer(code));
            }
            for (code, made) in made {
                if broken.at(number, made.turn) {
                    verdict.flags.push((code.to_owned(), conversation.turns[made.turn].turn));
                }
            }
            verdict
        })
        .collect()
}

/// The promises of a conversation with the code of the guideline that follows them.
fn verdict(pack: &Pack, conversation: &Conversation, signals: &Signals, thresholds: &Thresholds) -> Verdict {
    let names = |causes: &[Cause]| causes.iter().map(|cause| cause.name().to_owned()).collect();
    Verdict {
        flags: evaluate::findings(pack, conversation, signals, thresholds)
            .iter()
            .map(|finding| (pack.guidelines[finding.guideline].code.clone(), conversation.turns[finding.turn].turn))
            .collect(),
        turns: conversation
            .turns
            .iter()
            .zip(&signals.turns)
            .map(|(turn, heard)| (turn.turn, turn.speaker, heard.aggression))
            .collect(),
        causes: (names(&signals.causes_stated), names(&signals.causes_underlying)),
    }
}
