//! t

#[test]
#[ignore]
fn measure() {
    let text = std::fs::read_to_string("/tmp/h/promises/segs.tsv").unwrap();
    let mut out = String::new();
    let begin = std::time::Instant::now();
    let mut chars = 0;
    for line in text.lines() {
        let f: Vec<&str> = line.split('\t').collect();
        let lang: crate::transcript::Lang = f[0].parse().unwrap();
        let said = super::wall_clock(f[3]).unwrap();
        let due = super::due(f[6], lang, said);
        let wd = super::working_days_from(f[6], lang, said);
        chars += f[6].chars().count();
        let (d, w) = due.map_or(("-".to_owned(), String::new()), |n| (format!("{}{}", n.due, if n.exact {"!"} else {""}), f[6][n.span].to_owned()));
        out += &format!("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", f[0], f[1], f[2], said, d, wd.map_or(String::new(), |x| format!("{x:.2}")), w, f[5], f[6]);
    }
    std::fs::write("/tmp/h/promises/out.tsv", out).unwrap();
    eprintln!("{chars} chars in {:?}", begin.elapsed());
}
