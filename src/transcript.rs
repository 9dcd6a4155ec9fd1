//! What a conversation is: values only, no reading, no judging.
//!
//! A transcript comes in as a [`Conversation`] of [`Turn`]s, whatever its format. Every later layer speaks in these words.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A name that is not one of the fixed values of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{value}`; one of {known}")]
pub struct UnknownName {
    /// What was being named, such as `channel`.
    pub what: &'static str,
    /// The value that was found.
    pub value: String,
    /// The values that exist, comma-separated.
    pub known: String,
}

/// Declares a fieldless enumeration whose variants have fixed names in files and tables.
macro_rules! names {
    ($(#[$doc:meta])* $type:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $name:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $type { $($(#[$vdoc])* #[serde(rename = $name)] $variant),+ }

        impl $type {
            /// Every value, in declaration order.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The name used in files and tables.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }

        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.pad(self.name()) }
        }

        impl ::std::str::FromStr for $type {
            type Err = $crate::transcript::UnknownName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($name => Ok($type::$variant),)+
                    other => Err($crate::transcript::UnknownName {
                        what: $what,
                        value: other.to_owned(),
                        known: [$($name),+].join(", "),
                    }),
                }
            }
        }
    };
}
pub(crate) use names;

names! {
    /// Who speaks.
    Speaker, "speaker role", {
        /// The company's side.
        Agent = "agent",
        /// The customer's side.
        Customer = "customer",
        /// The platform's own lines.
        System = "system",
        /// Not known: the turn is kept and judged by no guideline.
        Unknown = "unknown",
    }
}

names! {
    /// How the two sides met.
    Channel, "channel", {
        /// A telephone call (voice).
        Phone = "phone",
        /// Typed at the same time.
        Chat = "chat",
        /// Letters by e-mail.
        Email = "email",
        /// Face to face (voice).
        InPerson = "in_person",
        /// A public review and the company's one written answer.
        Review = "review",
    }
}

impl Channel {
    /// Whether the words were spoken.
    #[must_use]
    pub const fn is_voice(self) -> bool {
        matches!(self, Channel::Phone | Channel::InPerson)
    }
}

names! {
    /// The language of a conversation or turn.
    Lang, "language", {
        /// Russian.
        Ru = "ru",
        /// Polish.
        Pl = "pl",
        /// Slovak.
        Sk = "sk",
        /// Another language, recognised as such: read and written, judged by the mechanical checks alone.
        Other = "other",
        /// Not known.
        Unknown = "unknown",
    }
}

impl Lang {
    /// Whether the product hears acts in it.
    #[must_use]
    pub const fn is_audited(self) -> bool {
        matches!(self, Lang::Ru | Lang::Pl | Lang::Sk)
    }
}

names! {
    /// Who began the contact.
    Direction, "direction", {
        /// The customer.
        Inbound = "inbound",
        /// The company.
        Outbound = "outbound",
    }
}

/// A stretch of a turn's original text, in bytes.
pub type Span = Range<usize>;

/// When a complaint-book entry was made and passed on (RFC 3339, as the source writes it).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Complaint {
    /// When the complaint was taken down.
    pub recorded_at: Option<String>,
    /// When the supervisor got it.
    pub forwarded_at: Option<String>,
}

/// One turn: what one speaker says until another speaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Number of the turn in its conversation, as the source counts; otherwise from 0.
    pub turn: u32,
    /// Who speaks.
    pub speaker: Speaker,
    /// The agent who speaks in this turn, where the source says so (after a transfer).
    pub agent_id: Option<String>,
    /// Seconds from the conversation's beginning.
    pub start: Option<f64>,
    /// Seconds from the conversation's beginning.
    pub end: Option<f64>,
    /// The words, exactly as in the source.
    pub text: String,
    /// Recognition confidence, 0–1, where the source has it.
    pub confidence: Option<f32>,
    /// How sure the role is, 0–1; 1 where the source or the user's mapping gives it.
    pub role_confidence: f32,
    /// The turn's own language where it clearly differs from the conversation's.
    pub language: Option<Lang>,
}

impl Turn {
    /// A turn with a role that the source gave and nothing else known.
    #[must_use]
    pub fn new(turn: u32, speaker: Speaker, text: impl Into<String>) -> Self {
        Turn {
            turn,
            speaker,
            agent_id: None,
            start: None,
            end: None,
            text: text.into(),
            confidence: None,
            role_confidence: 1.0,
            language: None,
        }
    }
}

/// Where a conversation came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// Path as the user would find it again; `-` for standard input.
    pub file: String,
    /// First line of the conversation in it, from 1, where the format has lines.
    pub line: Option<u64>,
    /// SHA-256 of the whole file, lower-case hexadecimal.
    pub sha256: String,
}

/// One conversation with its turns in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Unique over the whole input.
    pub conversation_id: String,
    /// How the two sides met.
    pub channel: Channel,
    /// The language that most of it is in.
    pub language: Lang,
    /// Who began the contact.
    pub direction: Option<Direction>,
    /// The agent of the whole conversation.
    pub agent_id: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// The customer, as the user's systems know them.
    pub customer_id: Option<String>,
    /// Beginning, RFC 3339 with offset, as the source writes it.
    pub started_at: Option<String>,
    /// Times of a complaint-book entry.
    pub complaint: Option<Complaint>,
    /// The turns.
    pub turns: Vec<Turn>,
    /// Where it came from.
    pub source: Source,
}

impl Conversation {
    /// A conversation with an id and a channel, and nothing else known yet.
    #[must_use]
    pub fn new(id: impl Into<String>, channel: Channel) -> Self {
        Conversation {
            conversation_id: id.into(),
            channel,
            language: Lang::Unknown,
            direction: None,
            agent_id: None,
            team: None,
            customer_id: None,
            started_at: None,
            complaint: None,
            turns: Vec::new(),
            source: Source::default(),
        }
    }

    /// Who is answerable for a turn: its own agent, else the conversation's.
    #[must_use]
    pub fn agent_of<'a>(&'a self, turn: &'a Turn) -> Option<&'a str> {
        turn.agent_id.as_deref().or(self.agent_id.as_deref())
    }

    /// Seconds from the first start to the last end, where times are known.
    #[must_use]
    pub fn duration(&self) -> Option<f64> {
        let first = self.turns.iter().find_map(|turn| turn.start)?;
        let last = self.turns.iter().filter_map(|turn| turn.end.or(turn.start)).fold(first, f64::max);
        Some(last - first)
    }
}

/// An input, or a part of one, that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The file; `-` for standard input.
    pub source_file: String,
    /// Line in the file, from 1, where known.
    pub line: Option<u64>,
    /// A short fixed code, such as `bad-json`.
    pub reason: String,
    /// What was found and what to do about it; personal data masked.
    pub message: String,
}
