//! How many texts a second a classifier takes: `throughput FOLDER TEXTS THREADS PRECISION`, one text a line. Prints texts a second.
//!
//! `benches/throughput.py` runs it beside Python's `transformers` on the same weights.

#![expect(clippy::print_stdout, reason = "its output is its result")]

use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;
use spokoj::signals::SignalError;
use spokoj::signals::transformer::{Device, Input, Transformer};
use spokoj::transcript::Speaker;

/// Texts a call.
const CHUNK: usize = 256;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, texts, threads, precision] = arguments.as_slice() else {
        return Err("throughput FOLDER TEXTS THREADS PRECISION".into());
    };
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    let model = Transformer::open(Path::new(folder), Device::Cpu, precision.parse()?)?;
    let text = std::fs::read_to_string(texts)?;
    let lines: Vec<&str> = text.lines().collect();
    let run = |lines: &[&str]| -> Result<usize, SignalError> {
        let chunks = lines.par_chunks(CHUNK);
        chunks.map(|own| Ok(model.logits(&own.iter().copied().map(input).collect::<Vec<_>>())?.len())).sum()
    };
    // Once through a part of them, so that every thread has its worker.
    run(&lines[..lines.len().min(4 * CHUNK)])?;
    let began = Instant::now();
    let heard = run(&lines)?;
    println!("{:.1}", heard as f64 / began.elapsed().as_secs_f64());
    Ok(())
}

fn input(text: &str) -> Input<'_> {
    let whole = 0..text.len();
    Input { text, previous: None, speaker: Speaker::Customer, spans: Vec::from([whole]) }
}
