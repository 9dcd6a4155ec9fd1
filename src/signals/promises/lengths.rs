//! Reads numbers and lengths of time: "pięć dni roboczych", "полтора часа", "5–7 dní", "минут через двадцать".

use super::tokens::{Kind, Token};
use super::words::{Form, Lexicon, Meaning, Phrase, Role, Unit};

/// A place in a text being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) words: &'a Lexicon,
    pub(super) tokens: &'a [Token],
    /// For each token the phrases that begin with it.
    pub(super) phrases: &'a [&'a [Phrase]],
}

/// A length of time and where it ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Length {
    /// How many units; the larger of a range.
    pub(super) amount: f64,
    pub(super) unit: Unit,
    /// Working days are meant.
    pub(super) working: bool,
    /// A number was named, not the unit alone.
    pub(super) numbered: bool,
    /// Only about so long.
    pub(super) rough: bool,
    /// A range was named ("от 3 до 5 дней").
    pub(super) range: bool,
    /// The token after it.
    pub(super) next: usize,
}

impl<'a> Reader<'a> {
    /// Reads the longest phrase with a wanted meaning; gives the value and the token after it.
    pub(super) fn read<T>(&self, at: usize, wanted: impl Fn(Meaning) -> Option<T>) -> Option<(T, usize)> {
        self.phrases.get(at)?.iter().find_map(|(rest, meaning)| {
            let value = wanted(*meaning)?;
            let next = at + 1 + rest.len();
            let following = self.tokens.get(at + 1..next)?;
            rest.iter().zip(following).all(|(word, token)| *word == token.folded).then_some((value, next))
        })
    }

    /// The token after a phrase with this meaning, where one stands here.
    pub(super) fn after(&self, at: usize, meaning: Meaning) -> Option<usize> {
        self.read(at, |found| (found == meaning).then_some(())).map(|((), next)| next)
    }

    /// The first token that has none of these meanings.
    pub(super) fn skip(&self, at: usize, skipped: impl Fn(Meaning) -> bool) -> usize {
        let mut at = at;
        for _ in 0..4 {
            let Some(((), next)) = self.read(at, |found| skipped(found).then_some(())) else { break };
            at = next;
        }
        at
    }

