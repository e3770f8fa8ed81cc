#include "json.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace {

class Reader {
public:
    explicit Reader(const std::string &text) : at_(text.c_str()) {}

    Json whole() {
        Json value = read();
        if (next() != '\0') {
            fail();
        }
        return value;
    }

private:
    const char *at_;

    [[noreturn]] void fail() const {
        throw std::runtime_error("not JSON: " + std::string(at_, strnlen(at_, 40)));
    }

    /// The next character that is no blank; it is not passed.
    char next() { return *(at_ += std::strspn(at_, " \t\r\n")); }

    bool skip(char wanted) { return next() == wanted && ++at_; }

    void expect(char wanted) {
        if (!skip(wanted)) {
            fail();
        }
    }

    Json read() {
        Json value;
        const char first = next();
        if (first == '{') {
            items('}', [&] {
                std::string key = string();
                expect(':');
                value.object[key] = read();
            });
        } else if (first == '[') {
            items(']', [&] { value.list.push_back(read()); });
        } else if (first == '"') {
            value.text = string();
            value.number = std::strtod(value.text.c_str(), nullptr);
        } else if (first == '-' || (first >= '0' && first <= '9')) {
            char *end;
            value.number = std::strtod(at_, &end);
            at_ = end;
        } else {
            value.number = word();
        }
        return value;
    }

    template <typename Item>
    void items(char close, Item item) {
        ++at_;
        if (skip(close)) {
            return;
        }
        do {
            item();
        } while (skip(','));
        expect(close);
    }

    double word() {
        for (const char *known : {"null", "false", "true"}) {
            if (std::strncmp(at_, known, std::strlen(known)) == 0) {
                at_ += std::strlen(known);
                return *known == 't';
            }
        }
        fail();
    }

    std::string string() {
        expect('"');
        std::string made;
        while (*at_ != '"') {
            if (*at_ == '\0') {
                fail();
            }
            if (*at_ == '\\') {
                ++at_;
                made += escape();
            } else {
                made += *at_++;
            }
        }
        ++at_;
        return made;
    }

    std::string escape() {
        static const std::string names = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        const auto place = names.find(*at_);
        if (*at_ != '\0' && place != std::string::npos) {
            ++at_;
            return std::string(1, meant[place]);
        }
        unsigned code = hexadecimal("u");
        if (code >= 0xD800 && code < 0xDC00) {
            code = 0x10000 + ((code - 0xD800) << 10) + (hexadecimal("\\u") - 0xDC00);
        }
        return utf8(code);
    }

    unsigned hexadecimal(const char *before) {
        const std::size_t length = std::strlen(before);
        const std::string digits(at_, strnlen(at_, length + 4));
        if (digits.size() < length + 4 || digits.compare(0, length, before) != 0 ||
            digits.find_first_not_of("0123456789abcdefABCDEF", length) != std::string::npos) {
            fail();
        }
        at_ += length + 4;
        return static_cast<unsigned>(std::stoul(digits.substr(length), nullptr, 16));
    }

    static std::string utf8(unsigned code) {
        if (code < 0x80) {
            return std::string(1, static_cast<char>(code));
        }
        std::string rest;
        unsigned limit = 0x40;
        do {
            rest.insert(rest.begin(), static_cast<char>(0x80 | (code & 0x3F)));
            code >>= 6;
            limit >>= 1;
        } while (code >= limit);
        const unsigned lead = 0xFF & ~(2 * limit - 1);
        return static_cast<char>(lead | code) + rest;
    }
};

} // namespace

Json Json::read(const std::string &text) { return Reader(text).whole(); }

std::string written(double number) {
    if (!std::isfinite(number)) {
        return std::isnan(number) ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    }
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        std::snprintf(text, sizeof text, "%.*g", digits, number);
        if (std::strtod(text, nullptr) == number) {
            break;
        }
    }
    return text;
}

std::string written(const std::string &text) {
    std::string made = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            made += '\\';
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
            made += escaped;
        } else {
            made += c;
        }
    }
    return made + "\"";
}
