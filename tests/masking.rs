//! Masking over planted identifiers and over sentences in which every number must stay; and what holds for any text.

use std::fs;
use std::path::Path;

use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, proptest};
use spokoj::text::mask::{Kind, mask, mask_answer, masked};

fn rows(name: &str) -> Vec<[String; 3]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
            fields.try_into().unwrap_or_else(|fields| panic!("{name}: three columns, not {fields:?}"))
        })
        .collect()
}

/// The identifiers of a language that are left readable, or named wrongly.
#[track_caller]
fn check_planted(code: &str) {
    let rows = rows(&format!("identifiers-{code}.tsv"));
    assert!(rows.len() >= 100, "{} rows", rows.len());
    let mut missed = Vec::new();
    let mut other = Vec::new();
    for [kind, identifier, sentence] in &rows {
        let masked = mask(sentence);
        let expected = sentence.replace(identifier.as_str(), &format!("[{kind}]"));
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if masked.text.contains(identifier.as_str()) || digits(&masked.text) != digits(&expected) {
            missed.push(format!("{kind}: {sentence} → {}", masked.text));
        } else if masked.text != expected {
            other.push(format!("{kind}: {sentence} → {}", masked.text));
        }
    }
    assert!(missed.is_empty(), "{} of {} left:\n{}", missed.len(), rows.len(), missed.join("\n"));
    assert!(other.is_empty(), "{} of {} under another name:\n{}", other.len(), rows.len(), other.join("\n"));
}

#[test]
fn russian_identifiers_are_masked() {
    check_planted("ru");
}

#[test]
fn polish_identifiers_are_masked() {
    check_planted("pl");
}

#[test]
fn slovak_identifiers_are_masked() {
    check_planted("sk");
}

#[test]
fn orders_amounts_dates_and_the_like_stay() {
    let rows = rows("not-identifiers.tsv");
    assert!(rows.len() >= 150, "{} rows", rows.len());
    let changed: Vec<String> = rows
        .iter()
        .filter(|[_, _, sentence]| masked(sentence) != sentence.as_str())
        .map(|[code, what, sentence]| format!("{code} {what}: {sentence} → {}", masked(sentence)))
        .collect();
    assert!(changed.is_empty(), "{} of {} changed:\n{}", changed.len(), rows.len(), changed.join("\n"));
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(masked(text), expected);
}

#[test]
fn a_number_is_judged_by_the_word_before_it() {
    check("Zamówienie 600123456, telefon 600123457.", "Zamówienie 600123456, telefon [PHONE].");
    check("Telefon 600123457, zamówienie 600123456.", "Telefon [PHONE], zamówienie 600123456.");
    check("NIP i REGON: 5260001246, 123456785", "NIP i REGON: [NIP], [REGON]");
    check("Прошу ИНН 7707083893 внести в заказ 7736050003.", "Прошу ИНН [INN] внести в заказ 7736050003.");
    check("ИНН 7707083893, 89161234567", "ИНН [INN], [PHONE]");
    check("numer telefonu do zamówienia 600123456", "numer telefonu do zamówienia [PHONE]");
    check("телефоны: 2390401, 2380479, 2390478", "телефоны: [PHONE], [PHONE], [PHONE]");
    check("IČO 31333532, obj. 35763469", "IČO [ICO], obj. 35763469");
}

#[test]
fn right_after_its_name_a_mistyped_number_is_masked_as_well() {
    check("PESEL 44051401358", "PESEL [PESEL]");
    check("IČO 40 118 552", "IČO [ICO]");
    check("СНИЛС 112-233-445 96", "СНИЛС [SNILS]");
    check("PESEL 440514013581", "PESEL 440514013581");
}

#[test]
fn an_answer_is_judged_by_the_question() {
    let answer = |question: &str, text: &str| mask_answer(question, text).text;
    assert_eq!(answer("Proszę podać NIP firmy.", "5260001246"), "[NIP]");
    assert_eq!(answer("Proszę podać numer zamówienia.", "5260001246"), "5260001246");
    assert_eq!(answer("Nadiktujte IČO, prosím.", "31333532"), "[ICO]");
    assert_eq!(answer("Назовите номер заказа?", "89161234567"), "89161234567");
    assert_eq!(answer("Назовите номер заказа?", "Перезвоните мне на 89161234567"), "Перезвоните мне на [PHONE]");
}

