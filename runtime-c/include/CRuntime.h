/* CRuntime.h: everything the module `CRuntime` offers to Swift. */
#ifndef CRUNTIME_H
#define CRUNTIME_H

#include "tf_abi.h"
#include "tf_embedded.h"
#include "open_beneath.h"
#include "tf_host.h"
#include "tf_loaded.h"
#include "tf_containment.h"
#include "tf_descendants.h"
#include "tf_pace.h"
#include "tf_process.h"
#include "tf_program.h"
#include "tf_vector.h"
#if __has_include("tf_runtime.h")
#include "tf_runtime.h"
#endif
#if __has_include("tf_wasi.h")
#include "tf_wasi.h"
#endif

#endif
