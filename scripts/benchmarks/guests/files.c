/* Opens, measures, reads and closes a file 100,000 times, then asks as often about one by its name. */
#include "guest.h"

void start(void) {
    static uint8_t bytes[4096];
    static const char path[] = "some/folder/file";
    uint64_t sum = 0, status[8];
    for (int i = 0; i < 100000; i++) {
        int file;
        size_t count;
        check(path_open(FOLDER, 1, path, sizeof path - 1, 0, 2, 0, 0, &file));
        check(fd_read(file, &(buffer){ bytes, sizeof bytes }, 1, &count));
        check(fd_close(file));
        sum += count;
        check(path_filestat_get(FOLDER, 1, path, sizeof path - 1, status));
        sum += status[4];
    }
    print(sum);
}
