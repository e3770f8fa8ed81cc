/* JSON as the wire protocol has it, read into a tree. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_kind kind;
    double number;      /* also of the texts NaN, Infinity and -Infinity, and 1 for true */
    char *text;
    size_t count;       /* of the items of a list or an object */
    struct json *items;
    char **keys;        /* of an object */
};

/* The value that a text holds; NULL if it is not JSON, or memory is short. */
struct json *json_read(const char *text);

/* The value of a key; NULL if it is not there, or this is no object. */
const struct json *json_get(const struct json *object, const char *key);

/* What json_read returned. */
void json_free(struct json *value);

/* A number, as the shortest of 15 to 17 digits that reads back the same, or as a text. */
void json_write_number(double number);
void json_write_text(const char *text);

#endif
