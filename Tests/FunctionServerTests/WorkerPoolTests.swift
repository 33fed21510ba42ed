import Glibc
import Synchronization
import Testing

@testable import FunctionServer

@Suite("Worker pool")
struct WorkerPoolTests {
    @Test("all work is done once, by several threads, whoever hands it in")
    func everything() {
        let pool = WorkerPool(name: "test", threads: 4, share: 4, capacity: 100_000, preferred: 2)
        let done = Atomic(0)
        let lanes = (0..<5).map { _ in WorkerPool.Lane() }
        let senders = (0..<4).map { number in
            Thread {
                for index in 0..<5000 {
                    let isTaken = pool.submit(lanes[(number + index) % 5]) { done.add(1, ordering: .relaxed) }
                    precondition(isTaken)
                }
            }
        }
        for sender in senders { sender.join() }
        pool.stop()
        #expect(pool.waitUntilEnded(until: MonotonicTime.now().advanced(by: 60 * .second)))
        #expect(done.load(ordering: .relaxed) == 20_000)
    }

    @Test("work that blocks gets more threads, up to its share, and others get the rest")
    func blocking() {
        let pool = WorkerPool(name: "test", threads: 6, share: 4, capacity: 100, preferred: 1)
        let gate = Atomic(false)
        let running = Atomic(0)
        let blocked = WorkerPool.Lane()
        for _ in 0..<10 {
            _ = pool.submit(blocked) {
                running.add(1, ordering: .relaxed)
                while !gate.load(ordering: .relaxed) { usleep(1000) }
            }
        }
        #expect(eventually { running.load(ordering: .relaxed) == 4 })
        let other = Atomic(false)
        _ = pool.submit(WorkerPool.Lane()) { other.store(true, ordering: .relaxed) }
        #expect(eventually { other.load(ordering: .relaxed) })
        #expect(running.load(ordering: .relaxed) == 4)
        gate.store(true, ordering: .relaxed)
        #expect(eventually { running.load(ordering: .relaxed) == 10 })
        pool.stop()
        #expect(pool.waitUntilEnded(until: MonotonicTime.now().advanced(by: 60 * .second)))
    }

    @Test("a full queue takes no more, nor does a stopped pool")
    func full() {
        let pool = WorkerPool(name: "test", threads: 1, share: 1, capacity: 2)
        let gate = Atomic(false)
        let running = Atomic(false)
        let lane = WorkerPool.Lane()
        _ = pool.submit(lane) {
            running.store(true, ordering: .relaxed)
            while !gate.load(ordering: .relaxed) { usleep(1000) }
        }
        #expect(eventually { running.load(ordering: .relaxed) })
        #expect(pool.submit(lane) {})
        #expect(pool.submit(lane) {})
        #expect(!pool.submit(lane) {})
        gate.store(true, ordering: .relaxed)
        #expect(eventually { pool.submit(lane) {} })
        pool.stop()
        #expect(!pool.submit(lane) {})
    }
}
