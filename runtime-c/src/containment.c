/* containment.c: see tf_containment.h. */
#include "tf_containment.h"

#include <errno.h>
#include <sys/prctl.h>

#include "tf_call_filter.h"
#include "tf_file_rules.h"
#include "tf_privileges.h"
#include "tf_process.h"

tf_containment_report tf_contain(const tf_containment *containment) {
    tf_containment_report report = {0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) report.no_new_privileges = errno;
    report.privileges = tf_drop_privileges();
    report.files = tf_file_rules_install(containment, &report.files_version);
    /* The last: it allows none of the calls that put the others in force. */
    report.calls = tf_call_filter_install(containment->connects);
    /* Swift's wait for a program that prints a backtrace, and that can't be started now. */
    if (report.calls == 0) tf_drop_crash_handlers();
    return report;
}
