/* A function that computes: a picture of the Mandelbrot set in letters. It is one that is worth optimizing. */
#include "terrafirma.h"

enum { WIDTH = 78, HEIGHT = 32, ROUNDS = 1000 };

static char picture[HEIGHT * (WIDTH + 1) + 1];

/* Rounds until a point leaves the circle that holds the set; ROUNDS if it stays. */
static int rounds(double x, double y) {
    double a = 0, b = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double square_a = a * a, square_b = b * b;
        if (square_a + square_b > 4) return round;
        b = 2 * a * b + y;
        a = square_a - square_b + x;
    }
    return ROUNDS;
}

TERRAFIRMA_EXPORT("run") void run(void) {
    static const char shades[] = " .:-=+*%@#";
    char *at = picture;
    for (int row = 0; row < HEIGHT; row++) {
        for (int column = 0; column < WIDTH; column++) {
            int count = rounds(column * 3.0 / WIDTH - 2.2, row * 2.4 / HEIGHT - 1.2);
            *at++ = count == ROUNDS ? '#' : shades[count % 9];
        }
        *at++ = '\n';
    }
    tf_answer_header("content-type", "text/plain; charset=utf-8");
    tf_answer(picture);
}
