#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_value(const char **at, struct json *value);

static void skip_blanks(const char **at) {
    *at += strspn(*at, " \t\r\n");
}

static int skip(const char **at, char wanted) {
    skip_blanks(at);
    if (**at != wanted) {
        return 0;
    }
    ++*at;
    return 1;
}

/* A code point in UTF-8; returns where it ends. */
static char *put_utf8(char *to, unsigned code) {
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *to++ = (char)(0xE0 | code >> 12);
        } else {
            *to++ = (char)(0xF0 | code >> 18);
            *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        }
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (code & 0x3F));
    return to;
}

static int read_escape(const char **at, char **to) {
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char name = *(*at)++;
    if (name == 'u') {
        unsigned code, low;
        int read;
        if (sscanf(*at, "%4x%n", &code, &read) != 1 || read != 4) {
            return 0;
        }
        *at += 4;
        if (code >= 0xD800 && code < 0xDC00 && sscanf(*at, "\\u%4x%n", &low, &read) == 1 &&
            read == 6) {
            *at += 6;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        *to = put_utf8(*to, code);
        return 1;
    }
    const char *place = name ? strchr(names, name) : NULL;
    if (!place) {
        return 0;
    }
    *(*to)++ = meant[place - names];
    return 1;
}

static char *read_text(const char **at) {
    if (!skip(at, '"')) {
        return NULL;
    }
    size_t length = 0;
    while ((*at)[length] && (*at)[length] != '"') {
        length += (*at)[length] == '\\' && (*at)[length + 1] ? 2 : 1;
    }
    char *text = malloc(length + 1), *to = text;
    while (text && **at && **at != '"') {
        if (**at != '\\') {
            *to++ = *(*at)++;
        } else if (++*at, !read_escape(at, &to)) {
            break;
        }
    }
    if (!text || *(*at)++ != '"') {
        free(text);
        return NULL;
    }
    *to = 0;
    return text;
}

/* Room for one more of count things; doubles when it is full. */
static void *grown(void *things, size_t count, size_t size) {
    return count & (count - 1) ? things : realloc(things, (count ? 2 * count : 1) * size);
}

static int add(struct json *to, char *key, struct json item) {
    struct json *items = grown(to->items, to->count, sizeof *items);
    if (!items) {
        return 0;
    }
    to->items = items;
    if (key) {
        char **keys = grown(to->keys, to->count, sizeof *keys);
        if (!keys) {
            return 0;
        }
        to->keys = keys;
        keys[to->count] = key;
    }
    items[to->count++] = item;
    return 1;
}

static void release(struct json *value) {
    for (size_t i = 0; i < value->count; i++) {
        release(&value->items[i]);
        if (value->keys) {
            free(value->keys[i]);
        }
    }
    free(value->items);
    free(value->keys);
    free(value->text);
}

static int read_items(const char **at, struct json *value, char close) {
    if (skip(at, close)) {
        return 1;
    }
    do {
        struct json item = {0};
        char *key = NULL;
        if (close == '}' && !((key = read_text(at)) && skip(at, ':'))) {
            free(key);
            return 0;
        }
        int whole = read_value(at, &item);
        if (!add(value, key, item)) {
            release(&item);
            free(key);
            return 0;
        }
        if (!whole) {
            return 0;
        }
    } while (skip(at, ','));
    return skip(at, close);
}

static int read_word(const char **at, struct json *value) {
    static const char *const words[] = {"null", "false", "true"};
    for (int i = 0; i < 3; i++) {
        if (!strncmp(*at, words[i], strlen(words[i]))) {
            *at += strlen(words[i]);
            value->kind = i ? JSON_BOOL : JSON_NULL;
            value->number = i == 2;
            return 1;
        }
    }
    return 0;
}

static int read_value(const char **at, struct json *value) {
    skip_blanks(at);
    if (**at == '{' || **at == '[') {
        char close = **at == '{' ? '}' : ']';
        value->kind = close == '}' ? JSON_OBJECT : JSON_LIST;
        ++*at;
        return read_items(at, value, close);
    }
    if (**at == '"') {
        value->kind = JSON_TEXT;
        value->text = read_text(at);
        value->number = value->text ? strtod(value->text, NULL) : 0;
        return value->text != NULL;
    }
    if (**at == '-' || (**at >= '0' && **at <= '9')) {
        char *end;
        value->kind = JSON_NUMBER;
        value->number = strtod(*at, &end);
        *at = end;
        return 1;
    }
    return read_word(at, value);
}

struct json *json_read(const char *text) {
    struct json *value = calloc(1, sizeof *value);
    if (value && (!read_value(&text, value) || (skip_blanks(&text), *text))) {
        json_free(value);
        return NULL;
    }
    return value;
}

const struct json *json_get(const struct json *object, const char *key) {
    for (size_t i = 0; object && object->keys && i < object->count; i++) {
        if (!strcmp(object->keys[i], key)) {
            return &object->items[i];
        }
    }
    return NULL;
}

void json_free(struct json *value) {
    if (value) {
        release(value);
        free(value);
    }
}

void json_write_number(double number) {
    char text[32];
    if (isnan(number) || isinf(number)) {
        fputs(isnan(number) ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"", stdout);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    fputs(text, stdout);
}

void json_write_text(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            printf("\\%c", *text);
        } else if ((unsigned char)*text < 0x20) {
            printf("\\u%04x", (unsigned)*text);
        } else {
            putchar(*text);
        }
    }
    putchar('"');
}
