import Glibc
import Hostcalls
import KeyValueStorage
import Testing

@Suite("Values are kept in databases, one for each site")
struct SQLiteStoreTests {
    @Test("Each call changes what it should, and says what was there before")
    func semantics() throws {
        let folder = try StoreFolder()
        let store = folder.store()
        #expect(try store.get("a") == nil)
        #expect(try store.insert("a", "1"))
        #expect(try !store.insert("a", "2"))
        #expect(try store.get("a") == "2")
        #expect(try !store.insertIfAbsent("a", "3"))
        #expect(try store.get("a") == "2")
        #expect(try store.insertIfAbsent("b", "x"))
        #expect(try !store.append("b", "y"))
        #expect(try store.append("c", "z"))
        #expect(try ["b", "c"].map { try store.get($0) } == ["xy", "z"])
        #expect(try store.remove("b"))
        #expect(try !store.remove("b"))
        #expect(try store.get("b") == nil)
    }

    @Test("Keys and values are any bytes, also none")
    func bytes() throws {
        let folder = try StoreFolder()
        let store = folder.store()
        let all = (0...255).map { UInt8($0) }
        for (key, value) in [([], []), ([0], all), (all, []), ([0, 0], [0, 0, 0])] as [([UInt8], [UInt8])] {
            #expect(try store.insert(value, for: key, of: "default", deadline: .max))
            #expect(try store.value(key, of: "default", deadline: .max) == value)
        }
        #expect(try !store.append(all, to: all, of: "default", deadline: .max))
        #expect(try store.value(all, of: "default", deadline: .max) == all)
    }

    @Test("Sites know nothing of each other, and each has a file of its own, once it is used")
    func sites() throws {
        let folder = try StoreFolder()
        let store = folder.store()
        #expect(folder.names.isEmpty)
        #expect(try store.insert("a", "1", of: "one.test"))
        #expect(try store.get("a", of: "two.test") == nil)
        #expect(try store.insert("a", "2", of: "two.test"))
        #expect(try store.get("a", of: "one.test") == "1")
        #expect(folder.names.filter { $0.hasSuffix(".sqlite") } == ["one.test.sqlite", "two.test.sqlite"])
    }

    @Test("T15: A name that could lead elsewhere is none", arguments: ["", ".", "..", "a/b", "../a", "/a", "a\0b"])
    func badSites(site: String) throws {
        let folder = try StoreFolder()
        let store = folder.store()
        #expect(throws: KeyValueFailure.self) { try store.insert("a", "1", of: site) }
        #expect(folder.names.isEmpty)
    }

    @Test("T29: Keys, values and what is appended have limits, and what is over them changes nothing")
    func limits() throws {
        let folder = try StoreFolder()
        let store = folder.store {
            $0.keyBytes = 3
            $0.valueBytes = 5
        }
        #expect(try store.insert("abc", "12345"))
        #expect(throws: KeyValueFailure.tooLarge) { try store.insert("abcd", "1") }
        #expect(throws: KeyValueFailure.tooLarge) { try store.insert("abc", "123456") }
        #expect(throws: KeyValueFailure.tooLarge) { try store.insertIfAbsent("abc", "123456") }
        #expect(throws: KeyValueFailure.tooLarge) { try store.append("abc", "6") }
        #expect(try !store.append("abc", ""))
        #expect(try store.get("abc") == "12345")
    }

