//! Two models that hear together: the embedded one hears everything, a transformer the turns it is asked about.
//!
//! Where both have something to say, their log-odds are averaged; they err differently. A classifier of the user's replaces what it knows
//! better. In a cascade the transformer is asked only where the embedded model is unsure, which is most of its gain at a fraction of its cost.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::signals::embedded::{Embedded, Room};
use crate::signals::features;
use crate::signals::labels::Act;
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS, OUTPUTS};
use crate::signals::thresholds::{LEAST_TO_ACCUSE, Thresholds, logit};
use crate::signals::tokens::Words;
use crate::signals::transformer::{Input, Transformer};
use crate::signals::{Asked, Cut, Heard, HeardTurn, Hears, SignalError};
use crate::transcript::{Span, Speaker};

/// Conversations heard at once: enough turns for batches of like length.
const AT_ONCE: usize = 32;

/// Which turns the transformer hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of them.
    Everything,
    /// Those on which the embedded model is unsure.
    Unsure,
}

/// How far from its threshold, or from where it accuses, an act or a level of aggression is in doubt, in log-odds; by role. What is not named never is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// Acts of agents, and `aggression_1` to `aggression_3`.
    pub agent: BTreeMap<String, f32>,
    /// Acts of customers, and `aggression_1` to `aggression_3`.
    pub customer: BTreeMap<String, f32>,
}

/// How a transformer is heard beside the embedded model: the content of `joint.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The transformer's share in the average, 0 to 1.
    pub share: f32,
    /// Slope and shift that make the average's log-odds mean what they say, in the order of the network's outputs; none where it is empty.
    #[serde(default)]
    pub calibration: Vec<[f32; 2]>,
    /// Where the embedded model is unsure.
    #[serde(default)]
    pub bands: Bands,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { share: 0.5, calibration: Vec::new(), bands: Bands::default() }
    }
}

/// Both models.
pub struct Joint {
    name: String,
    sha256: String,
    embedded: Embedded,
    transformer: Transformer,
    thresholds: Thresholds,
    reach: Reach,
    share: f32,
    calibration: Vec<[f32; 2]>,
    /// Width of doubt by output, for agents and for customers.
    bands: [Vec<f32>; 2],
    /// Where decisions fall by output, in log-odds, for agents and for customers.
    limits: [Vec<[f32; 2]>; 2],
}

impl Joint {
    /// Joins the embedded model and the transformer of a folder; `thresholds.toml` and `joint.toml` are read from there if they exist.
    ///
    /// # Errors
    /// When a file of the folder is broken.
    pub fn open(
        name: &str,
        folder: &Path,
        embedded: Embedded,
        transformer: Transformer,
        reach: Reach,
    ) -> Result<Joint, SignalError> {
        let read = |file: &str| {
            let path = folder.join(file);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(source) => Err(SignalError::Read { path, source }),
            }
        };
        let (thresholds, settings) = (read("thresholds.toml")?, read("joint.toml")?);
        let mut hash = Sha256::new();
        for part in [Some(embedded.sha256()), Some(transformer.sha256()), thresholds.as_deref(), settings.as_deref()] {
            hash.update(part.unwrap_or_default());
        }
        let thresholds = match thresholds {
            Some(text) => Thresholds::from_toml(&text)?,
            None => embedded.thresholds().clone(),
        };
        let settings: Settings = match settings {
            Some(text) => toml::from_str(&text)
                .map_err(|error| SignalError::Model { what: "joint.toml", message: error.to_string() })?,
            None => Settings::default(),
        };
        let mut joint = Joint::new(name, embedded, transformer, reach, thresholds, &settings)?;
        joint.sha256 = hex::encode(hash.finalize());
        Ok(joint)
    }

    fn new(
        name: &str,
        embedded: Embedded,
        transformer: Transformer,
        reach: Reach,
        mut thresholds: Thresholds,
        settings: &Settings,
    ) -> Result<Joint, SignalError> {
        for (output, threshold) in &transformer.facts().thresholds {
            set(&mut thresholds, *output, *threshold);
        }
        let bands = [
            by_output(&settings.bands.agent, Speaker::Agent)?,
            by_output(&settings.bands.customer, Speaker::Customer)?,
        ];
        let roles = [Speaker::Agent, Speaker::Customer];
        let limits = roles.map(|speaker| limits_of(&thresholds, speaker));
        let share = if transformer.facts().replaces { 1.0 } else { settings.share };
        if ![0, OUTPUTS].contains(&settings.calibration.len()) {
            let message = format!("`calibration` has {} pairs, not {OUTPUTS}", settings.calibration.len());
            return Err(SignalError::Model { what: "joint.toml", message });
        }
        Ok(Joint {
            name: name.to_owned(),
            sha256: String::new(),
            embedded,
            transformer,
            thresholds,
            reach,
            share,
            calibration: settings.calibration.clone(),
            bands,
            limits,
        })
    }

    /// Whether the embedded model is unsure of an act or of aggression in a turn.
    fn is_unsure(&self, turn: &HeardTurn, speaker: Speaker) -> bool {
        let (limits, bands) = (&self.limits[side(speaker)], &self.bands[side(speaker)]);
        let said = decisive(turn, speaker);
        (0..KINDS).any(|output| distance(said[output], limits[output]) < bands[output])
    }
}

