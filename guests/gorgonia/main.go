// Gorgonia's RMSPropSolver by rmsproof's wire protocol: values and gradients that are handed over.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"

	_ "go4.org/unsafe/assume-no-moving-gc" // a release that knows the present runtime
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

type array struct{ value, grad *tensor.Dense }

func (a *array) Value() G.Value         { return a.value }
func (a *array) Grad() (G.Value, error) { return a.grad, nil }

type request struct {
	ID           int                    `json:"id"`
	Do           string                 `json:"do"`
	LearningRate float64                `json:"learning_rate"`
	DecayRate    float64                `json:"decay_rate"`
	Epsilon      float64                `json:"epsilon"`
	Weights      map[string][]float64   `json:"weights"`
	Gradients    []map[string][]float64 `json:"gradients"`
}

func dense(row []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(row)), tensor.WithBacking(append([]float64{}, row...)))
}

func run(r request) (any, error) {
	solver := G.NewRMSPropSolver(
		G.WithLearnRate(r.LearningRate), G.WithRho(r.DecayRate), G.WithEps(r.Epsilon))
	names := make([]string, 0, len(r.Weights))
	for name := range r.Weights {
		names = append(names, name)
	}
	sort.Strings(names)
	arrays := map[string]*array{}
	for _, name := range names {
		row := r.Weights[name]
		arrays[name] = &array{dense(row), dense(make([]float64, len(row)))}
	}
	steps := []map[string][]float64{}
	for _, given := range r.Gradients {
		model := []G.ValueGrad{}
		for _, name := range names {
			copy(arrays[name].grad.Data().([]float64), given[name])
			model = append(model, arrays[name])
		}
		if err := solver.Step(model); err != nil {
			return nil, err
		}
		now := map[string][]float64{}
		for _, name := range names {
			now[name] = append([]float64{}, arrays[name].value.Data().([]float64)...)
		}
		steps = append(steps, now)
	}
	return map[string]any{"id": r.ID, "weights": steps}, nil
}

func main() {
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		var reply any
		switch r.Do {
		case "quit":
			return
		case "describe":
			reply = map[string]any{"id": r.ID, "protocol": 1, "name": "gorgonia", "language": "go",
				"precision": "float64"}
		default:
			if reply, err = run(r); err != nil {
				reply = map[string]any{"id": r.ID, "error": err.Error()}
			}
		}
		text, _ := json.Marshal(reply)
		fmt.Println(string(text))
	}
}
