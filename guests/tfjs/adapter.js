// tf.train.rmsprop by rmsproof's wire protocol: variables, updated by applyGradients.
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");
const readline = require("readline");

const settings = JSON.parse(process.argv[2] || "{}");
const number = (x) => (Number.isFinite(x) ? x : String(x));

function run(request) {
  const { momentum = 0, centered = false } = settings;
  const optimizer = tf.train.rmsprop(
    request.learning_rate, request.decay_rate, momentum, request.epsilon, centered);
  const variables = {};
  for (const [name, row] of Object.entries(request.weights)) {
    variables[name] = tf.variable(tf.tensor1d(row.map(Number), "float32"), true);
  }
  const id = Object.fromEntries(Object.entries(variables).map(([k, v]) => [k, v.name]));
  const weights = request.gradients.map((given) => {
    // Its state is kept by the place in the list: all arrays take part in every step.
    const list = Object.keys(variables).map((name) => ({
      name: id[name],
      tensor: given[name] ? tf.tensor1d(given[name].map(Number), "float32") : null,
    }));
    optimizer.applyGradients(list);
    return Object.fromEntries(Object.entries(variables).map(
      ([name, variable]) => [name, Array.from(variable.dataSync(), number)]));
  });
  Object.values(variables).forEach((variable) => variable.dispose());
  optimizer.dispose();
  return { weights };
}

tf.setBackend("cpu").then(() => {
  readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const request = JSON.parse(line);
    if (request.do === "quit") process.exit(0);
    const reply = request.do === "describe"
      ? { protocol: 1, name: "tfjs", language: "javascript", precision: "float32" }
      : run(request);
    console.log(JSON.stringify({ id: request.id, ...reply }));
  });
});