/// Averages two models' log-odds; the other's `share` is 0 to 1, and what it does not say (NaN) changes nothing.
fn average(own: &mut [f32], other: &[f32], share: f32) {
    for (own, other) in own.iter_mut().zip(other) {
        if other.is_finite() {
            *own += share * (other - *own);
        }
    }
}

/// Averages what two models heard, turn by turn, and calibrates it; turns that the other did not hear stay as they are.
pub fn mix(own: &mut Heard, other: &Heard, share: f32, calibration: &[[f32; 2]]) {
    for (own, other) in own.turns.iter_mut().zip(&other.turns) {
        let other = other.segments.iter().chain(&other.whole);
        for (own, other) in own.segments.iter_mut().chain(&mut own.whole).zip(other) {
            average(own, other, share);
            own.iter_mut().zip(calibration).for_each(|(logit, [slope, shift])| *logit = *logit * slope + shift);
        }
    }
}

/// What a transformer hears in the turns that are wanted; the others stay empty, as does what the customer says in all.
///
/// # Errors
/// When the transformer fails.
pub fn ask(
    transformer: &Transformer,
    cuts: &[Cut<'_>],
    wanted: impl Fn(usize, usize) -> bool,
) -> Result<Vec<Heard>, SignalError> {
    let mut heard: Vec<Heard> = cuts
        .iter()
        .map(|cut| Heard { turns: vec![HeardTurn::default(); cut.segments.len()], customer: Vec::new() })
        .collect();
    let mut inputs = Vec::new();
    let mut places = Vec::new();
    for (number, cut) in cuts.iter().enumerate() {
        let speakers: Vec<Speaker> = cut.conversation.turns.iter().map(|turn| turn.speaker).collect();
        for (at, spans) in cut.segments.iter().enumerate() {
            let heard = matches!(speakers[at], Speaker::Agent | Speaker::Customer) && !spans.is_empty();
            if heard && wanted(number, at) {
                inputs.push(input(cut, &speakers, at));
                places.push((number, at));
            }
        }
    }
    for ((number, at), mut said) in places.into_iter().zip(transformer.logits(&inputs)?) {
        let whole = if said.len() > 1 { said.pop() } else { None };
        heard[number].turns[at] = HeardTurn { segments: said, whole };
    }
    Ok(heard)
}

/// What a turn comes to by output: of acts the clearest segment, averaged with the whole turn where it has several; else the whole turn.
#[must_use]
pub fn decisive(turn: &HeardTurn, speaker: Speaker) -> Vec<f32> {
    let mut said = turn.turn().cloned().unwrap_or_else(|| vec![f32::NEG_INFINITY; OUTPUTS]);
    for act in Act::of(speaker) {
        let output = ACTS + act.place();
        let clearest = turn.segments.iter().map(|segment| segment[output]).fold(f32::NEG_INFINITY, f32::max);
        said[output] = turn.whole.as_ref().map_or(clearest, |whole| f32::midpoint(clearest, whole[output]));
    }
    said
}

/// Where decisions on what a role says fall, by output, in log-odds: the threshold, and where an agent may be accused.
#[must_use]
pub fn limits_of(thresholds: &Thresholds, speaker: Speaker) -> Vec<[f32; 2]> {
    let levels = if speaker == Speaker::Agent { thresholds.agent } else { thresholds.customer };
    let all = thresholds.acts.iter().chain(&levels).chain(&thresholds.kinds).chain(&thresholds.causes);
    let least = if speaker == Speaker::Agent { LEAST_TO_ACCUSE } else { 0.0 };
    all.map(|threshold| [logit(*threshold), logit(threshold.max(least))]).collect()
}

/// How far log-odds are from the nearer of two limits.
#[must_use]
pub fn distance(said: f32, limits: [f32; 2]) -> f32 {
    limits.iter().map(|limit| (said - limit).abs()).fold(f32::INFINITY, f32::min)
}

fn set(thresholds: &mut Thresholds, output: usize, threshold: f32) {
    if output >= CAUSES {
        thresholds.causes[output - CAUSES] = threshold;
    } else if output >= KINDS {
        thresholds.kinds[output - KINDS] = threshold;
    } else if output >= AGGRESSION {
        thresholds.agent[output - AGGRESSION] = threshold;
        thresholds.customer[output - AGGRESSION] = threshold;
    } else {
        thresholds.acts[output] = threshold;
    }
}

const fn side(speaker: Speaker) -> usize {
    matches!(speaker, Speaker::Customer) as usize
}

/// The name of an output in [`Bands`]; `None` where it has no band.
#[must_use]
pub fn band_name(output: usize) -> Option<String> {
    match output {
        AGGRESSION..KINDS => Some(format!("aggression_{}", output - AGGRESSION + 1)),
        _ => Act::at(output).map(|act| act.name().to_owned()),
    }
}

fn by_output(bands: &BTreeMap<String, f32>, speaker: Speaker) -> Result<Vec<f32>, SignalError> {
    let mut widths = vec![0.0; OUTPUTS];
    for (name, width) in bands {
        let act = Act::named(name, speaker).map(|act| ACTS + act.place());
        let level = || (AGGRESSION..KINDS).find(|output| band_name(*output).as_ref() == Some(name));
        let Some(output) = act.or_else(level) else {
            let message = format!("`{name}` is no act of the {speaker}, nor aggression_1 to aggression_3");
            return Err(SignalError::Model { what: "joint.toml", message });
        };
        widths[output] = *width;
    }
    Ok(widths)
}

/// A turn as the transformer takes it: its segments, and the whole where it has several.
fn input<'a>(cut: &Cut<'a>, speakers: &[Speaker], at: usize) -> Input<'a> {
    let turns = &cut.conversation.turns;
    let text = turns[at].text.as_str();
    let mut spans = cut.segments[at].clone();
    if spans.len() > 1 {
        spans.push(0..text.len());
    }
    let previous = features::previous(speakers, at).map(|before| turns[before].text.as_str());
    Input { text, previous, speaker: speakers[at], spans }
}

