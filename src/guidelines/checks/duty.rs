//! A duty that arose and was never met: trigger, the turns searched, the nearest miss.

use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::{Fit, Pattern, closest, heard};
use crate::guidelines::consider::{Role, Step};
use crate::signals::labels::Act;
use crate::signals::promises;
use crate::signals::thresholds::Use;
use crate::transcript::Speaker;

/// Where the search for what is owed begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// With the conversation.
    Start,
    /// With the trigger's own turn.
    Trigger,
}

/// Which of several triggers create a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Triggers {
    /// The first; one finding a conversation at most.
    #[default]
    First,
    /// The first whose duty is not met; one finding a conversation at most.
    FirstUnmet,
    /// Each; a finding for every duty that is not met.
    Each,
}

impl Triggers {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_first(&self) -> bool {
        *self == Triggers::First
    }
}

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// What creates the duty; the earliest that fits counts.
    pub when: Vec<Pattern>,
    /// Further conditions anywhere in the conversation; all must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Pattern>,
    /// No duty where one of these holds anywhere in the conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<Pattern>,
    /// What is owed: groups of acts of the agent; one act of each group must be heard.
    pub owed: Vec<Vec<Act>>,
    /// Where the search begins.
    pub from: From,
    /// How many of the agent's moves after the trigger are searched; all of them by default.
    pub moves: Option<usize>,
    /// Flag the agent's last turn with one of these acts instead of the trigger, where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due_at_last: Vec<Act>,
    /// Which triggers are looked at.
    #[serde(default, skip_serializing_if = "Triggers::is_first")]
    pub triggers: Triggers,
    /// A sentence with one of these acts that names an exact time to come meets the duty too, heard as a commitment or not.
    #[serde(default)]
    pub met_by_time: Vec<Act>,
    /// A time that meets the duty must lie within the pack's limit for a review.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub within_review_limit: bool,
    /// Only in these channels; in all by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_in: Vec<crate::transcript::Channel>,
}

