// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output, a line each. What is not finite is written as text.
import { createInterface } from "node:readline";

import { RMSProp } from "./rmsprop.js";

const ARRAYS = { float64: Float64Array, float32: Float32Array };

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.do === "quit") {
    process.exit();
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...answered(request) })}\n`);
}

function answered(request) {
  if (request.do === "describe" && request.echo !== undefined) {
    return { echo: request.echo.map(read).map(written) };
  }
  if (request.do === "describe") {
    const precision = Object.keys(ARRAYS);
    const named = { protocol: 1, name: "rmsprop", language: "javascript" };
    return { ...named, precision, echo: true, state: true };
  }
  if (request.do !== "run") {
    return { error: `unknown request ${request.do}` };
  }
  for (const name of Object.keys(request.options)) {
    return { unsupported: `it takes no option ${name}` };
  }
  if (!Object.hasOwn(ARRAYS, request.precision)) {
    return { unsupported: `it does not compute in ${request.precision}` };
  }
  return run(request, ARRAYS[request.precision]);
}

function run(request, Kind) {
  const given = [request.learning_rate, request.decay_rate, request.epsilon].map(read);
  const optimizer = new RMSProp(...given);
  const weights = arraysRead(request.weights, Kind);
  for (const [name, w] of weights) {
    optimizer.movingAverage.set(name, new Kind(w.length));
  }
  const reply = { weights: [], moving_average: [] };
  for (const gradients of request.gradients) {
    optimizer.step(arraysRead(gradients, Kind), weights);
    reply.weights.push(arraysWritten(weights));
    reply.moving_average.push(arraysWritten(optimizer.movingAverage));
  }
  return reply;
}

function arraysRead(arrays, Kind) {
  return new Map(Object.entries(arrays).map(([name, row]) => [name, Kind.from(row, read)]));
}

function arraysWritten(arrays) {
  const entries = [...arrays].map(([name, row]) => [name, Array.from(row, written)]);
  return Object.fromEntries(entries);
}

/** A number, or one of the texts "NaN", "Infinity" and "-Infinity". */
function read(value) {
  return Number(value);
}

/** A float is widened to a double, which is written as the shortest decimal that reads back. */
function written(number) {
  return Number.isFinite(number) ? number : String(number);
}
