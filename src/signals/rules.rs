//! Hears without a learned model: word sequences of `data/languages/<code>/phrases.tsv` and the lists of swearing and insults.
//!
//! For `--rules-only`: everything it says can be read in those files. It misses most of what is said in words that they do not hold.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::signals::embedded::{Embedded, Room};
use crate::signals::harsh::{self, Sort};
use crate::signals::labels::{Act, Cause};
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS, OUTPUTS};
use crate::signals::thresholds::Thresholds;
use crate::signals::tokens::{Word, Words};
use crate::signals::{Asked, Cut, Heard, HeardTurn, Hears, SignalError};
use crate::text::language::LANGUAGES;
use crate::transcript::{Lang, Speaker};

/// Log-odds of what is found, and of everything else.
const FOUND: f32 = 3.0;
const NOT_FOUND: f32 = -6.0;
/// Words of the longest sequence.
const LONGEST: usize = 4;

/// What sequences of words mean, by language and role.
type Meanings = HashMap<(Lang, Speaker), HashMap<String, Vec<usize>>>;

/// The rules of all languages.
pub struct Rules {
    words: Words,
    meanings: Meanings,
    thresholds: Thresholds,
    sha256: String,
}

impl Rules {
    /// Reads the files that are compiled in.
    ///
    /// # Errors
    /// When a line is malformed.
    pub fn built_in() -> Result<Rules, SignalError> {
        let words = Embedded::tokenizer()?;
        let mut meanings = Meanings::new();
        let mut hash = Sha256::new();
        for data in LANGUAGES {
            hash.update(data.phrases);
            hash.update(data.harsh);
            for (line, number) in data.phrases.lines().zip(1u64..) {
                let parsed = line.split_once('\t').and_then(|(role, rest)| {
                    let speaker: Speaker = role.parse().ok()?;
                    let (label, phrase) = rest.split_once('\t')?;
                    Some((speaker, output(label, speaker)?, phrase))
                });
                let Some((speaker, output, phrase)) = parsed else {
                    let path = format!("data/languages/{}/phrases.tsv", data.code).into();
                    let message = format!("`{line}` is not role, label, words");
                    return Err(SignalError::Label { path, line: number, message });
                };
                let own = meanings.entry((data.lang, speaker)).or_default();
                own.entry(joined(&words.of(phrase)?)).or_default().push(output);
            }
        }
        Ok(Rules { words, meanings, thresholds: Thresholds::default(), sha256: hex::encode(hash.finalize()) })
    }

    fn logits(&self, words: &[Word], speaker: Speaker, lang: Lang) -> Vec<f32> {
        let mut said = vec![NOT_FOUND; OUTPUTS];
        let spoken: Vec<&Word> = words.iter().filter(|word| word.is_word()).collect();
        if let Some(meanings) = self.meanings.get(&(lang, speaker)) {
            let mut sequence = String::new();
            for begin in 0..spoken.len() {
                sequence.clear();
                for word in spoken[begin..].iter().take(LONGEST) {
                    if !sequence.is_empty() {
                        sequence.push(' ');
                    }
                    sequence.push_str(&word.text);
                    meanings.get(&sequence).into_iter().flatten().for_each(|output| said[*output] = FOUND);
                }
            }
        }
        let level = match spoken.iter().filter_map(|word| harsh::sort(&word.text)).max() {
            None => 0,
            Some(Sort::Oath) => 1,
            Some(Sort::Insult | Sort::Vulgar) => 2,
        };
        said[AGGRESSION..AGGRESSION + level].fill(FOUND);
        // A higher level holds the lower ones.
        for level in (AGGRESSION..AGGRESSION + 2).rev() {
            said[level] = said[level].max(said[level + 1]);
        }
        if let Some(hostile) = Act::named("hostile", speaker) {
            let both = said[ACTS + hostile.place()].max(said[AGGRESSION + 1]);
            said[ACTS + hostile.place()] = both;
            said[AGGRESSION + 1] = both;
            said[AGGRESSION] = said[AGGRESSION].max(both);
        }
        said
    }
}

