import NIOHTTP1
import Testing

@testable import FunctionServer

@Suite("Rules")
struct PureRulesTests {
    @Test("log text has no control characters, no bytes that are no UTF-8, and an end")
    func escaping() {
        #expect(LogEscaping.escape("plain é 漢") == "plain é 漢")
        #expect(LogEscaping.escape("a\u{1b}[31mred\u{7}\r\nb\tc\u{0}") == #"a\x1b[31mred\x07\r\nb\tc\x00"#)
        #expect(LogEscaping.escape("\u{202e}evil\u{2028}") == #"\u{202e}evil\u{2028}"#)
        #expect(LogEscaping.escape("\u{85}\u{9b}") == #"\x85\x9b"#)
        #expect(LogEscaping.escape([0xff, 0x41]).unicodeScalars.allSatisfy { $0.value >= 0x20 })
        #expect(LogEscaping.escape(String(repeating: "x", count: 10), limit: 4) == "xxxx… (6 bytes more)")
    }

    @Test("a function's lines have its name before each, are bounded in length and number")
    func functionLog() {
        let lines = LogLines()
        let log = FunctionLog(name: "f.wasm", logger: lines.logger())
        log.say("one\ntwo\r\n\u{1b}[2J")
        log.say(String(repeating: "x", count: 10_000))
        let taken = lines.all
        #expect(taken.prefix(3) == ["info f.wasm: one", "info f.wasm: two", #"info f.wasm: \x1b[2J"#])
        #expect(taken.count == 4)
        #expect(taken[3].utf8.count < LogEscaping.maximumLine + 100)
        #expect(taken[3].hasSuffix("… (5904 bytes more)"))
        for _ in 0..<5000 { log.say("again") }
        #expect(lines.all.count <= FunctionLog.maximumLines)
    }

    @Test("a function has an allowance of lines in each second, and what is over it is counted (T30)")
    func logBudget() {
        let budget = LogBudget()
        let now = MonotonicTime(nanoseconds: 5 * .second)
        for _ in 0..<LogBudget.linesPerSecond { #expect(budget.take(now: now) == .write(droppedBefore: 0)) }
        for _ in 0..<7 { #expect(budget.take(now: now) == .drop) }
        let later = now.advanced(by: .second)
        #expect(budget.take(now: later) == .write(droppedBefore: 7))
        #expect(budget.take(now: later) == .write(droppedBefore: 0))
    }

    @Test("a function's text before its log's end is not lost, and comes in pieces as it likes")
    func partialLines() {
        let lines = LogLines()
        let log = FunctionLog(name: "f", logger: lines.logger())
        for piece in ["a", "b\nc", "", "d"] { _ = Array(piece.utf8).withUnsafeBytes { log.write($0) } }
        log.finish()
        #expect(lines.all == ["info f: ab", "info f: cd"])
    }

    @Test("header fields of a function are checked, and those of the connection dropped")
    func sanitize() throws {
        let kept = try ResponseHeaderRules.sanitize([
            ("Content-Type", "a/b"), ("Connection", "close"), ("content-length", "7"), ("Transfer-Encoding", "chunked"),
            ("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Keep-Alive", "x"), ("X", "tab\tis fine é"),
        ])
        #expect(kept.map(\.name) == ["Content-Type", "Set-Cookie", "Set-Cookie", "X"])
        for field in [
            ("A", "b\r\nX: y"), ("A", "b\n"), ("A", "\0"), ("A\r\nB", "c"), ("", "x"), ("A B", "x"), ("A:", "x"),
        ] {
            #expect(throws: FunctionFailure.self) { try ResponseHeaderRules.sanitize([field]) }
        }
        #expect(throws: FunctionFailure.self) {
            try ResponseHeaderRules.sanitize(Array(repeating: ("A", "b"), count: 257))
        }
        #expect(throws: FunctionFailure.self) {
            try ResponseHeaderRules.sanitize([("A", String(repeating: "x", count: 70_000))])
        }
        #expect([200, 404, 599].allSatisfy(ResponseHeaderRules.isAllowed))
        #expect(![0, 99, 100, 101, 199, 600, 999, -1].contains(where: ResponseHeaderRules.isAllowed))
    }

    @Test("dates are written and read as HTTP has them")
    func dates() {
        #expect(HTTPDate.format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        for text in [
            "", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
        ] {
            #expect(HTTPDate.parse(text) == nil, "\(text)")
        }
    }

    @Test("a client that has the file is told so")
    func conditions() {
        let identity = FileIdentity(inode: 1, size: 2, modified: 784_111_777 * .second, changed: 0)
        func status(_ headers: [(String, String)], method: String = "GET") -> Int {
            StaticAnswer(method: method, name: "a.html", identity: identity, headers: HTTPHeaders(headers)).status
        }
        let tag = StaticAnswer.tag(of: identity)
        #expect(status([]) == 200)
        #expect(status([("If-None-Match", tag)]) == 304)
        #expect(status([("If-None-Match", "\"x\", W/\(tag)")]) == 304)
        #expect(status([("If-None-Match", "*")]) == 304)
        #expect(status([("If-None-Match", "\"x\""), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]) == 200)
        #expect(status([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]) == 304)
        #expect(status([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")]) == 200)
        #expect(status([("If-Modified-Since", "nonsense")]) == 200)
        #expect(MediaType.of("a/b.HTML") == "text/html; charset=utf-8")
        #expect(MediaType.of("a.b/c") == "application/octet-stream")
    }

    @Test("an idle connection is closed, a slow header or body is told, a slow reader is closed")
    func pace() {
        var configuration = ServerConfiguration()
        configuration.idleTimeout = 60 * .second
        configuration.headerTimeout = 10 * .second
        configuration.grace = 20 * .second
        configuration.minimumRate = 1000
        func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * .second) }
        func verdict(_ pace: inout ConnectionPace, _ time: Int64, sent: Int64 = 0, waiting: Int64 = 0)
            -> ConnectionPace.Verdict
        {
            pace.verdict(sent: sent, waiting: waiting, configuration, now: at(time))
        }
        var pace = ConnectionPace(now: at(0))
        #expect(verdict(&pace, 60) == .fine)
        #expect(verdict(&pace, 61) == .close)
        pace.receiveHead(now: at(61))
        pace.receiveHead(now: at(70))
        #expect(verdict(&pace, 71) == .fine)
        #expect(verdict(&pace, 72) == .tooSlow)
        pace.receive(now: at(72))
        #expect(verdict(&pace, 92) == .fine)
        #expect(verdict(&pace, 93) == .tooSlow)
        pace.received(10_000)
        #expect(verdict(&pace, 93) == .fine)
        #expect(verdict(&pace, 103) == .tooSlow)
        pace.work()
        #expect(verdict(&pace, 10_000) == .fine)
        #expect(verdict(&pace, 10_001, sent: 0, waiting: 100) == .fine)
        #expect(verdict(&pace, 10_021, sent: 0, waiting: 100) == .fine)
        #expect(verdict(&pace, 10_022, sent: 21_000, waiting: 100) == .fine)
        #expect(verdict(&pace, 10_043, sent: 30_000, waiting: 100) == .close)
    }

    @Test("a queue gives back what it got, in order, also when it is long")
    func queue() {
        var queue = Queue<Int>()
        var next = 0
        var expected = 0
        var generator = Xorshift(seed: 3)
        for _ in 0..<10_000 {
            if Bool.random(using: &generator) || queue.isEmpty {
                queue.append(next)
                next += 1
            } else {
                #expect(queue.popFirst() == expected)
                expected += 1
            }
            #expect(queue.count == next - expected)
        }
    }
}