impl Duty {
    /// Whether the settings fit each other.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn validate(&self) -> Result<(), (&'static str, String)> {
        if self.when.is_empty() {
            return Err(("when", "`when` needs a pattern".to_owned()));
        }
        if self.owed.is_empty() || self.owed.iter().any(Vec::is_empty) {
            return Err(("owed", "`owed` needs at least one group with at least one act".to_owned()));
        }
        if let Some(act) =
            self.owed.iter().flatten().chain(&self.due_at_last).find(|act| act.speaker() != Speaker::Agent)
        {
            return Err(("owed", format!("`{act}` is an act of the customer; the agent owes")));
        }
        self.when.iter().chain(&self.needs).chain(&self.unless).try_for_each(Pattern::validate)
    }

    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let talk = scene.talk;
        if !self.only_in.is_empty() && !self.only_in.contains(&talk.conversation.channel) {
            return Vec::new();
        }
        let anywhere = |pattern: &Pattern, purpose: Use| {
            talk.turns_of(pattern.speaker).any(|(_, turn)| pattern.fit(scene, turn, purpose).is_some())
        };
        if !self.needs.iter().all(|pattern| anywhere(pattern, Use::Accuse))
            || self.unless.iter().any(|pattern| anywhere(pattern, Use::Clear))
        {
            return Vec::new();
        }
        self.triggers(scene)
            .into_iter()
            .filter_map(|(place, turn, fit)| self.unmet(scene, place, turn, &fit))
            .take(if self.triggers == Triggers::Each { usize::MAX } else { 1 })
            .collect()
    }

    /// Moves and turns at which the duty arises, in order.
    fn triggers(&self, scene: &Scene<'_>) -> Vec<(usize, usize, Fit)> {
        let mut found: Vec<(usize, usize, Fit)> = self
            .when
            .iter()
            .flat_map(|pattern| {
                // A move counts once, at its first turn that fits.
                let mut last = None;
                scene
                    .talk
                    .turns_of(pattern.speaker)
                    .filter_map(|(place, turn)| Some((place, turn, pattern.fit(scene, turn, Use::Accuse)?)))
                    .filter(move |(place, ..)| last.replace(*place) != Some(*place))
                    .skip(pattern.nth - 1)
                    .take(if self.triggers == Triggers::First { 1 } else { usize::MAX })
                    .collect::<Vec<_>>()
            })
            .collect();
        found.sort_by_key(|(_, turn, _)| *turn);
        found.dedup_by_key(|(_, turn, _)| *turn);
        if self.triggers == Triggers::First {
            found.truncate(1);
        }
        found
    }

    /// What the conversation came to: the duty's conditions, its triggers, and for each what was searched and what came nearest.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        let talk = scene.talk;
        if !self.only_in.is_empty() && !self.only_in.contains(&talk.conversation.channel) {
            let names: Vec<&str> = self.only_in.iter().map(|channel| channel.name()).collect();
            return vec![Step::said(Role::Scope, false, None, format!("owed in {} only", names.join(", ")))];
        }
        let nearest = |role, patterns: &[Pattern], purpose| -> Vec<Step> {
            patterns.iter().map(|pattern| Step::nearest(role, scene, pattern, purpose)).collect()
        };
        let mut steps = nearest(Role::Needed, &self.needs, Use::Accuse);
        steps.extend(nearest(Role::Unless, &self.unless, Use::Clear));
        let triggers = self.triggers(scene);
        if triggers.is_empty() {
            steps.extend(self.when.iter().map(|pattern| {
                let step = Step::nearest(Role::Trigger, scene, pattern, Use::Accuse);
                if !step.holds || pattern.nth == 1 {
                    return step;
                }
                Step { holds: false, words: format!("{}; needed {} times", step.words, pattern.nth), ..step }
            }));
        }
        for (place, turn, fit) in triggers {
            steps.push(Step::heard(Role::Trigger, true, turn, &fit, None));
            let Some(search) = self.search(scene, place) else {
                steps.push(Step::said(Role::Searched, false, None, "no turn of the agent in which it could be given"));
                continue;
            };
            let number = |at: &usize| talk.conversation.turns[*at].turn;
            if let (Some(first), Some(last)) = (search.turns.first().map(number), search.turns.last().map(number)) {
                let words = format!("{} turns of the agent, from {first} to {last}", search.turns.len());
                steps.push(Step::said(Role::Searched, true, None, words));
            }
            for owed in &search.owed {
                steps.push(match &owed.best {
                    Some((at, fit)) => Step::heard(Role::Owed, owed.met, *at, fit, Some(turn)),
                    None => Step::said(Role::Owed, false, None, format!("none of {}", names(owed.group))),
                });
            }
        }
        steps
    }

    /// The agent's turns in which what is owed can stand, and what stands there; `None` where there is no such turn.
    fn search(&self, scene: &Scene<'_>, place: usize) -> Option<Search<'_>> {
        let talk = scene.talk;
        let later: Vec<usize> = talk
            .after(place, Speaker::Agent)
            .take(scene.limits.windows.get(scene.code).copied().or(self.moves).unwrap_or(usize::MAX))
            .collect();
        let by_agent = talk.moves[place].speaker == Speaker::Agent;
        if later.is_empty() && !by_agent && self.from == From::Trigger {
            return None;
        }
        let end = later.last().copied().unwrap_or(place);
        let begin = if self.from == From::Start { 0 } else { place };
        let turns: Vec<usize> = (begin..=end)
            .filter(|at| talk.moves[*at].speaker == Speaker::Agent)
            .flat_map(|at| talk.moves[at].turns.iter().copied())
            .collect();
        if turns.is_empty() {
            return None;
        }
        let owed = self.owed.iter().map(|group| {
            let best = turns
                .iter()
                .filter_map(|turn| Some((*turn, closest(scene, *turn, group, Use::Clear)?)))
                .max_by(|a, b| a.1.reach().total_cmp(&b.1.reach()).then(b.0.cmp(&a.0)));
            let met = best.as_ref().is_some_and(|(at, fit)| fit.holds() && !self.is_too_long(scene, *at, fit));
            Owed { group, best, met }
        });
        let owed = owed.collect();
        Some(Search { turns, owed })
    }

    /// The finding, where what is owed is not among the turns searched.
    fn unmet(&self, scene: &Scene<'_>, place: usize, turn: usize, trigger: &Fit) -> Option<Finding> {
        let talk = scene.talk;
        let search = self.search(scene, place)?;
        let missing = search.owed.iter().find(|owed| !owed.met)?;
        if search.turns.iter().any(|turn| self.names_a_time(scene, *turn)) {
            return None;
        }
        let nearest = search
            .owed
            .iter()
            .filter(|owed| !owed.met)
            .filter_map(|owed| owed.best.as_ref())
            .reduce(|known, next| if next.1.reach() > known.1.reach() { next } else { known });
        let due = search.turns.iter().rev().copied().find(|turn| {
            self.due_at_last
                .iter()
                .any(|act| closest(scene, *turn, &[*act], Use::Accuse).is_some_and(|fit| fit.holds()))
        });
        let mut why = format!(
            "none of {} heard; duty from turn {}: {}",
            names(missing.group),
            talk.conversation.turns[turn].turn,
            trigger.why
        );
        if let Some((at, fit)) = nearest {
            why.push_str(&format!("; nearest in turn {}: {}", talk.conversation.turns[*at].turn, fit.why));
        }
        let (span, act) = if due.is_some() { (None, None) } else { (trigger.span.clone(), trigger.act) };
        Some(Finding {
            span,
            act,
            trigger: Some(turn),
            searched: search.turns.first().copied().zip(search.turns.last().copied()),
            nearest: nearest.map(|(at, fit)| (*at, fit.score)),
            ..scene.finding(due.unwrap_or(turn), why, trigger.score, trigger.threshold)
        })
    }
}

