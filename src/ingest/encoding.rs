//! Tells the encoding of a text by its content: UTF-8, UTF-16 and the two Windows code pages of the three languages.
//!
//! The whole file is surveyed once, together with its checksum. Between windows-1250 and windows-1251 the words decide: in
//! Polish and Slovak letters beyond ASCII stand among ASCII letters, in Russian a word has nothing but them. Other encodings
//! (KOI8-R, CP866, ISO 8859-2) are recognised as foreign, not converted.

use std::io::{self, BufRead, Read};
use std::sync::LazyLock;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251};

/// How the bytes of a file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, perhaps with bad bytes in single lines.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// The Windows code page of Polish and Slovak.
    Windows1250,
    /// The Windows code page of Russian.
    Windows1251,
    /// A text in another encoding.
    Foreign,
    /// Not a text.
    Binary,
}

impl Encoding {
    fn decoder(self) -> Option<Decoder> {
        let encoding = match self {
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
            Encoding::Windows1250 => WINDOWS_1250,
            Encoding::Windows1251 => WINDOWS_1251,
            Encoding::Utf8 | Encoding::Foreign | Encoding::Binary => return None,
        };
        Some(encoding.new_decoder_with_bom_removal())
    }

    /// A piece of text from the beginning of a file; bad bytes become U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> String {
        let Some(mut decoder) = self.decoder() else {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            return String::from_utf8_lossy(bytes).into_owned();
        };
        let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3));
        let _ = decoder.decode_to_string(bytes, &mut text, false);
        text
    }

    /// The text of a file as UTF-8 bytes.
    pub(super) fn reader(self, source: impl Read + 'static) -> Box<dyn BufRead> {
        match self.decoder() {
            None => Box::new(io::BufReader::with_capacity(64 << 10, source)),
            Some(decoder) => Box::new(Decoding {
                source: Box::new(source),
                decoder,
                raw: vec![0; 32 << 10],
                text: Vec::new(),
                at: 0,
                ended: false,
            }),
        }
    }
}

