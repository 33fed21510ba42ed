/* tf_privileges.h: what root may. */
#ifndef TF_PRIVILEGES_H
#define TF_PRIVILEGES_H

/* Gives up all capabilities of the calling thread, and of those it starts, but those about files. 0 or the errno. */
int tf_drop_privileges(void);

#endif
