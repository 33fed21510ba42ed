/* tf_process.h: calls of the system that Swift's view of the C library leaves out. */
#ifndef TF_PROCESS_H
#define TF_PROCESS_H

/* A pipe: what is written to ends[1] is read from ends[0]. No program started meanwhile, by any thread, gets it.
 * Returns 0 or the negated errno. */
int tf_open_pipe(int ends[2]);

/* Closes every open descriptor above 2 once another program is started. For those that libraries opened without
 * saying so. Returns 0 or the negated errno. */
int tf_close_all_on_exec(void);

/* Gives the calling thread the name that `ps -L` and debuggers show, of at most 15 bytes. */
void tf_name_thread(const char *name);

/* Starts a copy of this process, which must have one thread. Returns 0 in the copy and its number here, or the negated
 * errno. The copy gets the signal once this process ends, however that happens. */
int tf_start_copy(int signal);

/* Lets crashes end the process at once, whatever handlers there are: Swift's first start a program that takes seconds
 * to print a backtrace. */
void tf_drop_crash_handlers(void);

/* From now on SIGINT, SIGTERM and SIGHUP are noted, the first of them; a SIGINT after that ends the process at once.
 * Those that were ignored stay so. For work that has something to clean up before the process ends. */
void tf_note_interruptions(void);

/* The signal that was noted, or 0. */
int tf_interruption(void);

/* Ends the noting; and the process, by the signal that was noted, if there is one. */
void tf_obey_interruption(void);

#endif
