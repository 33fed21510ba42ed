import CRuntime
import TestGuests
import Testing
import WasmRuntime

@testable import Hostcalls

@Suite("What outlives requests")
struct KeyValueCallTests {
    private final class Notes {
        var all: [HostcallNote] = []
    }

    private let store = MemoryStore()
    private let notes = Notes()

    private func guest(_ store: (any KeyValueStore)? = nil, site: String = "default") -> FakeGuest {
        let guest = FakeGuest()
        guest.exchange.values = SiteValues(store ?? self.store, site: site)
        guest.exchange.note = { [notes] in notes.all.append($0) }
        return guest
    }

    private func set(_ guest: FakeGuest, _ call: String, _ key: String, _ value: String) -> UInt32 {
        guest.call("kvstore_" + call, guest.put(key) + guest.put(value)).result
    }

    private func get(_ guest: FakeGuest, _ key: String) -> String? {
        let (trap, found) = guest.call(
            "kvstore_get", [FakeGuest.outPointer, FakeGuest.outLength] + guest.put(key))
        guard trap == TF_OK, found == 1 else {
            #expect(guest.out == (0, 0))
            return nil
        }
        let (bytes, next) = guest.bytes(guest.out.pointer, guest.out.length)
        #expect(next == 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "insert overwrites and says whether the key was new; upsert only adds; append adds to the end; remove removes")
    func semantics() {
        let guest = guest()
        #expect(get(guest, "a") == nil)
        #expect(set(guest, "insert", "a", "1") == 1)
        #expect(set(guest, "insert", "a", "2") == 0)
        #expect(set(guest, "upsert", "a", "3") == 0)
        #expect(get(guest, "a") == "2")
        #expect(set(guest, "upsert", "b", "x") == 1)
        #expect(set(guest, "append", "b", "y") == 0)
        #expect(set(guest, "append", "c", "z") == 1)
        #expect(get(guest, "b") == "xy")
        #expect(guest.call("kvstore_remove", guest.put("b")) == (TF_OK, 1))
        #expect(guest.call("kvstore_remove", guest.put("b")) == (TF_OK, 0))
        #expect(get(guest, "b") == nil)
    }

    @Test("An empty value is there: it has an address and no bytes")
    func emptyValue() {
        let guest = guest()
        #expect(set(guest, "insert", "a", "") == 1)
        #expect(get(guest, "a") == "")
        #expect(guest.out.pointer != 0)
    }

    @Test("The next instance finds what one has left, and those of another site don't")
    func nextInstance() {
        #expect(set(guest(), "insert", "a", "1") == 1)
        #expect(get(guest(), "a") == "1")
        #expect(get(guest(site: "other.test"), "a") == nil)
    }

    @Test("T29: Keys and values over their limits are refused, and that is told")
    func limits() {
        var limits = KeyValueLimits()
        limits.keyBytes = 3
        limits.valueBytes = 4
        let guest = guest(MemoryStore(limits: limits))
        #expect(set(guest, "insert", "abc", "1234") == 1)
        #expect(guest.exchange.limitsReached.isEmpty)
        for call in ["insert", "upsert", "append"] {
            #expect(set(guest, call, "abcd", "1") == 0)
            #expect(set(guest, call, "b", "12345") == 0)
        }
        #expect(set(guest, "append", "abc", "5") == 0)
        #expect(get(guest, "abcd") == nil)
        #expect(get(guest, "abc") == "1234")
        #expect(guest.exchange.limitsReached == [.storedBytes])
    }

    @Test("A store that fails is answered as if nothing were there, and told to the operator")
    func failure() {
        let guest = guest()
        #expect(set(guest, "insert", "a", "1") == 1)
        store.fail(.broken("damaged"))
        for call in ["insert", "upsert", "append"] { #expect(set(guest, call, "b", "1") == 0) }
        #expect(get(guest, "a") == nil)
        #expect(guest.call("kvstore_remove", guest.put("a")) == (TF_OK, 0))
        #expect(notes.all == Array(repeating: .storageFailed("damaged"), count: 5))
        store.fail(nil)
        #expect(get(guest, "a") == "1")
    }

    @Test("Without a store nothing is there, and the operator learns why")
    func noStore() {
        let guest = FakeGuest()
        guest.exchange.note = { [notes] in notes.all.append($0) }
        #expect(set(guest, "insert", "a", "1") == 0)
        #expect(get(guest, "a") == nil)
        #expect(notes.all.count == 2)
    }

    @Test(
        "T15: Bad pointers end the guest, before anything is changed",
        arguments: ["insert", "upsert", "append"], [(65530, 7), (65536, 1), (1, .max), (.max, 2)] as [(UInt32, UInt32)])
    func badPointers(call: String, bad: (UInt32, UInt32)) {
        let guest = guest()
        let good = guest.put("k")
        #expect(guest.call("kvstore_" + call, good + [bad.0, bad.1]).trap == TF_TRAP_HOST)
        #expect(guest.call("kvstore_" + call, [bad.0, bad.1] + good).trap == TF_TRAP_HOST)
        #expect(guest.call("kvstore_remove", bad.0, bad.1).trap == TF_TRAP_HOST)
        #expect(
            guest.call("kvstore_get", [FakeGuest.outPointer, FakeGuest.outLength, bad.0, bad.1]).trap == TF_TRAP_HOST)
        #expect(guest.call("kvstore_get", [65533, FakeGuest.outLength] + good).trap == TF_TRAP_HOST)
        #expect(guest.call("kvstore_get", [FakeGuest.outPointer, 65533] + good).trap == TF_TRAP_HOST)
        #expect(store.size == 0)
    }

    @Test("Where nothing may wait, none of the calls reaches the store", arguments: ["insert", "upsert", "append"])
    func effects(call: String) {
        let guest = guest()
        guest.exchange.mayWait = false
        #expect(guest.call("kvstore_" + call, guest.put("a") + guest.put("1")).trap == TF_TRAP_HOST)
        #expect(guest.call("kvstore_remove", guest.put("a")).trap == TF_TRAP_HOST)
        let out = [FakeGuest.outPointer, FakeGuest.outLength]
        #expect(guest.call("kvstore_get", out + guest.put("a")).trap == TF_TRAP_HOST)
        #expect(store.size == 0)
    }
}
