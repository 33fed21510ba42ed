/* tf_descendants.h: a process that has others work for it, and leaves none of them behind. */
#ifndef TF_DESCENDANTS_H
#define TF_DESCENDANTS_H

#include <sys/types.h>

/* Makes the calling process, a fresh copy of one thread, a process of its own: its standard streams are /dev/null, of
 * the other descriptors `kept` alone stays open, its folder is the root, crashes end it at once, it is what the kernel
 * ends first for want of memory, and what its descendants leave behind becomes its own. Returns the new number of
 * `kept`, or the negated errno. */
int tf_stand_apart(int kept, const char *name);

/* Bounds each of this process's descendants to so many seconds of a processor, from now on, and what they and itself
 * have to say against others to a niceness. As well as can be. */
void tf_bound_work(unsigned seconds, int niceness);

/* Ends all descendants at once and waits for them, after tf_stand_apart. Returns how `child`, one of them, ended: as
 * waitpid tells it, or -1 if it is not known. */
int tf_end_descendants(pid_t child);

/* Has the kernel forget about children that end, which nobody asks for. */
void tf_ignore_children(void);

#endif
