//! candle-optimisers' RMSprop by rmsproof's wire protocol, on gradients of a linear loss.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::optim::Optimizer;
use candle_optimisers::rmsprop::{ParamsRMSprop, RMSprop};
use serde_json::{json, Value};

type Arrays = BTreeMap<String, Vec<f64>>;

fn arrays(value: &Value) -> Arrays {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn run(request: &Value) -> Result<Value> {
    let device = Device::Cpu;
    let mut variables = BTreeMap::new();
    for (name, row) in arrays(&request["weights"]) {
        let size = row.len();
        variables.insert(name, Var::from_tensor(&Tensor::from_vec(row, size, &device)?)?);
    }
    let settings = ParamsRMSprop {
        lr: request["learning_rate"].as_f64().unwrap_or(0.0),
        alpha: request["decay_rate"].as_f64().unwrap_or(0.0),
        eps: request["epsilon"].as_f64().unwrap_or(0.0),
        weight_decay: None,
        momentum: None,
        centered: false,
    };
    let mut optimizer = RMSprop::new(variables.values().cloned().collect(), settings)?;
    let mut steps = Vec::new();
    for given in request["gradients"].as_array().into_iter().flatten() {
        // The gradient of the sum of w*g is g.
        let mut loss = Tensor::new(0f64, &device)?;
        for (name, row) in arrays(given) {
            let size = row.len();
            let gradient = Tensor::from_vec(row, size, &device)?;
            loss = (loss + (variables[&name].as_tensor() * gradient)?.sum_all()?)?;
        }
        optimizer.step(&loss.backward()?)?;
        let mut now = Arrays::new();
        for (name, variable) in &variables {
            now.insert(name.clone(), variable.as_tensor().to_vec1()?);
        }
        steps.push(now);
    }
    Ok(json!({ "id": request["id"], "weights": steps }))
}

fn main() {
    for line in io::stdin().lock().lines().map_while(|line| line.ok()) {
        let request: Value = match serde_json::from_str(&line) {
            Ok(request) => request,
            Err(_) => return,
        };
        let reply = match request["do"].as_str() {
            Some("quit") => return,
            Some("describe") => json!({ "id": request["id"], "protocol": 1, "name": "candle",
                "language": "rust", "precision": "float64" }),
            _ => run(&request).unwrap_or_else(
                |error| json!({ "id": request["id"], "error": error.to_string() })),
        };
        println!("{reply}");
    }
}