    /// Whether a mark stands here.
    pub(super) fn mark(&self, at: usize, mark: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_mark(mark))
    }

    /// Whether the token stands here without white space before it.
    pub(super) fn glued(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.glued)
    }

    /// Digits here: value and how many.
    pub(super) fn digits(&self, at: usize) -> Option<(u32, usize)> {
        self.tokens.get(at)?.digits()
    }

    /// Whether what stands here is something counted, so that the number before it is no time.
    pub(super) fn counted(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let known = self.read(at, |found| {
            matches!(
                found,
                Meaning::Preposition(_)
                    | Meaning::Part(..)
                    | Meaning::AfterClock(_)
                    | Meaning::To
                    | Meaning::And
                    | Meaning::Weekday(_)
                    | Meaning::Relative(_)
                    | Meaning::Month(_)
                    | Meaning::Filler
                    | Meaning::Next
                    | Meaning::This
            )
            .then_some(())
        });
        known.is_none() && self.words.is_counted(&token.folded)
    }

    /// A number in words or digits, with a decimal part; numbers over 9999 are none.
    pub(super) fn number(&self, at: usize) -> Option<(f64, usize)> {
        if let Some((value, count)) = self.digits(at) {
            if count > 4 {
                return None;
            }
            let fraction = (self.mark(at + 1, ",") || self.mark(at + 1, "."))
                .then(|| self.digits(at + 2))
                .flatten()
                .filter(|(_, count)| self.glued(at + 1) && self.glued(at + 2) && *count <= 2);
            return Some(match fraction {
                Some((part, count)) => (f64::from(value) + f64::from(part) / 10f64.powi(count as i32), at + 3),
                None => (f64::from(value), at + 1),
            });
        }
        let one = |at| self.read(at, |found| if let Meaning::Number(value) = found { Some(value) } else { None });
        let (mut sum, mut next) = one(at)?;
        let mut open = sum;
        while open >= 20 {
            let Some((value, after)) = one(next) else { break };
            let fits =
                (open == 100 && value < 100) || (open.is_multiple_of(10) && open < 100 && (1..10).contains(&value));
            if !fits {
                break;
            }
            (sum, open, next) = (sum + value, value, after);
        }
        Some((f64::from(sum), next))
    }

    fn unit(&self, at: usize, wanted: impl Fn(Form) -> bool) -> Option<(Unit, usize)> {
        let (unit, next) = self.read(at, |found| match found {
            Meaning::Unit(unit, form) if wanted(form) => Some(unit),
            _ => None,
        })?;
        Some((unit, next))
    }

    /// Adjectives between a number and its unit or after it: working or calendar days; whether "working" was among them.
    fn adjectives(&self, at: usize) -> (bool, usize) {
        let (mut at, mut working) = (at, false);
        for _ in 0..3 {
            let adjective = self.read(at, |found| match found {
                Meaning::Working => Some(true),
                Meaning::Calendar | Meaning::Filler => Some(false),
                _ => None,
            });
            let Some((is_working, next)) = adjective else { break };
            working |= is_working;
            at = next + usize::from(self.mark(next, ".") && self.glued(next));
        }
        (working, at)
    }

    /// Adjectives that may follow a unit: "dni roboczych".
    fn after_unit(&self, at: usize) -> (bool, usize) {
        let adjective = self.read(at, |found| match found {
            Meaning::Working => Some(true),
            Meaning::Calendar => Some(false),
            _ => None,
        });
        adjective.unwrap_or((false, at))
    }

    /// A length of time.
    pub(super) fn length(&self, at: usize) -> Option<Length> {
        let at = self.skip(at, |found| found == Meaning::Filler);
        self.phrase_length(at)
            .or_else(|| self.numbered_length(at))
            .or_else(|| self.reversed_length(at))
            .or_else(|| self.bare_unit(at))
    }

    fn phrase_length(&self, at: usize) -> Option<Length> {
        let (minutes, next) =
            self.read(at, |found| if let Meaning::Minutes(value) = found { Some(value) } else { None })?;
        let whole = Length {
            amount: f64::from(minutes),
            unit: Unit::Minute,
            working: false,
            numbered: true,
            rough: false,
            range: false,
            next,
        };
        Some(whole)
    }

    fn numbered_length(&self, at: usize) -> Option<Length> {
        let half = self.after(at, Meaning::OneAndHalf).map(|next| (1.5, next));
        let half = half.or_else(|| self.after(at, Meaning::Half).map(|next| (0.5, next)));
        let (mut amount, mut next) = half.or_else(|| self.number(at)).filter(|(amount, _)| *amount > 0.0)?;
        let (mut range, mut rough) = (false, false);
        if let Some(after) = self.bracketed(next) {
            next = after;
        }
        if let Some(after) = self.after(next, Meaning::AndHalf) {
            (amount, next) = (amount + 0.5, after);
        }
        let joined = self.after(next, Meaning::To);
        if let Some((second, after)) = self.number(self.skip(joined.unwrap_or(next), |found| found == Meaning::Filler))
        {
            if second < amount {
                return None;
            }
            (amount, next, range) = (second, after, joined.is_some());
            rough = true;
        }
        let (working, after) = self.adjectives(next);
        let whole = amount.fract() == 0.0;
        let one = !whole || (amount % 10.0 == 1.0 && amount % 100.0 != 11.0);
        let many = whole && amount != 1.0 || amount.fract() != 0.0;
        let (unit, after) = self
            .unit(after, |form| form == Form::Short || (form == Form::Many && many) || (form == Form::Single && one))
            .or_else(|| self.unit(after, |form| form != Form::Single))?;
        let after = after + usize::from(self.mark(after, ".") && self.glued(after) && self.after_unit(after + 1).0);
        let (working_after, next) = self.after_unit(after);
        Some(Length { amount, unit, working: working || working_after, numbered: true, rough, range, next })
    }

    /// The end of a number repeated in brackets: "10 (десять) рабочих дней".
    fn bracketed(&self, at: usize) -> Option<usize> {
        if !self.mark(at, "(") {
            return None;
        }
        let (_, next) = self.number(at + 1)?;
        self.mark(next, ")").then_some(next + 1)
    }

    fn bare_unit(&self, at: usize) -> Option<Length> {
        let (working, after) = self.adjectives(at);
        let (unit, next) = self.unit(after, |form| form == Form::Single)?;
        let (working_after, mut next) = self.after_unit(next);
        let mut amount = 1.0;
        if let Some(after) = self.after(next, Meaning::AndHalf) {
            (amount, next) = (1.5, after);
        }
        let mut rough = false;
        if let Some(after) = self.after(next, Meaning::OneAndHalf) {
            (amount, next, rough) = (1.5, after, true);
        }
        let working = working || working_after;
        Some(Length { amount, unit, working, numbered: amount > 1.0, rough, range: false, next })
    }

    /// "минут двадцать", "дня через два": about so many.
    fn reversed_length(&self, at: usize) -> Option<Length> {
        let (unit, mut next) = self.unit(at, |form| form == Form::Many)?;
        let preposition = self.read(next, |found| match found {
            Meaning::Preposition(which) => self.words.prepositions.get(which)?.length,
            _ => None,
        });
        if let Some((role, after)) = preposition {
            if !matches!(role, Role::In | Role::Over | Role::Within) {
                return None;
            }
            next = after;
        }
        let (mut amount, mut next) = self.number(next)?;
        let joined = self.after(next, Meaning::To).unwrap_or(next);
        if let Some((second, after)) = self.number(joined).filter(|(second, _)| *second > amount) {
            (amount, next) = (second, after);
        }
        if self.unit(next, |_| true).is_some() || self.counted(next) {
            return None;
        }
        Some(Length { amount, unit, working: false, numbered: true, rough: true, range: false, next })
    }

    /// Whether a length that ends here is counted from something else, or back: "два дня назад", "pół godziny przed".
    pub(super) fn bound_elsewhere(&self, at: usize) -> bool {
        self.read(at, |found| matches!(found, Meaning::Ago | Meaning::BeforeEvent | Meaning::Rate).then_some(()))
            .is_some()
    }

    /// Whether a word near a bare length says that it is past or only describes.
    pub(super) fn past_around(&self, first: usize, next: usize) -> bool {
        let before = self.tokens.get(first.saturating_sub(5)..first).unwrap_or_default();
        let after = self.tokens.get(next..(next + 4).min(self.tokens.len())).unwrap_or_default();
        let in_clause = |token: &&Token| token.kind != Kind::Mark || matches!(token.folded.as_str(), "-" | "\"" | "'");
        let past = |token: &Token| token.kind == Kind::Word && self.words.is_past(&token.folded);
        let directly = self.tokens.get(first.saturating_sub(1)..next).unwrap_or_default().iter().take(2);
        before.iter().rev().take_while(in_clause).any(past)
            || after.iter().take_while(in_clause).any(past)
            || directly.into_iter().any(|token| self.words.is_past_before(&token.folded))
    }
}