/// The output that a label names.
fn output(label: &str, speaker: Speaker) -> Option<usize> {
    if let Some(level) = label.strip_prefix("aggression_") {
        let level: usize = level.parse().ok()?;
        return (1..=3).contains(&level).then(|| AGGRESSION + level - 1).filter(|output| *output < KINDS);
    }
    let act = Act::named(label, speaker).map(|act| ACTS + act.place());
    act.or_else(|| Some(CAUSES + label.parse::<Cause>().ok()? as usize))
}

fn joined(words: &[Word]) -> String {
    words.iter().filter(|word| word.is_word()).map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

impl Hears for Rules {
    fn name(&self) -> &str {
        "rules"
    }

    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn words(&self) -> &Words {
        &self.words
    }

    fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    fn hear(&self, cuts: &[Cut<'_>], _: &mut Room) -> Result<Vec<Heard>, SignalError> {
        let of = |cut: &Cut<'_>| {
            let mut heard = Heard { turns: Vec::new(), customer: vec![NOT_FOUND; OUTPUTS] };
            for (turn, spans) in cut.conversation.turns.iter().zip(&cut.segments) {
                let mut own = HeardTurn::default();
                if matches!(turn.speaker, Speaker::Agent | Speaker::Customer) {
                    let lang = turn.language.unwrap_or(cut.conversation.language);
                    let hear =
                        |text: &str| Ok::<_, SignalError>(self.logits(&self.words.of(text)?, turn.speaker, lang));
                    own.segments = spans.iter().map(|span| hear(&turn.text[span.clone()])).collect::<Result<_, _>>()?;
                    // What is found in a part is found in the whole.
                    if let Some((first, rest)) = own.segments.split_first().filter(|(_, rest)| !rest.is_empty()) {
                        let mut whole = first.clone();
                        rest.iter().for_each(|part| {
                            whole.iter_mut().zip(part).for_each(|(all, own)| *all = all.max(*own));
                        });
                        own.whole = Some(whole);
                    }
                    if turn.speaker == Speaker::Customer {
                        for part in &own.segments {
                            heard.customer.iter_mut().zip(part).for_each(|(all, own)| *all = all.max(*own));
                        }
                    }
                }
                heard.turns.push(own);
            }
            Ok(heard)
        };
        cuts.iter().map(of).collect()
    }

    fn losses(&self, asked: &[Asked<'_>], _: &mut Room) -> Result<Vec<Vec<f32>>, SignalError> {
        let of = |asked: &Asked<'_>| {
            let turn = &asked.conversation.turns[asked.turn];
            let lang = turn.language.unwrap_or(asked.conversation.language);
            let place = ACTS + asked.act.place();
            let whole = self.logits(&asked.words, turn.speaker, lang)[place];
            let without = |left_out: usize| {
                let mut rest = asked.words.clone();
                rest.remove(left_out);
                whole - self.logits(&rest, turn.speaker, lang)[place]
            };
            (0..asked.words.len()).map(without).collect()
        };
        Ok(asked.iter().map(of).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::hear;
    use crate::transcript::{Channel, Conversation, Turn};

    #[test]
    fn phrases_and_swearing_are_heard_and_nothing_else() {
        let rules = Rules::built_in().unwrap();
        let mut talk = Conversation::new("t", Channel::Chat);
        talk.language = Lang::Sk;
        talk.turns.push(Turn::new(0, Speaker::Customer, "Vy ste kokoti."));
        talk.turns.push(Turn::new(1, Speaker::Agent, "Ospravedlňujem sa vám. Modrá stolička."));
        let signals = hear::hear(&rules, &talk, &mut Room::default()).unwrap();
        let apology = Act::named("apology", Speaker::Agent).unwrap();
        assert!(signals.turns[0].levels[1] > 0.5 && signals.turns[1].levels[0] < 0.5);
        assert!(signals.turns[1].score(apology) > 0.5);
        assert!(signals.turns[1].segments[1].acts.iter().all(|score| *score < 0.5));
    }
}
