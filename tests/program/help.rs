//! What every command says of itself, and how `audit` refuses: the cases in `tests/cmd`, one file a case.
//!
//! `TRYCMD=overwrite cargo test --test program help` writes them anew; look at the difference before keeping it.

#[test]
fn the_commands_say_what_they_did_when_last_looked_at() {
    let cases = trycmd::TestCases::new();
    cases.register_bin("spokoj", std::path::Path::new(env!("CARGO_BIN_EXE_spokoj")));
    cases.case("tests/cmd/*.toml");
}
