import CRuntime
import TestGuests
import Testing

@testable import Hostcalls

@Suite("T15: pointers are checked before they are used")
struct BadPointerTests {
    /// A call whose arguments are all good, and which of them form ranges of bytes.
    struct Shape: CustomTestStringConvertible, Sendable {
        var name: String
        var arguments: [UInt32]
        /// Positions of single out-pointers to four bytes.
        var words: [Int] = []
        /// Positions of pointers followed by a length.
        var ranges: [Int] = []
        /// Positions of pointers followed by a count of slices.
        var lists: [Int] = []

        var testDescription: String { name }
    }

    static let shapes = [
        Shape(name: "panic_hook", arguments: [16, 4], ranges: [0]),
        Shape(name: "req_get_headers", arguments: [16, 32, 0], words: [0, 1]),
        Shape(name: "req_get_header", arguments: [16, 32, 0, 64, 4], words: [0, 1], ranges: [3]),
        Shape(name: "req_get_method", arguments: [16, 32, 0], words: [0, 1]),
        Shape(name: "req_get_body", arguments: [16, 32, 0], words: [0, 1]),
        Shape(name: "req_get_path", arguments: [16, 32, 0], words: [0, 1]),
        Shape(name: "req_create", arguments: [64, 4, 96, 4], ranges: [0, 2]),
        Shape(name: "req_set_header", arguments: [1, 64, 4, 96, 1], ranges: [1], lists: [3]),
        Shape(name: "req_set_body", arguments: [1, 64, 4], ranges: [1]),
        Shape(name: "resp_get_headers", arguments: [16, 32, 1], words: [0, 1]),
        Shape(name: "resp_get_header", arguments: [16, 32, 1, 64, 4], words: [0, 1], ranges: [3]),
        Shape(name: "resp_get_body", arguments: [16, 32, 1], words: [0, 1]),
        Shape(name: "resp_set_header", arguments: [0, 64, 4, 96, 1], ranges: [1], lists: [3]),
        Shape(name: "resp_set_body", arguments: [0, 64, 4], ranges: [1]),
    ]

    /// A guest with a created request and a token at 64.
    private func guest() -> FakeGuest {
        let guest = FakeGuest(GuestRequest(method: "GET", target: "/", headers: [HeaderField(name: "a", value: "b")]))
        guest.write("abcd", at: 64)
        guest.call("req_create", guest.put("GET") + guest.put("http://example.com/"))
        return guest
    }

    private func expectTrap(_ shape: Shape, _ arguments: [UInt32], _ guest: FakeGuest) {
        #expect(guest.call(shape.name, arguments).trap == TF_TRAP_HOST, "\(arguments)")
        #expect(guest.message.hasPrefix(shape.name + ": "))
        #expect(guest.message.hasSuffix("outside of the memory"))
    }

    @Test("An out-pointer beyond the last word ends the guest", arguments: shapes)
    func outPointers(shape: Shape) {
        for position in shape.words {
            let guest = guest()
            for address in [guest.size - 3, guest.size - 1, guest.size, .max - 3, .max] {
                var arguments = shape.arguments
                arguments[position] = address
                expectTrap(shape, arguments, guest)
            }
            #expect(guest.allocatedSizes.isEmpty)
            var arguments = shape.arguments
            arguments[position] = guest.size - 4
            #expect(guest.call(shape.name, arguments).trap == TF_OK)
        }
    }

    @Test("A range that leaves the memory by a byte, or wraps around, ends the guest", arguments: shapes)
    func ranges(shape: Shape) {
        for position in shape.ranges {
            let guest = guest()
            let bad: [(UInt32, UInt32)] = [
                (guest.size - 3, 4), (guest.size, 1), (.max, 1), (0, guest.size + 1), (0, .max), (1, .max),
                (.max, .max), (0x8000_0000, 0x8000_0000),
            ]
            for (address, length) in bad {
                var arguments = shape.arguments
                (arguments[position], arguments[position + 1]) = (address, length)
                expectTrap(shape, arguments, guest)
            }
        }
    }

    @Test("A list that leaves the memory, however many slices it claims, ends the guest", arguments: shapes)
    func lists(shape: Shape) {
        for position in shape.lists {
            let guest = guest()
            let bad: [(UInt32, UInt32)] = [
                (guest.size - 7, 1), (guest.size, 1), (0, guest.size / 8 + 1), (8, guest.size / 8), (0, 1_000_000),
                (0, 0x2000_0000), (0, 0x2000_0001), (16, .max), (.max, .max),
            ]
            for (address, count) in bad {
                var arguments = shape.arguments
                (arguments[position], arguments[position + 1]) = (address, count)
                expectTrap(shape, arguments, guest)
            }
        }
    }

    @Test("A slice of a list that leaves the memory ends the guest", arguments: shapes)
    func slices(shape: Shape) {
        for position in shape.lists {
            for bad: [UInt32] in [[65536, 1], [65530, 7], [.max, 2], [1, .max]] {
                let guest = guest()
                var arguments = shape.arguments
                let list = guest.put(slices: [guest.put("good"), bad])
                (arguments[position], arguments[position + 1]) = (list[0], list[1])
                expectTrap(shape, arguments, guest)
                #expect(guest.exchange.response.headers.isEmpty)
            }
        }
    }

    @Test("A length of 0 goes with any pointer", arguments: [0, 1, 65536, .max] as [UInt32])
    func emptyRanges(pointer: UInt32) {
        let guest = guest()
        #expect(guest.call("resp_set_body", 0, pointer, 0) == (TF_OK, 0))
        #expect(guest.call("req_set_body", 1, pointer, 0) == (TF_OK, 0))
        #expect(guest.call("panic_hook", pointer, 0).trap == TF_OK)
        let name = guest.put("x-empty")
        #expect(guest.call("resp_set_header", [0] + name + guest.put(slices: [[pointer, 0]])) == (TF_OK, 0))
        #expect(guest.exchange.response.headers == [HeaderField(name: "x-empty", value: "")])
        #expect(guest.call("resp_set_header", [0] + name + [pointer, 0]) == (TF_OK, 0))
        #expect(guest.exchange.response.headers.isEmpty)
        #expect(guest.call("resp_set_header", [0, pointer, 0] + guest.put(list: ["x"])) == (TF_OK, 1))
        #expect(guest.call("req_create", pointer, 0, pointer, 0) == (TF_OK, .max))
        #expect(guest.list("req_get_header", 0, named: "") == [])
    }

    @Test("A guest without memory is ended by a pointer, not the host", arguments: shapes)
    func noMemory(shape: Shape) {
        let guest = guest()
        guest.removeMemory()
        #expect(guest.call(shape.name, shape.arguments).trap == TF_TRAP_HOST)
    }
}
