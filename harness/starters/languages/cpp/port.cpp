// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output, a line each, flushed. What is not finite is written as text.
#include <exception>
#include <iostream>
#include <string>

#include "json.hpp"
#include "rmsprop.hpp"

namespace {

std::string field(const std::string &name, const std::string &value) {
    return "," + written(name) + ":" + value;
}

template <typename Float>
Arrays<Float> read(const Json &arrays) {
    Arrays<Float> made;
    for (const auto &[name, row] : arrays.object) {
        for (const Json &value : row.list) {
            made[name].push_back(static_cast<Float>(value.number));
        }
        made[name]; // also where it is empty
    }
    return made;
}

template <typename Numbers>
std::string list(const Numbers &numbers) {
    std::string made = "[";
    for (const auto number : numbers) {
        made += (made.size() > 1 ? "," : "") + written(static_cast<double>(number));
    }
    return made + "]";
}

template <typename Float>
std::string object(const Arrays<Float> &arrays) {
    std::string made = "{";
    for (const auto &[name, row] : arrays) {
        made += (made.size() > 1 ? "," : "") + written(name) + ":" + list(row);
    }
    return made + "}";
}

template <typename Float>
std::string run(const Json &request) {
    const auto given = [&](const char *name) { return Float(request.at(name).number); };
    RMSProp<Float> optimizer(given("learning_rate"), given("decay_rate"), given("epsilon"));
    auto weights = read<Float>(request.at("weights"));
    for (const auto &[name, row] : weights) {
        optimizer.moving_average[name].resize(row.size());
    }
    std::string after, averages;
    for (const Json &gradients : request.at("gradients").list) {
        optimizer.step(read<Float>(gradients), weights);
        after += (after.empty() ? "" : ",") + object(weights);
        averages += (averages.empty() ? "" : ",") + object(optimizer.moving_average);
    }
    return field("weights", "[" + after + "]") + field("moving_average", "[" + averages + "]");
}

/// The fields of the reply to a request, but for its id.
std::string answered(const Json &request) {
    const std::string &asked = request.at("do").text;
    if (asked == "describe" && request.has("echo")) {
        std::vector<double> numbers;
        for (const Json &value : request.at("echo").list) {
            numbers.push_back(value.number);
        }
        return field("echo", list(numbers));
    }
    if (asked == "describe") {
        return R"(,"protocol":1,"name":"rmsprop","language":"cpp","echo":true,"state":true,)"
               R"("precision":["float64","float32"])";
    }
    if (asked != "run") {
        return field("error", written("unknown request " + asked));
    }
    for (const auto &[name, value] : request.at("options").object) {
        return field("unsupported", written("it takes no option " + name));
    }
    const std::string &precision = request.at("precision").text;
    if (precision == "float64") {
        return run<double>(request);
    }
    if (precision == "float32") {
        return run<float>(request);
    }
    return field("unsupported", written("it does not compute in " + precision));
}

} // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        const Json request = Json::read(line);
        if (request.at("do").text == "quit") {
            break;
        }
        std::string reply;
        try {
            reply = answered(request);
        } catch (const std::exception &error) {
            reply = field("error", written(std::string(error.what())));
        }
        std::cout << "{\"id\":" << written(request.at("id").number) << reply << "}" << std::endl;
    }
}
