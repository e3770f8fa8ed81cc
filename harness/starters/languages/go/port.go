// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output. Encode writes a line at once, unbuffered.
package main

import (
	"encoding/json"
	"log"
	"math"
	"os"
	"strconv"
	"strings"
)

// Number is a JSON number, or one of the texts "NaN", "Infinity" and "-Infinity".
type Number float64

type arrays map[string][]Number

type request struct {
	ID           int               `json:"id"`
	Do           string            `json:"do"`
	Echo         []Number          `json:"echo"`
	Precision    string            `json:"precision"`
	LearningRate Number            `json:"learning_rate"`
	DecayRate    Number            `json:"decay_rate"`
	Epsilon      Number            `json:"epsilon"`
	Options      map[string]Number `json:"options"`
	Weights      arrays            `json:"weights"`
	Gradients    []arrays          `json:"gradients"`
}

type reply map[string]any

func main() {
	requests, replies := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for requests.More() {
		var asked request
		if err := requests.Decode(&asked); err != nil {
			log.Fatal(err)
		}
		if asked.Do == "quit" {
			return
		}
		answer := answered(asked)
		answer["id"] = asked.ID
		if err := replies.Encode(answer); err != nil {
			log.Fatal(err)
		}
	}
}

func answered(asked request) reply {
	switch {
	case asked.Do == "describe" && asked.Echo != nil:
		return reply{"echo": asked.Echo}
	case asked.Do == "describe":
		return reply{
			"protocol": 1, "name": "rmsprop", "language": "go", "echo": true, "state": true,
			"precision": []string{"float64", "float32"},
		}
	case asked.Do != "run":
		return reply{"error": "unknown request " + asked.Do}
	}
	for name := range asked.Options {
		return reply{"unsupported": "it takes no option " + name}
	}
	switch asked.Precision {
	case "float64":
		return run[float64](asked)
	case "float32":
		return run[float32](asked)
	}
	return reply{"unsupported": "it does not compute in " + asked.Precision}
}

func run[F Float](asked request) reply {
	weights := read[F](asked.Weights)
	average := map[string][]F{}
	for name, w := range weights {
		average[name] = make([]F, len(w))
	}
	optimizer := RMSProp[F]{
		F(asked.LearningRate), F(asked.DecayRate), F(asked.Epsilon), average,
	}
	after := []arrays{}
	averages := []arrays{}
	for _, gradients := range asked.Gradients {
		optimizer.Step(read[F](gradients), weights)
		after = append(after, written(weights))
		averages = append(averages, written(average))
	}
	return reply{"weights": after, "moving_average": averages}
}

func read[F Float](given arrays) map[string][]F {
	made := map[string][]F{}
	for name, numbers := range given {
		made[name] = make([]F, len(numbers))
		for i, number := range numbers {
			made[name][i] = F(number)
		}
	}
	return made
}

func written[F Float](of map[string][]F) arrays {
	made := arrays{}
	for name, numbers := range of {
		made[name] = make([]Number, len(numbers))
		for i, number := range numbers {
			made[name][i] = Number(number)
		}
	}
	return made
}

// UnmarshalJSON reads the nearest double, which is infinite where a number is too large.
func (n *Number) UnmarshalJSON(text []byte) error {
	value, err := strconv.ParseFloat(strings.Trim(string(text), `"`), 64)
	if err != nil && !math.IsInf(value, 0) {
		return err
	}
	*n = Number(value)
	return nil
}

// MarshalJSON writes the shortest decimal that reads back as the same number.
func (n Number) MarshalJSON() ([]byte, error) {
	value := float64(n)
	switch {
	case math.IsNaN(value):
		return []byte(`"NaN"`), nil
	case math.IsInf(value, 1):
		return []byte(`"Infinity"`), nil
	case math.IsInf(value, -1):
		return []byte(`"-Infinity"`), nil
	}
	return strconv.AppendFloat(nil, value, 'g', -1, 64), nil
}
