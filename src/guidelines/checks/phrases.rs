//! The phrases of a pattern: a list for all languages, or one for each (`phrases.pl = […]`), and where they stand in a turn.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::Fit;
use crate::text::phrase::Phrase;
use crate::text::segment;
use crate::transcript::Lang;

/// Phrases by language; those under `None` are looked for in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phrases(pub BTreeMap<Option<Lang>, Vec<Phrase>>);

impl Phrases {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Vec::is_empty)
    }

    /// The first phrase that stands in a turn, within one of its segments.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>, turn: usize) -> Option<Fit> {
        if self.is_empty() {
            return None;
        }
        let talk = scene.talk;
        let spoken = &talk.conversation.turns[turn];
        let lang = spoken.language.unwrap_or(talk.conversation.language);
        let heard = &talk.turn(turn).segments;
        // Labels that people gave need not cover every turn.
        let segments = if heard.is_empty() {
            segment::segments(&spoken.text, lang)
        } else {
            heard.iter().map(|segment| segment.span.clone()).collect()
        };
        let wanted = || [None, Some(lang)].into_iter().filter_map(|key| self.0.get(&key)).flatten();
        segments.into_iter().find_map(|segment| {
            let text = spoken.text.get(segment.clone())?;
            wanted().find_map(|phrase| {
                let found = phrase.find(text, lang)?;
                let span = segment.start + found.start..segment.start + found.end;
                Some(Fit {
                    score: 1.0,
                    threshold: 1.0,
                    span: Some(span),
                    act: None,
                    why: format!("phrase `{}`", phrase.text()),
                })
            })
        })
    }
}

impl Serialize for Phrases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.get(&None) {
            Some(all) => all.serialize(serializer),
            None => {
                let by: BTreeMap<&str, &Vec<Phrase>> =
                    self.0.iter().filter_map(|(lang, list)| Some(((*lang)?.name(), list))).collect();
                by.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Phrases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Phrases;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of phrases, or lists by language: `phrases.pl = [\"…\"]`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Phrases, A::Error> {
        let mut phrases = Vec::new();
        while let Some(phrase) = list.next_element()? {
            phrases.push(phrase);
        }
        Ok(Phrases(BTreeMap::from([(None, phrases)])))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut lists: A) -> Result<Phrases, A::Error> {
        let mut all = BTreeMap::new();
        while let Some((lang, list)) = lists.next_entry::<Lang, Vec<Phrase>>()? {
            if !lang.is_audited() {
                return Err(A::Error::custom(format!(
                    "no phrases are looked for in `{lang}`; ru, pl and sk are heard"
                )));
            }
            all.insert(Some(lang), list);
        }
        Ok(Phrases(all))
    }
}
