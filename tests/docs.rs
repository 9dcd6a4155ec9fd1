//! Keeps the generated pages fresh: `docs/guidelines` says what `data/guidelines` says. `SPOKOJ_BLESS=1 cargo test --test docs` rewrites.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use spokoj::guidelines::load;
use spokoj::guidelines::pack::Pack;
use spokoj::report::guideline_pages as pages;

/// The pages as they should be, by name.
fn wanted() -> BTreeMap<String, String> {
    let (guidelines, packs) = (load::guidelines().unwrap(), Pack::built_in().unwrap());
    let mut all: BTreeMap<String, String> = guidelines
        .iter()
        .map(|guideline| (pages::file_name(guideline), pages::page(guideline, &packs).unwrap()))
        .collect();
    all.insert("README.md".to_owned(), pages::index(&guidelines, &packs));
    all
}

#[test]
fn pages_about_guidelines_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guidelines");
    let wanted = wanted();
    if std::env::var_os("SPOKOJ_BLESS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for file in fs::read_dir(&folder).unwrap().map(|file| file.unwrap()) {
            if !wanted.contains_key(&*file.file_name().to_string_lossy()) {
                fs::remove_file(file.path()).unwrap();
            }
        }
        for (name, text) in &wanted {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let stale: Vec<&String> = wanted
        .iter()
        .filter(|(name, text)| fs::read_to_string(folder.join(name)).ok().as_ref() != Some(text))
        .map(|(name, _)| name)
        .collect();
    assert!(stale.is_empty(), "not fresh: {stale:?}; run `SPOKOJ_BLESS=1 cargo test --test docs`");
    for file in fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name()) {
        let name = file.to_string_lossy().into_owned();
        assert!(wanted.contains_key(&name), "`{name}` is no guideline's page any more; remove it");
    }
}

#[test]
fn a_check_is_written_as_it_is_read() {
    for guideline in load::guidelines().unwrap() {
        let written = guideline.check.to_toml().unwrap();
        let mut read: BTreeMap<String, spokoj::guidelines::checks::Check> = toml::from_str(&written).unwrap();
        assert_eq!(read.remove("check"), Some(guideline.check), "{}:\n{written}", guideline.code);
    }
}