impl Hears for Joint {
    fn name(&self) -> &str {
        &self.name
    }

    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn words(&self) -> &Words {
        self.embedded.words()
    }

    fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn hear(&self, cuts: &[Cut<'_>], room: &mut Room) -> Result<Vec<Heard>, SignalError> {
        let mut heard = self.embedded.hear(cuts, room)?;
        let other = ask(&self.transformer, cuts, |number, at| {
            let speaker = cuts[number].conversation.turns[at].speaker;
            self.reach == Reach::Everything || self.is_unsure(&heard[number].turns[at], speaker)
        })?;
        for (own, other) in heard.iter_mut().zip(&other) {
            mix(own, other, self.share, &self.calibration);
        }
        Ok(heard)
    }

    fn losses(&self, asked: &[Asked<'_>], room: &mut Room) -> Result<Vec<Vec<f32>>, SignalError> {
        let mut losses = self.embedded.losses(asked, room)?;
        if self.reach == Reach::Unsure {
            return Ok(losses);
        }
        // Of each question the turn as it is, then without each word.
        let texts: Vec<Vec<(String, Span)>> = asked.iter().map(left_out).collect();
        let mut inputs = Vec::new();
        for (asked, texts) in asked.iter().zip(&texts) {
            let turns = &asked.conversation.turns;
            let speakers: Vec<Speaker> = turns.iter().map(|turn| turn.speaker).collect();
            let previous = features::previous(&speakers, asked.turn).map(|before| turns[before].text.as_str());
            let speaker = speakers[asked.turn];
            inputs.extend(texts.iter().map(|(text, span)| Input {
                text,
                previous,
                speaker,
                spans: vec![span.clone()],
            }));
        }
        let mut said = self.transformer.logits(&inputs)?.into_iter();
        for (asked, own) in asked.iter().zip(&mut losses) {
            let output = ACTS + asked.act.place();
            let mut next = || said.next().and_then(|spans| Some(spans.first()?[output])).unwrap_or(f32::NAN);
            let whole = next();
            let other: Vec<f32> = own.iter().map(|_| whole - next()).collect();
            average(own, &other, self.share);
        }
        Ok(losses)
    }
}

/// The text of the turn asked about, as it is and without each of the words, with the span that is left.
fn left_out(asked: &Asked<'_>) -> Vec<(String, Span)> {
    let text = &asked.conversation.turns[asked.turn].text;
    let span = &asked.span;
    let mut all = vec![(text.clone(), span.clone())];
    for word in &asked.words {
        let (begin, end) = (span.start + word.span.start, span.start + word.span.end);
        let rest = format!("{}{}", &text[..begin], &text[end..]);
        all.push((rest, span.start..span.end - (end - begin)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(segments: &[f32], whole: Option<f32>, output: usize) -> HeardTurn {
        let logits = |value: f32| {
            let mut all = vec![-5.0; OUTPUTS];
            all[output] = value;
            all
        };
        HeardTurn { segments: segments.iter().map(|value| logits(*value)).collect(), whole: whole.map(logits) }
    }

    #[test]
    fn the_clearest_segment_and_the_turn_decide_on_an_act() {
        let apology = Act::named("apology", Speaker::Agent).unwrap();
        let output = ACTS + apology.place();
        let several = turn(&[-4.0, 2.0], Some(1.0), output);
        assert_eq!(decisive(&several, Speaker::Agent)[output], 1.5);
        assert_eq!(decisive(&turn(&[2.0], None, output), Speaker::Agent)[output], 2.0);
        assert_eq!(decisive(&turn(&[0.5, 0.1], Some(3.0), AGGRESSION), Speaker::Agent)[AGGRESSION], 3.0);
    }

    #[test]
    fn a_band_of_an_unknown_act_is_refused_by_name() {
        let bands = BTreeMap::from([("apology".to_owned(), 1.0)]);
        assert!(by_output(&bands, Speaker::Agent).unwrap().contains(&1.0));
        let error = by_output(&bands, Speaker::Customer).unwrap_err().to_string();
        assert!(error.contains("`apology` is no act of the customer"), "{error}");
    }

    #[test]
    fn every_output_with_a_band_is_found_again_by_its_name() {
        for output in 0..KINDS {
            let speaker = Act::at(output).map_or(Speaker::Agent, Act::speaker);
            let name = band_name(output).unwrap();
            assert_eq!(by_output(&BTreeMap::from([(name, 2.0)]), speaker).unwrap()[output], 2.0);
        }
    }
}