#[test]
fn text_without_numbers_is_borrowed() {
    assert!(matches!(masked("Дзвоните! Zadzwońcie, prosím."), std::borrow::Cow::Borrowed(_)));
    assert!(matches!(masked("заказ 40817-22"), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn spans_of_the_original_map_to_the_masked_text() {
    let text = "Jan: 600 100 200, mail jan@poczta.example, koniec";
    let masked = mask(text);
    assert_eq!(masked.text, "Jan: [PHONE], mail [EMAIL], koniec");
    assert_eq!(masked.parts.iter().map(|part| part.kind).collect::<Vec<_>>(), [Kind::Phone, Kind::Email]);
    let find = |piece: &str| match text.find(piece) {
        Some(at) => at..at + piece.len(),
        None => panic!("{piece}"),
    };
    assert_eq!(masked.slice(find("Jan: ")), "Jan: ");
    assert_eq!(masked.slice(find("100")), "[PHONE]");
    assert_eq!(masked.slice(find("200, mail jan")), "[PHONE], mail [EMAIL]");
    assert_eq!(masked.slice(find(", koniec")), ", koniec");
    assert_eq!(masked.slice(0..text.len()), masked.text);
    assert_eq!(masked.to_masked(text.len() + 5..text.len() + 9), masked.text.len()..masked.text.len());
    for part in &masked.parts {
        assert_eq!(masked.to_masked(part.original.clone()), part.masked);
        assert_eq!(&masked.text[part.masked.clone()], part.kind.placeholder());
    }
}

#[test]
fn every_placeholder_is_the_name_in_brackets() {
    for kind in Kind::ALL {
        assert_eq!(kind.placeholder(), format!("[{kind}]"));
    }
}

#[test]
fn a_long_text_takes_linear_time() {
    for piece in ["600 100 ", "1", "12 ", "a@b.", "SK31 1200 ", "tel ", "8 916 123-45-67 ", "ИНН 7707083893, "] {
        let text = piece.repeat(200_000 / piece.len());
        let begin = std::time::Instant::now();
        let _ = mask(&text);
        assert!(begin.elapsed().as_secs() < 20, "{piece}: {:?}", begin.elapsed());
    }
}

/// Pieces of which tricky texts are made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "600",
        "100",
        "200",
        "8",
        "916",
        "12",
        "45",
        "4111",
        "1111",
        "44051401359",
        "5260001246",
        "7707083893",
        "600123456",
        "31333532",
        "123456",
        "ABA",
        "300000",
        "710319",
        "2745",
        "SK31",
        "1200",
        "0000",
        "1987",
        "4263",
        "7541",
        "+",
        "+7",
        "+48",
        "(",
        ")",
        " ",
        " ",
        " ",
        "-",
        ".",
        ",",
        "/",
        ":",
        "\u{a0}",
        "tel",
        "NIP",
        "ИНН",
        "заказ",
        "PESEL",
        "паспорт",
        "серия",
        "номер",
        "zamówienie",
        "to",
        "zł",
        "@",
        "jan@x.pl",
        "[PHONE]",
        "<EMAIL>",
        "№",
        "ł",
        "😅",
        "\n",
        "!",
        "mailto:",
        "1",
        "0",
        "00",
        "PL",
        "e\u{301}",
    ]);
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// What holds for any text.
fn invariants(text: &str) -> Result<(), proptest::test_runner::TestCaseError> {
    let once = mask(text);
    prop_assert_eq!(&masked(text), &once.text);
    prop_assert_eq!(&mask(&once.text).text, &once.text, "not idempotent on {:?}", text);
    let mut done = 0;
    for part in &once.parts {
        prop_assert!(part.original.start >= done && part.original.start < part.original.end);
        prop_assert!(text.get(part.original.clone()).is_some());
        prop_assert_eq!(&once.text[part.masked.clone()], part.kind.placeholder());
        done = part.original.end;
    }
    for start in 0..=text.len() {
        let _ = once.slice(start..text.len());
        let _ = once.slice(0..start);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_masked_once_and_for_all(text in "\\PC{0,60}") {
        invariants(&text)?;
    }

    #[test]
    fn tricky_texts_are_masked_once_and_for_all(text in pieces()) {
        invariants(&text)?;
    }
}
