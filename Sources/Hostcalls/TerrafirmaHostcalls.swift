import WasmModule
package import WasmRuntime

/// The host calls of the Terrafirma interface: what a function with an export `run` may import from module `env`.
///
/// Bytes go to the host as pointer and length, and come from the host in blocks that the guest's own allocator made.
/// A bad pointer ends the guest with a trap; a bad handle or a full budget is an answer: `Invalid`, −1, or nothing.
/// The calls find their ``Exchange`` through the host pointer of the store (``Exchange/hostPointer``).
package enum TerrafirmaHostcalls {
    /// The module that guests import the host calls from.
    package static let moduleName = "env"

    /// All of them: name, number of i32 parameters, results; of those a number is how many there are of i32.
    package static let functions: [HostFunction] = [
        row("hostcall_init_mm", 2, 0) { HostcallFrame.run("init_mm", $0, $1, initMemory) },
        row("hostcall_panic_hook", 2, 0) { HostcallFrame.run("panic_hook", $0, $1, panicHook) },

        row("hostcall_req_get_headers", 3, 0) { HostcallFrame.run("req_get_headers", $0, $1, requestHeaders) },
        row("hostcall_req_get_header", 5, 0) { HostcallFrame.run("req_get_header", $0, $1, requestHeader) },
        row("hostcall_req_get_method", 3, 0) { HostcallFrame.run("req_get_method", $0, $1, requestMethod) },
        row("hostcall_req_get_body", 3, 0) { HostcallFrame.run("req_get_body", $0, $1, requestBody) },
        row("hostcall_req_get_path", 3, 0) { HostcallFrame.run("req_get_path", $0, $1, requestPath) },

        row("hostcall_req_create", 4, 1) { HostcallFrame.run("req_create", $0, $1, createRequest) },
        row("hostcall_req_set_header", 5, 1) { HostcallFrame.run("req_set_header", $0, $1, setRequestHeader) },
        row("hostcall_req_set_body", 3, 1) { HostcallFrame.run("req_set_body", $0, $1, setRequestBody) },
        row("hostcall_req_send", 1, 1) { HostcallFrame.run("req_send", $0, $1, sendRequest) },

        row("hostcall_resp_get_headers", 3, 0) { HostcallFrame.run("resp_get_headers", $0, $1, responseHeaders) },
        row("hostcall_resp_get_header", 5, 0) { HostcallFrame.run("resp_get_header", $0, $1, responseHeader) },
        row("hostcall_resp_get_body", 3, 0) { HostcallFrame.run("resp_get_body", $0, $1, responseBody) },
        row("hostcall_resp_get_response_code", 1, 1) {
            HostcallFrame.run("resp_get_response_code", $0, $1, responseCode)
        },

        row("hostcall_resp_set_header", 5, 1) { HostcallFrame.run("resp_set_header", $0, $1, setResponseHeader) },
        row("hostcall_resp_set_body", 3, 1) { HostcallFrame.run("resp_set_body", $0, $1, setResponseBody) },
        row("hostcall_resp_set_response_code", 2, 1) {
            HostcallFrame.run("resp_set_response_code", $0, $1, setResponseCode)
        },

        row("hostcall_req_send_async", 1, 1) { HostcallFrame.run("req_send_async", $0, $1, sendRequestLater) },
        row("hostcall_pending_req_wait", 1, 1) { HostcallFrame.run("pending_req_wait", $0, $1, waitForPending) },
        row("hostcall_pending_req_poll", 1, 1) { HostcallFrame.run("pending_req_poll", $0, $1, pollPending) },
        row("hostcall_pending_req_select", 3, 1) { HostcallFrame.run("pending_req_select", $0, $1, selectPending) },

        row("hostcall_kvstore_insert", 4, 1) { HostcallFrame.run("kvstore_insert", $0, $1, insertValue) },
        row("hostcall_kvstore_upsert", 4, 1) { HostcallFrame.run("kvstore_upsert", $0, $1, insertAbsentValue) },
        row("hostcall_kvstore_append", 4, 1) { HostcallFrame.run("kvstore_append", $0, $1, appendValue) },
        row("hostcall_kvstore_get", 4, 1) { HostcallFrame.run("kvstore_get", $0, $1, value) },
        row("hostcall_kvstore_remove", 2, 1) { HostcallFrame.run("kvstore_remove", $0, $1, removeValue) },

        row("hostcall_dns_query_raw", 4, 1) { HostcallFrame.run("dns_query_raw", $0, $1, answerToQuery) },
        row("hostcall_dns_query_ip", 5, 1) { HostcallFrame.run("dns_query_ip", $0, $1, addresses) },

        row("hostcall_rng_next_u64", 0, [.i64]) { HostcallFrame.run("rng_next_u64", $0, $1, nextRandom) },
        row("hostcall_time_now", 1, [.i64]) { HostcallFrame.run("time_now", $0, $1, timeNow) },
        row("hostcall_debug", 2, 0) { HostcallFrame.run("debug", $0, $1, debug) },
    ]

    private static func row(_ name: String, _ parameters: Int, _ results: Int, _ call: @escaping HostFunction.Native)
        -> HostFunction
    {
        row(name, parameters, Array(repeating: .i32, count: results), call)
    }

    private static func row(
        _ name: String, _ parameters: Int, _ results: [ValueType], _ call: @escaping HostFunction.Native
    ) -> HostFunction {
        let type = FunctionType(parameters: Array(repeating: .i32, count: parameters), results: results)
        return HostFunction(module: moduleName, name: name, type: type, call: call)
    }
}