    @Test("T29: A site that is full takes no more, others do, and what is removed makes room")
    func siteLimit() throws {
        let folder = try StoreFolder()
        let store = folder.store {
            $0.siteBytes = 1 << 20
            $0.valueBytes = 64 << 10
        }
        let value = String(repeating: "x", count: 60_000)
        var count = 0
        while count < 1000, (try? store.insert("\(count)", value)) != nil { count += 1 }
        #expect((8...17).contains(count))
        #expect(throws: KeyValueFailure.tooLarge) { try store.insert("more", value) }
        #expect(try store.get("0") == value)
        #expect(try store.insert("other", value, of: "other.test"))
        for index in 0..<3 { #expect(try store.remove("\(index)")) }
        #expect(try store.insert("more", value))
    }

    @Test("What is written is there for the next store, and for one beside it")
    func persistence() throws {
        let folder = try StoreFolder()
        do {
            let store = folder.store()
            #expect(try store.insert("a", "1"))
            let other = folder.store()
            #expect(try other.get("a") == "1")
            #expect(try !other.append("a", "2"))
            #expect(try store.get("a") == "12")
        }
        #expect(try folder.store().get("a") == "12")
    }

    @Test("Few databases are open at a time, however many sites there are")
    func mostOpen() throws {
        let folder = try StoreFolder()
        let store = folder.store(mostOpen: 3)
        for round in 0..<2 {
            for site in 0..<20 { #expect(try store.append("a", "\(round)", of: "s\(site).test") == (round == 0)) }
            #expect(store.openCount == 3)
        }
        for site in 0..<20 { #expect(try store.get("a", of: "s\(site).test") == "01") }
    }

    @Test("Changes at once are all there: counted, appended, inserted by one of them")
    func concurrency() async throws {
        let folder = try StoreFolder()
        let store = folder.store(mostOpen: 2)
        let firsts = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var firsts = 0
                    for round in 0..<20 {
                        _ = try store.append("log", "x", of: "s\(round % 4).test")
                        if try store.insertIfAbsent("\(round)", "\(task)") { firsts += 1 }
                    }
                    return firsts
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(firsts == 20)
        for site in 0..<4 { #expect(try store.get("log", of: "s\(site).test")?.utf8.count == 40) }
    }

    @Test("What is damaged is a failure and no crash, of this site alone")
    func damage() throws {
        let folder = try StoreFolder()
        #expect(try folder.store().insert("a", "1", of: "bad.test"))
        try folder.damage("bad.test.sqlite", with: Array(repeating: 0x5A, count: 8192))
        let store = folder.store()
        for _ in 0..<3 {
            #expect { try store.get("a", of: "bad.test") } throws: {
                if case .broken = $0 as? KeyValueFailure { true } else { false }
            }
        }
        #expect(try store.insert("a", "1", of: "good.test"))
        // Taken away by the operator, it begins anew.
        unlink("\(folder.path)/bad.test.sqlite")
        #expect(try store.insert("a", "2", of: "bad.test"))
    }

    @Test("A database whose pages are damaged behind its head fails where they are met")
    func damagedPages() throws {
        let folder = try StoreFolder()
        do {
            let store = folder.store()
            for index in 0..<200 { #expect(try store.insert("\(index)", String(repeating: "v", count: 2000))) }
        }
        let file = open("\(folder.path)/default.sqlite", O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        for page in 3..<40 { pwrite(file, Array(repeating: UInt8(0xFF), count: 4096), 4096, 4096 * page) }
        let store = folder.store()
        var failures = 0
        for index in 0..<200 where (try? store.insert("\(index)", "w")) == nil { failures += 1 }
        #expect(failures > 0)
    }

    @Test("A file that was put in the place of another is the one that is read")
    func replacedFile() throws {
        let (folder, other) = (try StoreFolder(), try StoreFolder())
        let store = folder.store()
        #expect(try store.insert("a", "old"))
        do { #expect(try other.store().insert("a", "new")) }
        for name in folder.names { unlink("\(folder.path)/\(name)") }
        #expect(rename("\(other.path)/default.sqlite", "\(folder.path)/default.sqlite") == 0)
        #expect(try store.get("a") == "new")
    }

    @Test("A folder that is not there is a failure")
    func noFolder() throws {
        let store = SQLiteStore(folder: "/nonexistent/values")
        #expect { try store.insert("a", "1") } throws: {
            if case .broken = $0 as? KeyValueFailure { true } else { false }
        }
    }

    @Test("Who waits for another process gives up at the deadline")
    func busy() throws {
        let folder = try StoreFolder()
        let store = folder.store()
        #expect(try store.insert("a", "1"))
        let lock = try WriteLock("\(folder.path)/default.sqlite")
        #expect(throws: KeyValueFailure.busy) {
            try store.insert(
                [1], for: [1], of: "default", deadline: monotonicNanoseconds() + 50_000_000)
        }
        // Readers don't wait for writers.
        #expect(try store.get("a") == "1")
        lock.release()
        #expect(try !store.insert("a", "2"))
    }
}
