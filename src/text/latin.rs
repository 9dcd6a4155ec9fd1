//! One spelling for words that people write in two alphabets: Russian in Latin letters, words with letters of both.
//!
//! Cyrillic letters become Latin ones, and what transliterations differ in is levelled (`kh` and `h`, `ts` and `c`, `shch` and `sch`, `y`, `j` and `i`),
//! so that `здравствуйте`, `zdravstvuyte` and `zdravstvujte` are one word. For comparison only: the result is no text to show.

/// A word in lower case without diacritics, in the levelled Latin spelling.
#[must_use]
pub fn latin(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    let mixed = !word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let mixed = mixed && word.chars().any(|letter| cyrillic(letter).is_some());
    for letter in word.chars() {
        let letter = if mixed { look_alike(letter) } else { letter };
        match cyrillic(letter) {
            Some(letters) => out.push_str(letters),
            None => match letter {
                'y' | 'j' => out.push('i'),
                'w' => out.push('v'),
                '\'' | '’' | 'ʹ' | 'ʼ' => {}
                _ => out.push(letter),
            },
        }
    }
    if out.contains(['h', 'z', 's']) {
        for (from, to) in [("shch", "sch"), ("kh", "h"), ("ts", "c"), ("tz", "c")] {
            if out.contains(from) {
                out = out.replace(from, to);
            }
        }
    }
    out
}

/// The Cyrillic letter that a Latin one looks like, in a word with letters of both alphabets; another letter as it is.
fn look_alike(letter: char) -> char {
    match letter {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'i' => 'і',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        _ => letter,
    }
}

/// The Latin spelling of a Cyrillic letter (Russian; Ukrainian and Belarusian letters where they differ), small and without diacritics.
fn cyrillic(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'й' | 'ы' | 'і' | 'ї' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "c",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ю' => "iu",
        'я' => "ia",
        'ь' | 'ъ' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_word_are_one() {
        for (cyrillic, others) in [
            ("здравствуйте", ["zdravstvuyte", "zdravstvujte", "zdravstvuite"]),
            ("хорошо", ["horosho", "khorosho", "хopoшo"]),
            ("большой", ["bolshoy", "bol'shoj", "bolshoi"]),
            ("общается", ["obshchaetsya", "obschaetsja", "obshchaetsia"]),
        ] {
            for other in others {
                assert_eq!(latin(other), latin(cyrillic), "{other}");
            }
        }
    }

    #[test]
    fn polish_and_slovak_words_keep_what_tells_them_apart() {
        assert_eq!(latin("dziekuje"), "dziekuie");
        assert_eq!(latin("prosim"), "prosim");
        assert_ne!(latin("chory"), latin("hory"));
    }
}
