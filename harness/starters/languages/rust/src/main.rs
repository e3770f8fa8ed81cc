//! The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
//! on standard output, a line each, flushed. What is not finite is written as text.

mod rmsprop;

use std::io::{self, BufRead, Write};

use rmsprop::{Arrays, RmsProp};
use serde_json::{json, Value};

fn main() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        if request["do"] == "quit" {
            break;
        }
        let mut reply = answered(&request);
        reply["id"] = request["id"].clone();
        let mut output = io::stdout().lock();
        writeln!(output, "{reply}")?;
        output.flush()?;
    }
    Ok(())
}

fn answered(request: &Value) -> Value {
    if request["do"] == "describe" {
        return match request["echo"].as_array() {
            Some(numbers) => json!({ "echo": list(numbers.iter().map(number)) }),
            None => json!({
                "protocol": 1, "name": "rmsprop", "language": "rust", "echo": true, "state": true,
                "precision": ["float64", "float32"],
            }),
        };
    }
    if request["do"] != "run" {
        return json!({ "error": format!("unknown request {}", request["do"]) });
    }
    let mut options = request["options"].as_object().into_iter().flatten();
    if let Some((name, _)) = options.next() {
        return json!({ "unsupported": format!("it takes no option {name}") });
    }
    match request["precision"].as_str() {
        Some("float64") => run_in_f64(request),
        Some("float32") => run_in_f32(request),
        _ => json!({ "unsupported": format!("it does not compute in {}", request["precision"]) }),
    }
}

macro_rules! run_in {
    ($name:ident, $float:ty) => {
        fn $name(request: &Value) -> Value {
            let mut weights: Arrays<$float> = arrays_read(&request["weights"], |x| x as $float);
            let zeros = |(name, w): (&String, &Vec<$float>)| (name.clone(), vec![0.0; w.len()]);
            let mut optimizer = RmsProp::<$float> {
                learning_rate: number(&request["learning_rate"]) as $float,
                decay_rate: number(&request["decay_rate"]) as $float,
                epsilon: number(&request["epsilon"]) as $float,
                moving_average: weights.iter().map(zeros).collect(),
            };
            let (mut after, mut averages) = (vec![], vec![]);
            for gradients in request["gradients"].as_array().into_iter().flatten() {
                optimizer.step(&arrays_read(gradients, |x| x as $float), &mut weights);
                after.push(arrays_written(&weights));
                averages.push(arrays_written(&optimizer.moving_average));
            }
            json!({ "weights": after, "moving_average": averages })
        }
    };
}

run_in!(run_in_f64, f64);
run_in!(run_in_f32, f32);

fn arrays_read<F>(arrays: &Value, round: fn(f64) -> F) -> Arrays<F> {
    let row = |row: &Value| row.as_array().into_iter().flatten().map(|x| round(number(x))).collect();
    let arrays = arrays.as_object().into_iter().flatten();
    arrays.map(|(name, numbers)| (name.clone(), row(numbers))).collect()
}

fn arrays_written<F: Copy + Into<f64>>(arrays: &Arrays<F>) -> Value {
    let row = |row: &Vec<F>| list(row.iter().map(|x| (*x).into()));
    arrays.iter().map(|(name, numbers)| (name.clone(), row(numbers))).collect()
}

fn list(numbers: impl Iterator<Item = f64>) -> Value {
    numbers.map(written).collect()
}

/// A number, or one of the texts "NaN", "Infinity" and "-Infinity".
fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some(text) => text.parse().unwrap_or(f64::NAN),
        None => value.as_f64().unwrap_or(f64::NAN),
    }
}

/// A float is widened to a double, which is written as the shortest decimal that reads back.
fn written(number: f64) -> Value {
    match number {
        _ if number.is_nan() => json!("NaN"),
        _ if number.is_infinite() => json!(if number > 0.0 { "Infinity" } else { "-Infinity" }),
        _ => json!(number),
    }
}
