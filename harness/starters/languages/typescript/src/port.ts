// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output, a line each. What is not finite is written as text.
import { createInterface } from "node:readline";

import { type Arrays, RMSProp } from "./rmsprop.js";

type Wire = number | "NaN" | "Infinity" | "-Infinity";
type WireArrays = Record<string, Wire[]>;

interface Describe {
  do: "describe";
  echo?: Wire[];
}

interface Run {
  do: "run";
  precision: string;
  learning_rate: Wire;
  decay_rate: Wire;
  epsilon: Wire;
  options: Record<string, Wire>;
  weights: WireArrays;
  gradients: WireArrays[];
}

type Request = { id: number } & (Describe | Run | { do: "quit" });
type Kind = { from(row: Wire[], read: (x: Wire) => number): Float64Array | Float32Array };

const KINDS = new Map<string, Kind>([
  ["float64", Float64Array],
  ["float32", Float32Array],
]);

for await (const line of createInterface({ input: process.stdin })) {
  const request: Request = JSON.parse(line);
  if (request.do === "quit") {
    process.exit();
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...answered(request) })}\n`);
}

function answered(request: Describe | Run): object {
  if (request.do === "describe") {
    const named = { protocol: 1, name: "rmsprop", language: "typescript" };
    return request.echo
      ? { echo: request.echo.map(read).map(written) }
      : { ...named, precision: [...KINDS.keys()], echo: true, state: true };
  }
  if (request.do !== "run") {
    return { error: "unknown request" };
  }
  for (const name of Object.keys(request.options)) {
    return { unsupported: `it takes no option ${name}` };
  }
  const kind = KINDS.get(request.precision);
  return kind ? run(request, kind) : { unsupported: `it does not compute in ${request.precision}` };
}

function run(request: Run, kind: Kind): object {
  const optimizer = new RMSProp(
    read(request.learning_rate),
    read(request.decay_rate),
    read(request.epsilon),
  );
  const weights = arraysRead(request.weights, kind);
  for (const [name, w] of weights) {
    optimizer.movingAverage.set(name, w.map(() => 0));
  }
  const reply = { weights: [] as WireArrays[], moving_average: [] as WireArrays[] };
  for (const gradients of request.gradients) {
    optimizer.step(arraysRead(gradients, kind), weights);
    reply.weights.push(arraysWritten(weights));
    reply.moving_average.push(arraysWritten(optimizer.movingAverage));
  }
  return reply;
}

function arraysRead(arrays: WireArrays, kind: Kind): Arrays {
  return new Map(Object.entries(arrays).map(([name, row]) => [name, kind.from(row, read)]));
}

function arraysWritten(arrays: Arrays): WireArrays {
  const entries = [...arrays].map(([name, row]) => [name, Array.from(row, written)]);
  return Object.fromEntries(entries);
}

function read(value: Wire): number {
  return Number(value);
}

/** A float is widened to a double, which is written as the shortest decimal that reads back. */
function written(number: number): Wire {
  return Number.isFinite(number) ? number : (String(number) as Wire);
}
