// convnetjs's windowgrad by rmsproof's wire protocol: a network that only hands over arrays.
const convnetjs = require("convnetjs");
const readline = require("readline");

const Trainer = convnetjs.Trainer || convnetjs.SGDTrainer;
const number = (x) => (Number.isFinite(x) ? x : String(x));

function run(request) {
  const arrays = Object.entries(request.weights).map(([name, row]) => (
    { name, params: Float64Array.from(row, Number), grads: new Float64Array(row.length) }));
  const net = {
    forward() {},
    backward() { return 0; },
    getCostLoss() { return 0; },
    getParamsAndGrads() { return arrays; },
  };
  const trainer = new Trainer(net, {
    method: "windowgrad", learning_rate: request.learning_rate, ro: request.decay_rate,
    eps: request.epsilon, batch_size: 1, l1_decay: 0, l2_decay: 0, momentum: 0,
  });
  trainer.eps = request.epsilon;
  const weights = request.gradients.map((given) => {
    arrays.forEach(({ name, grads }) => grads.set((given[name] || []).map(Number)));
    trainer.train(null, null);
    return Object.fromEntries(arrays.map(({ name, params }) => [name, Array.from(params, number)]));
  });
  return { weights };
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  if (request.do === "quit") process.exit(0);
  const reply = request.do === "describe"
    ? { protocol: 1, name: "convnetjs", language: "javascript", precision: "float64" }
    : run(request);
  console.log(JSON.stringify({ id: request.id, ...reply }));
});