/// Converts to UTF-8 while reading.
struct Decoding {
    source: Box<dyn Read>,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Decoding {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let buffer = self.fill_buf()?;
        let count = buffer.len().min(out.len());
        out[..count].copy_from_slice(&buffer[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Decoding {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() && !self.ended {
            let count = self.source.read(&mut self.raw)?;
            self.ended = count == 0;
            let room = self.decoder.max_utf8_buffer_length(count).unwrap_or(count * 3 + 16);
            self.text.resize(room, 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..count], &mut self.text, self.ended);
            self.text.truncate(written);
            self.at = 0;
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.text.len());
    }
}

/// The character of each byte from 0x80 in the two code pages.
static CHARACTERS: LazyLock<[[char; 128]; 2]> = LazyLock::new(|| {
    [WINDOWS_1250, WINDOWS_1251].map(|encoding| {
        std::array::from_fn(|index| {
            let byte = [0x80 + (index as u8)];
            encoding.decode_without_bom_handling(&byte).0.chars().next().unwrap_or('\u{fffd}')
        })
    })
});

/// How many bytes wait for those that follow them: a word, at least.
const KEPT: usize = 64;

/// What has been seen of a file's bytes so far.
#[derive(Default)]
pub(super) struct Survey {
    /// Whether something was seen that is not plainly UTF-8; until then only sequences are counted, which is quick.
    doubtful: bool,
    /// The last bytes, which may be half a character or a word, until more is known.
    cut: Vec<u8>,
    length: u64,
    first: Vec<u8>,
    nul: [u64; 2],
    high_byte: [u64; 2],
    sequences: u64,
    invalid: u64,
    pending: u8,
    counts: Vec<u64>,
    word: (u32, u32),
    mixed: u64,
    pure: u64,
    escaped: bool,
}

impl Survey {
    /// Takes in the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let room = 8 - self.first.len();
        self.first.extend(bytes.iter().take(room));
        if self.first.starts_with(b"PAR1") || self.first.starts_with(b"ARROW1") {
            return;
        }
        if self.doubtful {
            return self.look_closely(bytes);
        }
        let held = std::mem::take(&mut self.cut);
        let joined = if held.is_empty() { None } else { Some([&held, bytes].concat()) };
        let bytes = joined.as_deref().unwrap_or(bytes);
        let good = match std::str::from_utf8(bytes) {
            Ok(_) => Some(bytes.len()),
            Err(error) if error.error_len().is_none() => Some(error.valid_up_to()),
            Err(_) => None,
        };
        match good.filter(|_| !bytes.contains(&0)) {
            Some(good) => {
                let mut kept = good.saturating_sub(KEPT);
                kept += bytes[kept..good].iter().take_while(|&&byte| byte & 0xC0 == 0x80).count();
                self.length += kept as u64;
                self.sequences += bytes[..kept].iter().filter(|&&byte| byte >= 0xC0).count() as u64;
                self.cut = bytes[kept..].to_vec();
            }
            None => {
                self.doubtful = true;
                self.look_closely(bytes);
            }
        }
    }

    fn look_closely(&mut self, bytes: &[u8]) {
        if self.counts.is_empty() {
            self.counts = vec![0; 128];
        }
        for &byte in bytes {
            let parity = (self.length & 1) as usize;
            self.length += 1;
            self.nul[parity] += u64::from(byte == 0);
            self.high_byte[parity] += u64::from(matches!(byte, 0x00 | 0x01 | 0x04 | 0x20));
            self.utf8(byte);
            self.words(byte);
        }
    }

    fn utf8(&mut self, byte: u8) {
        if self.pending > 0 {
            if (0x80..0xC0).contains(&byte) {
                self.pending -= 1;
                self.sequences += u64::from(self.pending == 0);
                return;
            }
            self.invalid += 1;
            self.pending = 0;
        }
        match byte {
            0x00..=0x7F => {}
            0xC2..=0xDF => self.pending = 1,
            0xE0..=0xEF => self.pending = 2,
            0xF0..=0xF4 => self.pending = 3,
            _ => self.invalid += 1,
        }
    }

    fn words(&mut self, byte: u8) {
        if std::mem::take(&mut self.escaped) {
            self.end_word();
            return;
        }
        self.escaped = byte == b'\\';
        if byte.is_ascii_alphabetic() {
            self.word.0 += 1;
        } else if byte >= 0x80 {
            let index = usize::from(byte - 0x80);
            self.counts[index] += 1;
            if CHARACTERS.iter().any(|page| page[index].is_alphabetic()) {
                self.word.1 += 1;
            } else {
                self.end_word();
            }
        } else {
            self.end_word();
        }
    }

    fn end_word(&mut self) {
        let (ascii, high) = std::mem::take(&mut self.word);
        if high > 0 && ascii > 0 {
            self.mixed += 1;
        } else if high > 0 {
            self.pure += 1;
        }
    }

    /// The encoding that fits everything seen.
    pub(super) fn encoding(mut self) -> Encoding {
        if self.first.starts_with(b"PAR1") || self.first.starts_with(b"ARROW1") {
            return Encoding::Binary;
        }
        let cut = std::mem::take(&mut self.cut);
        self.look_closely(&cut);
        self.end_word();
        self.invalid += u64::from(self.pending > 0);
        match self.first.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8,
            [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
            [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
            _ => {}
        }
        if self.nul != [0, 0] {
            let pairs = self.length / 2;
            let fits = |parity: usize| {
                self.nul[parity] > 10 * self.nul[1 - parity] && 10 * self.high_byte[parity] >= 9 * pairs && pairs > 1
            };
            return match (fits(0), fits(1)) {
                (false, true) => Encoding::Utf16Le,
                (true, false) => Encoding::Utf16Be,
                _ => Encoding::Binary,
            };
        }
        if self.invalid == 0 || self.sequences >= self.invalid {
            return Encoding::Utf8;
        }
        let (page, encoding) =
            if self.pure > self.mixed { (1, Encoding::Windows1251) } else { (0, Encoding::Windows1250) };
        if self.plausible(page) { encoding } else { Encoding::Foreign }
    }

    /// Whether the letters, read in a code page, are those of its languages, in about the usual proportion.
    fn plausible(&self, page: usize) -> bool {
        let alphabet = ["ąćęłńóśźżáäčďéíĺľňôŕšťúýžěřů", "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў"][page];
        let (mut own, mut other, mut frequent) = (0, 0, 0);
        for (character, count) in CHARACTERS[page].iter().zip(&self.counts) {
            let lower = character.to_lowercase().next().unwrap_or(*character);
            if alphabet.contains(lower) {
                own += count;
                frequent += if "оеаинт".contains(lower) { *count } else { 0 };
            } else if !"„”“‘’‚«»–—…•·°§№©®€ \u{a0}\u{ad}".contains(*character) {
                other += count;
            }
        }
        if own + other < 40 {
            return true;
        }
        other * 5 < own && (page == 0 || frequent * 3 > own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn told(bytes: &[u8], expected: Encoding) {
        let mut survey = Survey::default();
        for piece in bytes.chunks(7) {
            survey.feed(piece);
        }
        assert_eq!(survey.encoding(), expected);
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    const RU: &str =
        "Оператор: здравствуйте, чем могу помочь?\nКлиент: у меня с утра не работает интернет, что делать?\n";
    const PL: &str = "Konsultant: dzień dobry, w czym mogę pomóc?\nKlient: nie działa mi łącze, proszę coś zrobić.\n";
    const SK: &str = "Operátor: dobrý deň, čím vám môžem pomôcť?\nZákazník: nejde mi internet, čo mám robiť?\n";

    #[test]
    fn code_pages_are_told_by_the_words() {
        told(&WINDOWS_1251.encode(RU).0, Encoding::Windows1251);
        told(&WINDOWS_1250.encode(PL).0, Encoding::Windows1250);
        told(&WINDOWS_1250.encode(SK).0, Encoding::Windows1250);
    }

    #[test]
    fn a_few_letters_are_enough() {
        let rows = "id,speaker,text\nc-1,agent,hello hello hello\nc-1,customer,";
        told(&WINDOWS_1251.encode(&format!("{rows}да")).0, Encoding::Windows1251);
        told(&WINDOWS_1251.encode(&format!("{rows}\\nнет, я")).0, Encoding::Windows1251);
        told(&WINDOWS_1250.encode(&format!("{rows}mogę")).0, Encoding::Windows1250);
        told(&WINDOWS_1250.encode(&format!("{rows}áno, teší ma")).0, Encoding::Windows1250);
    }

    #[test]
    fn unicode_is_told_with_and_without_a_mark() {
        for text in [RU, PL, SK, "plain ascii\n"] {
            told(text.as_bytes(), Encoding::Utf8);
            told(&utf16(text, false), Encoding::Utf16Le);
            told(&utf16(text, true), Encoding::Utf16Be);
            told(&utf16(&format!("\u{feff}{text}"), false), Encoding::Utf16Le);
            told(&utf16(&format!("\u{feff}{text}"), true), Encoding::Utf16Be);
        }
        told(&[RU.as_bytes(), b"\xff\xfe\n", PL.as_bytes()].concat(), Encoding::Utf8);
        told(b"PAR1\0\x01\x02\0\0\xff\x15", Encoding::Binary);
    }

    #[test]
    fn other_encodings_are_not_taken_for_ours() {
        told(&encoding_rs::KOI8_R.encode(RU).0, Encoding::Foreign);
        told(&encoding_rs::IBM866.encode(RU).0, Encoding::Foreign);
    }

    #[test]
    fn converting_gives_the_text_back() {
        for (bytes, encoding, text) in [
            (WINDOWS_1251.encode(RU).0.into_owned(), Encoding::Windows1251, RU),
            (WINDOWS_1250.encode(SK).0.into_owned(), Encoding::Windows1250, SK),
            (utf16(&format!("\u{feff}{PL}"), true), Encoding::Utf16Be, PL),
        ] {
            assert_eq!(encoding.decode(&bytes), text);
            let mut read = String::new();
            encoding.reader(io::Cursor::new(bytes)).read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }
}
