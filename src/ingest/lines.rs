//! Lines of a text of any size with bounded memory: a line beyond the limit is counted and passed over, not held.

use std::io::{self, BufRead};

/// The lines of a decoded text.
pub struct Lines {
    reader: Box<dyn BufRead>,
    number: u64,
    limit: usize,
}

/// One line and its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u64,
    /// What is in it.
    pub content: Content,
}

/// What a line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text, without the line's end.
    Text(String),
    /// Bytes that are not text; readable as far as possible.
    Invalid(String),
    /// More bytes than the limit.
    TooLong {
        /// How many.
        bytes: u64,
        /// The first of them, readable as far as possible.
        begins: String,
    },
}

/// How much is kept of a line that is too long: enough to find the conversation that it belongs to.
const KEPT: usize = 4096;

impl Lines {
    /// Lines of at most `limit` bytes.
    #[must_use]
    pub fn new(reader: Box<dyn BufRead>, limit: usize) -> Lines {
        Lines { reader, number: 0, limit }
    }

    /// The next line, or `None` at the end.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut line: Vec<u8> = Vec::new();
        let mut bytes: u64 = 0;
        let mut any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            bytes += piece.len() as u64;
            if bytes <= self.limit as u64 {
                line.extend_from_slice(piece);
            } else if line.len() > KEPT {
                line.truncate(KEPT);
                line.shrink_to_fit();
            } else {
                line.extend_from_slice(&piece[..piece.len().min(KEPT - line.len())]);
            }
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, content: self.content(line, bytes) }))
    }

    fn content(&self, mut line: Vec<u8>, bytes: u64) -> Content {
        if self.number == 1 && line.starts_with(b"\xEF\xBB\xBF") {
            line.drain(..3);
        }
        if bytes > self.limit as u64 {
            line.truncate(KEPT);
            return Content::TooLong { bytes, begins: String::from_utf8_lossy(&line).into_owned() };
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        match String::from_utf8(line) {
            Ok(text) => Content::Text(text),
            Err(error) => Content::Invalid(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &'static [u8], limit: usize) -> Vec<Content> {
        let mut lines = Lines::new(Box::new(io::BufReader::with_capacity(3, bytes)), limit);
        let mut out = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            out.push(line.content);
            assert_eq!(line.number, out.len() as u64);
        }
        out
    }

    #[test]
    fn long_and_invalid_lines_do_not_stop_the_rest() {
        let got = all("\u{feff}a\r\n0123456789012\n\nb".as_bytes(), 10);
        assert_eq!(got[0], Content::Text("a".into()));
        assert!(matches!(&got[1], Content::TooLong { bytes: 13, begins } if begins.starts_with("012")), "{got:?}");
        assert_eq!(got[2..], [Content::Text(String::new()), Content::Text("b".into())]);
        assert_eq!(all(b"ok\n\xff\nok", 10)[1], Content::Invalid("\u{fffd}".into()));
    }
}
