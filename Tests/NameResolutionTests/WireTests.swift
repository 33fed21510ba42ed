import NameResolution
import Synchronization
import TestNameServer
import Testing

@Suite("Questions and answers in the wire format")
struct WireTests {
    /// The question for the texts of `a.test`, with identifier 0x1234.
    private static let question: [UInt8] =
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + [1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0, 0, 16, 0, 1]

    /// What a server could answer: a header with one answer, the question, a record behind it.
    private static func answer(_ query: [UInt8], _ record: [UInt8]) -> [UInt8] {
        [query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + query[12...] + record
    }

    /// A record of the question's name: by a pointer to it.
    private static func text(_ data: [UInt8]) -> [UInt8] {
        [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 9, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }

    private func failure(_ answer: @escaping FakeNameServer.Answer) throws -> ResolutionFailure? {
        let server = try #require(FakeNameServer(answer))
        defer { server.stop() }
        let resolver = try #require(Resolver(servers: [server.address], timeout: 300_000_000))
        do throws(ResolutionFailure) {
            _ = try resolver.texts("a.test")
            return nil
        } catch {
            return error
        }
    }

    @Test("The question's identifier is random on the wire, and its own in the answer")
    func identifier() throws {
        let seen = Mutex<Set<[UInt8]>>([])
        let server = try #require(
            FakeNameServer { query in
                seen.withLock { _ = $0.insert(Array(query[..<2])) }
                return Self.answer(query, Self.text([1, 0x78]))
            })
        defer { server.stop() }
        let resolver = try #require(Resolver(servers: [server.address]))
        for _ in 0..<20 {
            let answer = try resolver.raw(query: Self.question)
            #expect(answer == Self.answer(Self.question, Self.text([1, 0x78])))
        }
        #expect(seen.withLock { $0.count } > 10)
    }

    @Test("That a name does not exist is an answer to a raw question")
    func noSuchName() throws {
        let server = try Dnsmasq([])
        let resolver = try #require(Resolver(servers: [server.address]))
        let answer = try resolver.raw(query: Self.question)
        #expect(answer[3] & 0xF == 3)
        #expect(answer[..<2] == [0x12, 0x34])
    }

    @Test(
        "T15: What is not one plain question is not sent",
        arguments: [
            [], Array(question.dropLast()), question + [0],
            [0, 0, 0x81, 0, 0, 1, 0, 0, 0, 0, 0, 0] + question[12...],  // an answer
            [0, 0, 0x29, 0, 0, 1, 0, 0, 0, 0, 0, 0] + question[12...],  // an update
            [0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0] + question[12...] + question[12...],  // two questions
            [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],  // none
            [0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0] + question[12...] + text([1, 0x78]),  // with an answer
            [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1] + question[12...] + text([1, 0x78]),  // with another record
            question.dropLast(4) + [0, 252, 0, 1],  // a whole zone
            question.dropLast(2) + [0, 3],  // another internet
            [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + [0xC0, 12, 0, 16, 0, 1],  // a pointer to itself
            [UInt8](repeating: 0xFF, count: 600),
        ] as [[UInt8]])
    func badQueries(query: [UInt8]) throws {
        #expect(throws: ResolutionFailure.malformed) { _ = try DNSQuery(query) }
    }

    @Test("A question may say that it understands larger answers")
    func extensions() throws {
        var query = Self.question + [0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0]
        query[11] = 1
        #expect(try DNSQuery(query).name == "a.test")
    }

    @Test(
        "An answer that is not well-formed is none",
        arguments: [
            text([2, 0x78]),  // a string longer than its record
            text([1, 0x78]).dropLast(), text([1, 0x78]) + [0],
            [0xC0, 0xFF] + text([1, 0x78]).dropFirst(2),  // a pointer forward
            [0x80] + text([1, 0x78]).dropFirst(),
        ] as [[UInt8]])
    func badAnswers(record: [UInt8]) throws {
        #expect(try failure { Self.answer($0, record) } == .malformed)
    }

    @Test("Answers to other questions are waited past")
    func forged() throws {
        #expect(
            try failure { query in [query[0] ^ 1] + Self.answer(query, Self.text([1, 0x78])).dropFirst() } == .timeout)
        #expect(try failure { query in Self.answer(query, Self.text([1, 0x78])) } == nil)
    }

    @Test("Records of another type or of no internet are passed over")
    func otherRecords() throws {
        #expect(try failure { Self.answer($0, [0xC0, 12, 0, 1] + Self.text([1, 0x78]).dropFirst(4)) } == .noData)
        #expect(
            try failure { Self.answer($0, [0xC0, 12, 0, 16, 0, 3] + Self.text([1, 0x78]).dropFirst(6)) } == .noData)
    }
}