/// The turns in which what is owed can stand.
struct Search<'a> {
    turns: Vec<usize>,
    owed: Vec<Owed<'a>>,
}

/// A group of acts of which one is owed, and what comes closest to it.
struct Owed<'a> {
    group: &'a [Act],
    best: Option<(usize, Fit)>,
    met: bool,
}

fn names(acts: &[Act]) -> String {
    acts.iter().map(|act| act.name()).collect::<Vec<_>>().join(", ")
}

impl Duty {
    /// Whether a segment with an act of `met_by_time` names a time to come.
    fn names_a_time(&self, scene: &Scene<'_>, turn: usize) -> bool {
        let conversation = scene.talk.conversation;
        let said = conversation.started_at.as_deref().and_then(promises::wall_clock);
        let Some(said) = said.filter(|_| !self.met_by_time.is_empty()) else { return false };
        let Some(span) = heard(scene, turn, &self.met_by_time, Use::Clear).and_then(|fit| fit.span) else {
            return false;
        };
        promises::due(&conversation.turns[turn].text[span], conversation.language, said).is_some_and(|time| time.exact)
    }

    /// Whether the time that a segment names is longer than the pack allows for a review.
    fn is_too_long(&self, scene: &Scene<'_>, turn: usize, fit: &Fit) -> bool {
        let conversation = scene.talk.conversation;
        let Some(span) = fit.span.clone().filter(|_| self.within_review_limit) else { return false };
        let words = &conversation.turns[turn].text[span];
        let said = conversation.started_at.as_deref().and_then(promises::wall_clock);
        let days = match said {
            Some(said) => promises::working_days_from(words, conversation.language, said),
            None => promises::working_days(words, conversation.language),
        };
        days.is_some_and(|days| days > f64::from(scene.limits.review_working_days) + 1e-9)
    }
}
