import ModuleCache
import NIOCore
import NIOHTTP1
import Synchronization

/// What the admin's address tells: whether the server is well, what it counts, which functions are live.
struct AdminPages: Sendable {
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var mediaType = "text/plain; charset=utf-8"
        var body: String
    }

    let frontend: Frontend
    let counters: CounterRegistry?

    func answer(to path: String, accepting media: String) -> Answer {
        switch path {
        case "/healthz": Answer(body: "ok\n")
        case "/readyz": readiness
        case "/metrics": Answer(mediaType: PrometheusText.mediaType, body: metrics)
        case "/functions" where media.contains("text/html"):
            Answer(mediaType: "text/html; charset=utf-8", body: FunctionList(functions).page)
        case "/functions": Answer(mediaType: "application/json", body: FunctionList(functions).json)
        case "/": Answer(body: "/healthz\n/readyz\n/metrics\n/functions\n")
        default: Answer(status: .notFound, body: "404 Not Found\n")
        }
    }

    /// Ready once what was there at the start is loaded, or has had its time, and while connections are taken.
    private var readiness: Answer {
        if frontend.isDraining.load(ordering: .relaxed) {
            return Answer(status: .serviceUnavailable, body: "shutting down\n")
        }
        let isLate = MonotonicTime.now() >= frontend.startedAt.advanced(by: frontend.configuration.readyTimeout)
        guard !isLate, let (done, total) = frontend.table.loading.progress else { return Answer(body: "ready\n") }
        return Answer(status: .serviceUnavailable, body: "loading: \(done) of \(total)\n")
    }

    private var functions: [(name: String, report: FunctionReport)] {
        frontend.table.reports.sorted { $0.name < $1.name }
    }

    private var metrics: String {
        var text = PrometheusText()
        let all = functions.map { ($0.name, $0.report, $0.report.snapshot) }
        text.begin("terrafirma_requests_total", .counter, "Answers by function and status; 499: the client left.")
        for (name, _, snapshot) in all + [("", frontend.report, frontend.report.snapshot)] {
            for (status, count) in snapshot.answers.sorted(by: { $0.key < $1.key }) {
                let labels = [("function", name), ("code", String(status))]
                text.sample("terrafirma_requests_total", labels, String(count))
            }
        }
        text.begin("terrafirma_request_duration_seconds", .histogram, "From a request's header to its answer's end.")
        for (name, report, _) in all where report.snapshot.requests > 0 {
            text.histogram("terrafirma_request_duration_seconds", [("function", name)], report.durations)
        }
        text.begin("terrafirma_requests_in_flight", .gauge, "Requests that are being answered.")
        for (name, report, _) in all {
            text.sample("terrafirma_requests_in_flight", [("function", name)], String(report.inFlight))
        }
        text.begin("terrafirma_failures_total", .counter, "Requests whose function gave no answer, by reason.")
        for (name, _, snapshot) in all {
            for (kind, count) in snapshot.failures.sorted(by: { $0.key.label < $1.key.label }) {
                text.sample("terrafirma_failures_total", [("function", name), ("kind", kind.label)], String(count))
            }
        }
        text.begin(
            "terrafirma_loop_calls_total", .counter, "Calls on event loops, which answered or began again elsewhere.")
        for (name, _, snapshot) in all {
            for (result, count) in [("answer", snapshot.loopAnswers), ("restart", snapshot.restarts)] {
                text.sample("terrafirma_loop_calls_total", [("function", name), ("result", result)], String(count))
            }
        }
        ofTraps(&text, all)
        text.begin("terrafirma_loads_total", .counter, "Versions of functions that went live, or did not load.")
        for (name, _, snapshot) in all {
            text.sample("terrafirma_loads_total", [("function", name), ("result", "live")], String(snapshot.loads))
            let failed = [("function", name), ("result", "failed")]
            text.sample("terrafirma_loads_total", failed, String(snapshot.loadFailures))
        }
        ofVersions(&text, all)
        ofTheServer(&text)
        ofTheAccessLog(&text)
        ofTheRegistry(&text)
        return text.text
    }

    private typealias Functions = [(String, FunctionReport, FunctionReport.Snapshot)]

    private func ofTraps(_ text: inout PrometheusText, _ all: Functions) {
        text.begin("terrafirma_traps_total", .counter, "Requests that a trap ended, by its kind.")
        for (name, _, snapshot) in all {
            for (kind, count) in snapshot.traps.sorted(by: { $0.key < $1.key }) {
                text.sample("terrafirma_traps_total", [("function", name), ("kind", kind)], String(count))
            }
        }
    }

    private func ofVersions(_ text: inout PrometheusText, _ all: Functions) {
        text.begin("terrafirma_swaps_total", .counter, "Versions that took the place of one that served.")
        for (name, _, snapshot) in all {
            text.sample("terrafirma_swaps_total", [("function", name)], String(snapshot.swaps))
        }
        text.begin("terrafirma_instances", .gauge, "Instances at this moment.")
        for (name, report, _) in all {
            text.sample("terrafirma_instances", [("function", name)], String(report.instances))
        }
        text.begin("terrafirma_functions", .gauge, "Functions there are, by whether a version of them serves.")
        let live = all.count { $0.2.version != nil }
        text.sample("terrafirma_functions", [("state", "live")], String(live))
        text.sample("terrafirma_functions", [("state", "broken")], String(all.count - live))
        text.begin("terrafirma_live_functions", .gauge, "Functions a version of which serves, by the tier of its code.")
        for tier in CompileOptions.Tier.allCases {
            let count = all.count { $0.2.version?.tier == tier }
            text.sample("terrafirma_live_functions", [("tier", tier.rawValue)], String(count))
        }
        text.begin("terrafirma_processor_seconds_total", .counter, "What functions had of a processor.")
        for (name, report, _) in all where report.processorTime > 0 {
            let seconds = Double(report.processorTime) / 1e9
            text.sample("terrafirma_processor_seconds_total", [("function", name)], String(seconds))
        }
        text.begin("terrafirma_sites", .gauge, "Sites that have functions.")
        let sites = frontend.configuration.holdsSites ? Set(all.map { $0.0.prefix { $0 != "/" } }).count : 1
        text.sample("terrafirma_sites", [], String(sites))
    }

    private func ofTheServer(_ text: inout PrometheusText) {
        text.begin("terrafirma_connections", .gauge, "Connections that are open.")
        text.sample("terrafirma_connections", [], String(frontend.connections.load(ordering: .relaxed)))
        text.begin("terrafirma_waiting_requests", .gauge, "Requests that wait for a thread, by what they need.")
        for (name, pool) in [("call", frontend.calls), ("command", frontend.commands), ("file", frontend.readers)] {
            text.sample("terrafirma_waiting_requests", [("pool", name)], String(pool.waiting))
        }
    }

    private func ofTheAccessLog(_ text: inout PrometheusText) {
        guard let log = frontend.accessLog else { return }
        text.begin("terrafirma_access_log_dropped_lines_total", .counter, "Lines that were not written.")
        text.sample("terrafirma_access_log_dropped_lines_total", [], String(log.dropped))
    }

    /// Counters that were made where something is counted, as those of limits.
    private func ofTheRegistry(_ text: inout PrometheusText) {
        var last = ""
        for (name, labels, value) in counters?.all ?? [] {
            if name != last { text.begin(name, .counter, "How often, by its labels.") }
            last = name
            text.sample(name, labels, String(value))
        }
    }
}

extension FunctionFailure.Kind {
    /// For metrics.
    var label: String {
        switch self {
        case .trap: "trap"
        case .badOutput: "bad-output"
        case .deadline: "deadline"
        case .clientLeft: "client-left"
        }
    }
}
