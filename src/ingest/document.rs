//! One file that is being read: its checksum, encoding and beginning, and ways to read it again from the start.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::encoding::{Encoding, Survey};
use super::{Content, IngestError, Input, Lines};

/// How much of a file the formats look at.
const HEAD: usize = 256 << 10;

/// The most that a file with one conversation may have, in bytes.
pub(super) const WHOLE: u64 = 256 << 20;

/// A file that is being read.
pub struct Document {
    /// The path as the user would find it again.
    pub display: String,
    /// The last part of the path.
    pub name: String,
    /// SHA-256 of the whole file, lower-case hexadecimal.
    pub sha256: String,
    /// How its bytes are to be read.
    pub encoding: Encoding,
    /// Its first bytes.
    pub head: Vec<u8>,
    /// The same as text; empty where it is not one.
    pub head_text: String,
    /// Whether `head` is the whole file.
    pub whole: bool,
    handle: Handle,
}

enum Handle {
    Path(PathBuf),
    Spool(File),
}

impl Document {
    /// Reads a file once for its checksum and encoding. Standard input is kept in an unnamed temporary file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn open(input: &Input) -> Result<Document, IngestError> {
        let failed = |source| IngestError::Io { path: input.display.clone(), source };
        let mut spool = None;
        let mut source: Box<dyn Read> = match &input.path {
            Some(path) => Box::new(File::open(path).map_err(failed)?),
            None => {
                spool = Some(tempfile::tempfile().map_err(failed)?);
                Box::new(io::stdin().lock())
            }
        };
        let mut hash = Sha256::new();
        let mut survey = Survey::default();
        let mut head = Vec::new();
        let mut length = 0u64;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed(error)),
            };
            let piece = &buffer[..count];
            hash.update(piece);
            survey.feed(piece);
            length += count as u64;
            let room = HEAD - head.len();
            head.extend_from_slice(&piece[..count.min(room)]);
            if let Some(spool) = &mut spool {
                spool.write_all(piece).map_err(failed)?;
            }
        }
        let encoding = survey.encoding();
        let head_text = match encoding {
            Encoding::Binary | Encoding::Foreign => String::new(),
            _ => encoding.decode(&head),
        };
        let name = match &input.path {
            Some(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            None => "stdin".to_owned(),
        };
        let handle = match (&input.path, spool) {
            (_, Some(spool)) => Handle::Spool(spool),
            (path, None) => Handle::Path(path.clone().unwrap_or_default()),
        };
        Ok(Document {
            display: input.display.clone(),
            name,
            sha256: hex::encode(hash.finalize()),
            encoding,
            whole: length <= HEAD as u64,
            head,
            head_text,
            handle,
        })
    }

    /// The file's name without its ending.
    #[must_use]
    pub fn stem(&self) -> &str {
        match self.name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => &self.name,
        }
    }

    /// Whether the name ends in one of the given endings.
    #[must_use]
    pub fn ends_in(&self, endings: &[&str]) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, ending)| endings.iter().any(|e| e.eq_ignore_ascii_case(ending)))
    }

    /// The file from its beginning.
    ///
    /// # Errors
    /// When it can no longer be opened.
    pub fn file(&self) -> Result<File, IngestError> {
        let open = || match &self.handle {
            Handle::Path(path) => File::open(path),
            Handle::Spool(file) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                Ok(file)
            }
        };
        open().map_err(|source| self.failed(source))
    }

    /// Its lines as text.
    ///
    /// # Errors
    /// When it can no longer be opened.
    pub fn lines(&self, limit: usize) -> Result<Lines, IngestError> {
        Ok(Lines::new(self.encoding.reader(self.file()?), limit))
    }

    /// All lines, for a format where the file is one conversation.
    ///
    /// # Errors
    /// When the file is too large, or a line is too long or not valid text: a conversation with a hole is not judged.
    pub fn all_lines(&self, limit: usize) -> Result<Vec<(u64, String)>, IngestError> {
        let mut lines = self.lines(limit)?;
        let mut all = Vec::new();
        let mut bytes = 0;
        while let Some(line) = lines.next_line().map_err(|source| self.failed(source))? {
            let path = self.display.clone();
            match line.content {
                Content::Text(text) => {
                    bytes += text.len() as u64;
                    if bytes > WHOLE {
                        return Err(IngestError::TooLarge { path, limit: WHOLE });
                    }
                    all.push((line.number, text));
                }
                Content::Invalid(_) => return Err(IngestError::InvalidText { path, line: line.number }),
                Content::TooLong { .. } => return Err(IngestError::LineTooLong { path, line: line.number, limit }),
            }
        }
        Ok(all)
    }

    /// The whole text, for a format where the file is one JSON value.
    ///
    /// # Errors
    /// As [`Document::all_lines`].
    pub fn text(&self) -> Result<String, IngestError> {
        let mut bytes = Vec::new();
        let reader = self.encoding.reader(self.file()?);
        reader.take(WHOLE + 1).read_to_end(&mut bytes).map_err(|source| self.failed(source))?;
        let path = self.display.clone();
        if bytes.len() as u64 > WHOLE {
            return Err(IngestError::TooLarge { path, limit: WHOLE });
        }
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|&&byte| byte == b'\n').count() as u64;
            IngestError::InvalidText { path, line }
        })
    }

    /// An error of reading this file.
    pub(super) fn failed(&self, source: io::Error) -> IngestError {
        IngestError::Io { path: self.display.clone(), source }
    }

    /// The keys of the first JSON object in the beginning of the file, with the sign that begins each value.
    /// The file need not be whole, nor the JSON be right up to its end.
    #[must_use]
    pub fn json_keys(&self) -> Vec<(String, char)> {
        self.head_text
            .lines()
            .enumerate()
            .take(50)
            .filter(|(_, line)| line.trim_start().starts_with('{'))
            .map(|(index, _)| {
                let begin: usize = self.head_text.split_inclusive('\n').take(index).map(str::len).sum();
                top_keys(&self.head_text[begin..])
            })
            .find(|keys| !keys.is_empty())
            .unwrap_or_default()
    }
}

/// Keys at the first level of the object that `text` begins with.
fn top_keys(text: &str) -> Vec<(String, char)> {
    let mut keys = Vec::new();
    let mut depth = 0usize;
    let mut characters = text.chars();
    let mut last = None;
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                let mut string = String::new();
                while let Some(inner) = characters.next() {
                    match inner {
                        '\\' => string.extend(characters.next()),
                        '"' => break,
                        _ => string.push(inner),
                    }
                }
                last = Some(string);
            }
            ':' if depth == 1 => {
                if let Some(key) = last.take() {
                    let value = characters.clone().find(|c| !c.is_whitespace()).unwrap_or(' ');
                    keys.push((key, value));
                }
            }
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            ',' => last = None,
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::top_keys;

    #[test]
    fn keys_are_found_in_json_that_is_cut_off() {
        let keys = top_keys("{\"a\\\"b\": {\"turns\": 1},\n \"turns\" : [ {\"text\": \"x: y\"}, {\"q");
        assert_eq!(keys, [("a\"b".to_owned(), '{'), ("turns".to_owned(), '[')]);
        assert!(top_keys("{").is_empty());
    }
}
