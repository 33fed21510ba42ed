import CRuntime
import Glibc

/// A thread of its own, for work that blocks.
enum WorkerThread {
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs the body to its end.
    ///
    /// The name has at most 15 bytes.
    static func start(name: String, body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let failure = create(start.toOpaque())
        precondition(failure == 0, "no thread: \(systemMessage(failure))")
    }

    private static func create(_ start: UnsafeMutableRawPointer) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 1 << 20)
        var thread = pthread_t()
        let failure = pthread_create(&thread, &attributes, { WorkerThread.enter($0) }, start)
        pthread_attr_destroy(&attributes)
        return failure
    }

    private static func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        tf_name_thread(start.name)
        start.body()
        return nil
    }
}
