/* The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
 * on standard output, a line each, flushed. What is not finite is written as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "rmsprop.h"

static int is(const struct json *value, const char *text) {
    return value && value->kind == JSON_TEXT && !strcmp(value->text, text);
}

static double number(const struct json *request, const char *key) {
    const struct json *value = json_get(request, key);
    return value ? value->number : 0;
}

static void *memory(size_t count, size_t size) {
    void *made = calloc(count ? count : 1, size);
    if (!made) {
        perror("rmsprop");
        exit(1);
    }
    return made;
}

static void *row(const struct json *list, int floats) {
    void *numbers = memory(list->count, floats ? sizeof(float) : sizeof(double));
    for (size_t i = 0; i < list->count; i++) {
        if (floats) {
            ((float *)numbers)[i] = (float)list->items[i].number;
        } else {
            ((double *)numbers)[i] = list->items[i].number;
        }
    }
    return numbers;
}

static void step(const struct json *request, size_t n, const void *g, void *w, void *v,
                 int floats) {
    double lr = number(request, "learning_rate"), d = number(request, "decay_rate");
    double epsilon = number(request, "epsilon");
    if (floats) {
        rmsprop_float(n, (float)lr, (float)d, (float)epsilon, g, w, v);
    } else {
        rmsprop_double(n, lr, d, epsilon, g, w, v);
    }
}

/* Writes a list with an object a step; rows has the arrays of the first step, then the second's. */
static void write_steps(const struct json *weights, void *const *rows, size_t steps, int floats) {
    for (size_t t = 0; t < steps; t++) {
        fputs(t ? "},{" : "{", stdout);
        for (size_t a = 0; a < weights->count; a++, rows++) {
            fputs(a ? "," : "", stdout);
            json_write_text(weights->keys[a]);
            fputs(":[", stdout);
            for (size_t i = 0; i < weights->items[a].count; i++) {
                fputs(i ? "," : "", stdout);
                json_write_number(floats ? ((float *)*rows)[i] : ((double *)*rows)[i]);
            }
            putchar(']');
        }
    }
    fputs(steps ? "}" : "", stdout);
}

static void run(const struct json *request, int floats) {
    const struct json *weights = json_get(request, "weights");
    const struct json *gradients = json_get(request, "gradients");
    size_t arrays = weights->count, steps = gradients->count, all = arrays * steps;
    void **w = memory(arrays + all, sizeof *w), **v = memory(arrays + all, sizeof *v);
    for (size_t a = 0; a < arrays; a++) {
        w[a] = row(&weights->items[a], floats);
        v[a] = memory(weights->items[a].count, sizeof(double));
    }
    /* The rows of a step are those of the one before, copied and changed. */
    for (size_t k = arrays; k < arrays + all; k++) {
        size_t n = weights->items[k % arrays].count;
        size_t bytes = n * (floats ? sizeof(float) : sizeof(double));
        w[k] = memcpy(memory(n, sizeof(double)), w[k - arrays], bytes);
        v[k] = memcpy(memory(n, sizeof(double)), v[k - arrays], bytes);
        const char *name = weights->keys[k % arrays];
        const struct json *g = json_get(&gradients->items[k / arrays - 1], name);
        if (g && g->count == n) { /* an array without a gradient takes no part in the step */
            void *numbers = row(g, floats);
            step(request, n, numbers, w[k], v[k], floats);
            free(numbers);
        }
    }
    fputs(",\"weights\":[", stdout);
    write_steps(weights, w + arrays, steps, floats);
    fputs("],\"moving_average\":[", stdout);
    write_steps(weights, v + arrays, steps, floats);
    putchar(']');
    for (size_t k = 0; k < arrays + all; k++) {
        free(w[k]);
        free(v[k]);
    }
    free(w);
    free(v);
}

static void refuse(const char *how, const char *why, const char *name) {
    char text[256];
    snprintf(text, sizeof text, "%s %.200s", why, name);
    printf(",\"%s\":", how);
    json_write_text(text);
}

static void describe(const struct json *echo) {
    if (!echo) {
        fputs(",\"protocol\":1,\"name\":\"rmsprop\",\"language\":\"c\",\"echo\":true,\"state\":true,"
              "\"precision\":[\"float64\",\"float32\"]", stdout);
        return;
    }
    fputs(",\"echo\":[", stdout);
    for (size_t i = 0; i < echo->count; i++) {
        fputs(i ? "," : "", stdout);
        json_write_number(echo->items[i].number);
    }
    putchar(']');
}

static void answer(const struct json *request) {
    const struct json *options = json_get(request, "options");
    const struct json *precision = json_get(request, "precision");
    const struct json *asked = json_get(request, "do");
    printf("{\"id\":%.0f", number(request, "id"));
    if (is(asked, "describe")) {
        describe(json_get(request, "echo"));
    } else if (!is(asked, "run")) {
        refuse("error", "unknown request", asked && asked->text ? asked->text : "");
    } else if (options && options->count) {
        refuse("unsupported", "it takes no option", options->keys[0]);
    } else if (!is(precision, "float64") && !is(precision, "float32")) {
        refuse("unsupported", "it does not compute in", precision ? precision->text : "");
    } else if (!json_get(request, "weights") || !json_get(request, "gradients")) {
        refuse("error", "the request lacks", "weights or gradients");
    } else {
        run(request, is(precision, "float32"));
    }
    puts("}");
    fflush(stdout);
}

int main(void) {
    char *line = NULL;
    size_t size = 0;
    int end = 0;
    while (!end && getline(&line, &size, stdin) > 0) {
        struct json *request = json_read(line);
        if (!request) {
            fprintf(stderr, "rmsprop: not JSON: %.80s\n", line);
            return 1;
        }
        end = is(json_get(request, "do"), "quit");
        if (!end) {
            answer(request);
        }
        json_free(request);
    }
    free(line);
    return 0;
}
