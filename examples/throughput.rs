//! How many texts a second a classifier takes: `throughput FOLDER TEXTS THREADS`, one text a line. Prints turns a second.
//!
//! `benches/throughput.py` runs it beside Python's `transformers` on the same weights.

use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;
use spokoj::signals::SignalError;
use spokoj::signals::transformer::{Device, Input, Precision, Transformer};
use spokoj::transcript::Speaker;

/// Texts a call.
const CHUNK: usize = 256;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, texts, threads] = arguments.as_slice() else {
        return Err("throughput FOLDER TEXTS THREADS".into());
    };
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    let model = Transformer::open(Path::new(folder), Device::Cpu, Precision::Auto)?;
    let text = std::fs::read_to_string(texts)?;
    let lines: Vec<&str> = text.lines().collect();
    let input = |text| Input { text, previous: None, speaker: Speaker::Customer, spans: vec![0..str::len(text)] };
    let run = |lines: &[&str]| -> Result<usize, SignalError> {
        let chunks = lines.par_chunks(CHUNK);
        chunks.map(|own| Ok(model.logits(&own.iter().map(|text| input(text)).collect::<Vec<_>>())?.len())).sum()
    };
    // Once through a part of them, so that every thread has its worker.
    run(&lines[..lines.len().min(4 * CHUNK)])?;
    let began = Instant::now();
    let heard = run(&lines)?;
    println!("{:.1}", heard as f64 / began.elapsed().as_secs_f64());
    Ok(())
}
