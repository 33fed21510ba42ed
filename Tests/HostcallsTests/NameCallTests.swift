import CRuntime
import NameResolution
import TestGuests
import TestNameServer
import Testing
import WasmRuntime

@testable import Hostcalls

@Suite("A guest asks for names")
struct NameCallTests {
    private static let out = [FakeGuest.outPointer, FakeGuest.outLength]

    /// The question for the addresses of `a.test`, with identifier 0x1234.
    private static let question: [UInt8] =
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + [1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0, 0, 1, 0, 1]

    /// A guest, what it was refused, and a server that knows `a.test`.
    private final class Setting {
        let names: Dnsmasq
        let guest: FakeGuest
        var notes: [HostcallNote] = []

        init(allowed: [String], limits: HostcallLimits = HostcallLimits()) throws {
            names = try Dnsmasq(["--host-record=a.test,192.0.2.1", "--host-record=a.test,192.0.2.2"])
            let patterns = try allowed.map { try #require(HostPattern($0)) }
            guest = FakeGuest(limits: limits, outbound: OutboundPolicy(allowed: patterns))
            guest.exchange.resolver = Resolver(servers: [names.address])
            guest.exchange.note = { [unowned self] in notes.append($0) }
        }
    }

    @Test("Each address is a block of its own")
    func addresses() throws {
        let setting = try Setting(allowed: ["a.test"])
        let guest = setting.guest
        #expect(guest.call("dns_query_ip", Self.out + guest.put("a.test") + [0]) == (TF_OK, 1))
        let (list, count) = guest.out
        let found = (0..<count).map { guest.bytes(guest.word(list + 8 * $0), guest.word(list + 8 * $0 + 4)).bytes }
        #expect(found.sorted { $0[3] < $1[3] } == [[192, 0, 2, 1], [192, 0, 2, 2]])
        #expect(guest.call("dns_query_ip", Self.out + guest.put("a.test") + [1]) == (TF_OK, 0))
        #expect(guest.out == (0, 0))
    }

    @Test("T27: A name that no pattern has is not asked for, and neither is any without patterns")
    func refused() throws {
        for patterns in [[], ["b.test"], ["*.a.test"], ["a.tes"]] {
            let setting = try Setting(allowed: patterns)
            let guest = setting.guest
            #expect(guest.call("dns_query_ip", Self.out + guest.put("a.test") + [0]) == (TF_OK, 0))
            #expect(guest.call("dns_query_raw", Self.out + guest.put(Self.question)) == (TF_OK, 0))
            #expect(guest.out == (0, 0))
            let note = HostcallNote.refused(host: "a.test", reason: "not among the hosts of --allow-outbound")
            #expect(setting.notes == [note, note])
        }
    }

    @Test("A raw question's answer has its identifier; what is no question has no answer")
    func raw() throws {
        let setting = try Setting(allowed: ["*"])
        let guest = setting.guest
        #expect(guest.call("dns_query_raw", Self.out + guest.put(Self.question)) == (TF_OK, 1))
        #expect(guest.bytes(guest.out.pointer, guest.out.length).bytes.prefix(2) == [0x12, 0x34])
        for bad in [[], Array(Self.question.dropLast()), Self.question + [0], [UInt8](repeating: 0, count: 2000)] {
            #expect(guest.call("dns_query_raw", Self.out + guest.put(bad)) == (TF_OK, 0))
            #expect(guest.out == (0, 0))
        }
    }

    @Test("T28: Questions count as sent requests")
    func budget() throws {
        var limits = HostcallLimits()
        limits.sentRequests = 2
        let setting = try Setting(allowed: ["*"], limits: limits)
        let guest = setting.guest
        let name = guest.put("a.test")
        #expect((0..<3).map { _ in guest.call("dns_query_ip", Self.out + name + [0]).result } == [1, 1, 0])
        #expect(guest.exchange.limitsReached == [.hostHandles])
    }

    @Test("T15: Bad pointers end the guest", arguments: [(65530, 7), (65536, 1), (1, .max)] as [(UInt32, UInt32)])
    func badPointers(bad: (UInt32, UInt32)) throws {
        let guest = FakeGuest()
        #expect(guest.call("dns_query_ip", Self.out + [bad.0, bad.1, 0]).trap == TF_TRAP_HOST)
        #expect(guest.call("dns_query_raw", Self.out + [bad.0, bad.1]).trap == TF_TRAP_HOST)
        #expect(guest.call("dns_query_ip", [65533, 16] + guest.put("a.test") + [0]).trap == TF_TRAP_HOST)
        #expect(guest.call("dns_query_raw", [16, 65533] + guest.put(Self.question)).trap == TF_TRAP_HOST)
    }

    @Test("Where nothing may wait, nobody is asked")
    func effects() throws {
        let setting = try Setting(allowed: ["*"])
        let guest = setting.guest
        guest.exchange.mayWait = false
        #expect(guest.call("dns_query_ip", Self.out + guest.put("a.test") + [0]).trap == TF_TRAP_HOST)
        #expect(guest.call("dns_query_raw", Self.out + guest.put(Self.question)).trap == TF_TRAP_HOST)
    }
}
