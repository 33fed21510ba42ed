import CCurl
import CRuntime
import Glibc
import Synchronization

/// A thread that moves the transfers of all guests along, as libcurl's multi interface does.
///
/// SAFETY: `multi` is used by this loop's thread alone, but for waking it, which any thread may.
final class TransferLoop: @unchecked Sendable {
    /// What other threads leave here, to be taken by the loop.
    private struct Inbox {
        var added: [Transfer] = []
        var isSwept = true
    }

    private let multi: UnsafeMutableRawPointer
    private let inbox = Mutex(Inbox())

    /// Loops of this process, which guests share: made by the first transfer, and never ended.
    private static let shared: [TransferLoop] = {
        // Peers that close early must not end the process: libcurl leaves the signal to us.
        signal(SIGPIPE, SIG_IGN)
        guard curl_start() == CURLE_OK else { return [] }
        return (0..<count).compactMap { _ in TransferLoop() }
    }()
    private static let count = 2
    private static let turn = Atomic<Int>(0)

    /// Begins a transfer, on one of the threads; false if there are none.
    static func begin(_ transfer: Transfer) -> Bool {
        guard !shared.isEmpty else { return false }
        let next = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        shared[Int(UInt(bitPattern: next) % UInt(shared.count))].add(transfer)
        return true
    }

    /// Lets the threads look for transfers that nobody waits for.
    static func sweep() {
        for loop in shared { loop.sweep() }
    }

    private init?() {
        guard let multi = curl_multi_init() else { return nil }
        self.multi = multi
        guard startThread() else {
            curl_multi_cleanup(multi)
            return nil
        }
    }

    private func add(_ transfer: Transfer) {
        inbox.withLock { $0.added.append(transfer) }
        curl_multi_wakeup(multi)
    }

    private func sweep() {
        inbox.withLock { $0.isSwept = false }
        curl_multi_wakeup(multi)
    }

    private func startThread() -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                // Signals are for guests' threads and for who waits for them.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_SETMASK, &all, nil)
                tf_name_thread("transfers")
                Unmanaged<TransferLoop>.fromOpaque(context).takeUnretainedValue().run()
                return nil
            }, context.toOpaque())
        if failure != 0 { context.release() }
        return failure == 0
    }

    private func run() {
        var active: [UnsafeMutableRawPointer: Transfer] = [:]
        while true {
            takeInbox(&active)
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishDone(&active)
            if curl_multi_poll(multi, nil, 0, Self.longestWait, nil) != CURLM_OK {
                // Short of memory, perhaps: it is no reason to use all of a processor.
                usleep(Self.pause)
            }
        }
    }

    private func takeInbox(_ active: inout [UnsafeMutableRawPointer: Transfer]) {
        let inbox = inbox.withLock { inbox in
            defer { inbox = Inbox() }
            return inbox
        }
        for transfer in inbox.added where transfer.board.isWanted { start(transfer, &active) }
        guard !inbox.isSwept else { return }
        for (easy, transfer) in active where !transfer.board.isWanted {
            active[easy] = nil
            transfer.progress.endLookup(isAbandoned: true)
            drop(easy)
        }
    }

    private func start(_ transfer: Transfer, _ active: inout [UnsafeMutableRawPointer: Transfer]) {
        guard let easy = transfer.start() else { return transfer.fail() }
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else {
            transfer.progress.endLookup(isAbandoned: false)
            curl_easy_cleanup(easy)
            return transfer.fail()
        }
        active[easy] = transfer
    }

    private func finishDone(_ active: inout [UnsafeMutableRawPointer: Transfer]) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = active.removeValue(forKey: easy)
            else { continue }
            // Read before the handle goes, and the message with it.
            let result = message.pointee.data.result
            let isDone = result == CURLE_OK
            transfer.progress.endLookup(isAbandoned: result == CURLE_OPERATION_TIMEDOUT)
            let goesOn = transfer.end(easy, isDone: isDone)
            drop(easy)
            if goesOn { start(transfer, &active) }
        }
    }

    private func drop(_ easy: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(multi, easy)
        curl_easy_cleanup(easy)
    }

    /// Milliseconds; the inbox wakes it earlier.
    private static let longestWait: Int32 = 60_000
    /// Microseconds.
    private static let pause: UInt32 = 10_000
}
