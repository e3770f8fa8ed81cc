// JSON as the wire protocol has it, read into a tree.
#pragma once

#include <map>
#include <string>
#include <vector>

class Json {
public:
    using List = std::vector<Json>;
    using Object = std::map<std::string, Json>;

    /// Reads one value. Throws std::runtime_error where the text is not JSON.
    static Json read(const std::string &text);

    /// The value of a key of an object. Throws std::out_of_range.
    const Json &at(const std::string &key) const { return object.at(key); }
    bool has(const std::string &key) const { return object.count(key) != 0; }

    /// Of a number, and of the texts NaN, Infinity and -Infinity; 1 of true.
    double number = 0;
    std::string text;
    List list;
    Object object;
};

/// A number as the shortest of 15 to 17 digits that reads back the same, or as a text.
std::string written(double number);
std::string written(const std::string &text);
