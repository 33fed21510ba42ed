/* tf_file_rules.h: which files may be opened from now on, by Landlock. */
#ifndef TF_FILE_RULES_H
#define TF_FILE_RULES_H

#include "tf_containment.h"

/* Puts the rules in force for this thread and what it starts. Returns 0 or the errno, and Landlock's version. */
int tf_file_rules_install(const tf_containment *containment, int *version);

#endif
