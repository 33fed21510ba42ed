import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import FunctionServer

@Suite("Certificates of a folder")
struct CertificateTests {
    @Test("are found as certbot and lego name them; the best comes first")
    func index() {
        let index = CertificateIndex(
            folder: "/c",
            entries: [
                "example.com", "www.example.org.crt", "www.example.org.key", "*.wild.net", "_.flat.net.crt",
                "_.flat.net.key", "default", "README", "keyless.com.crt", "example.org.issuer.crt", "Upper.com",
                "..", "a b.com", "-x.com",
            ])
        #expect(
            Set(index.files.keys) == ["example.com", "www.example.org", "*.wild.net", "*.flat.net", "default"])
        #expect(index.files["example.com"]?.chain == "/c/example.com/fullchain.pem")
        #expect(index.files["*.flat.net"]?.key == "/c/_.flat.net.key")
        func names(_ host: String?) -> [String] {
            index.candidates(for: host.flatMap { SiteName(host: $0) }).map { $0.mustCover ? "?\($0.name)" : $0.name }
        }
        #expect(names("example.com") == ["example.com", "default"])
        #expect(names("www.example.com") == ["?example.com", "default"])
        #expect(names("a.flat.net") == ["*.flat.net", "default"])
        #expect(names("a.b.flat.net") == ["default"])
        #expect(names("other.com") == ["default"])
        #expect(names(nil) == ["default"])
        #expect(CertificateIndex(folder: "/c", entries: ["readme"]).candidates(for: nil).isEmpty)
    }

    @Test("each name gets its own, a wildcard's, one that says so, the default, or none")
    func lookup() throws {
        let folder = try TestFolder()
        try TestCertificates.make("example.com", names: ["example.com", "www.example.com"], in: folder)
        try TestCertificates.makeFlat("_.flat.net", names: ["*.flat.net"], in: folder)
        let store = Self.store(folder)
        defer { store.stop() }
        #expect(try Self.name("example.com", store) == "example.com")
        #expect(try Self.name("www.example.com", store) == "example.com")
        #expect(try Self.name("mail.example.com", store) == nil)
        #expect(try Self.name("a.flat.net", store) == "*.flat.net")
        #expect(try Self.name("flat.net", store) == nil)
        #expect(try Self.name("other.org", store) == nil)
        #expect(try Self.name(nil, store) == nil)
        try TestCertificates.make("default", names: ["fallback"], in: folder)
        #expect(try eventually { try Self.name("other.org", store) == "default" })
        #expect(try Self.name(nil, store) == "default")
    }

    @Test("files that change are another certificate; a pair that does not match leaves the last good one")
    func reload() throws {
        let folder = try TestFolder()
        let other = try TestFolder()
        for place in [folder, other] { try TestCertificates.make("example.com", in: place) }
        let log = LogLines()
        let store = Self.store(folder, log)
        defer { store.stop() }
        let first = try #require(try Self.certificate("example.com", store))
        // The new chain is there, the new key is not.
        let (new, old) = ("\(other.path)/example.com", "\(folder.path)/example.com")
        try folder.write("example.com/fullchain.pem", ServerProcess.read(new + "/fullchain.pem"))
        #expect(
            try eventually {
                _ = try Self.certificate("example.com", store); return log.contains("is not the key")
            })
        #expect(log.contains("the one before it stays in use"))
        #expect(try Self.certificate("example.com", store)?.context === first.context)
        // A file of which half is written.
        try folder.write("example.com/fullchain.pem", String(ServerProcess.read(old + "/fullchain.pem").prefix(300)))
        #expect(
            try eventually {
                _ = try Self.certificate("example.com", store); return log.contains("no certificate in PEM")
            })
        try folder.write("example.com/fullchain.pem", ServerProcess.read(new + "/fullchain.pem"))
        try folder.write("example.com/privkey.pem", ServerProcess.read(new + "/privkey.pem"))
        #expect(try eventually { try Self.certificate("example.com", store)?.context !== first.context })
        // Gone is gone.
        rename(old, "\(folder.path)/.gone")
        #expect(try eventually { try Self.certificate("example.com", store) == nil })
        rename("\(folder.path)/.gone", old)
    }

    @Test("of random names none is looked for in the folder, and few contexts are kept")
    func bounded() throws {
        let folder = try TestFolder()
        let names = (0..<5).map { "site\($0).com" }
        for name in names { try TestCertificates.make(name, in: folder) }
        let store = CertificateStore(
            folder: folder.path, protocols: [], logger: LogLines().logger(), most: 2, patience: .second * 1000)
        defer { store.stop() }
        for name in names { #expect(try Self.name(name, store) == name) }
        #expect(store.kept == 2)
        #expect(store.looks == 5)
        for number in 0..<1000 { #expect(try Self.name("random\(number).com", store) == nil) }
        #expect(store.looks == 5)
        #expect(store.kept == 2)
    }

    @Test("what is no certificate, or no file, is none, and said once")
    func broken() throws {
        let folder = try TestFolder([
            "text.com/fullchain.pem": "hello", "text.com/privkey.pem": "hello", "empty.com.crt": "",
            "empty.com.key": "",
        ])
        mkdir("\(folder.path)/folder.com", 0o755)
        mkdir("\(folder.path)/folder.com/fullchain.pem", 0o755)
        mkfifo("\(folder.path)/pipe.com.key", 0o600)
        mkfifo("\(folder.path)/pipe.com.crt", 0o600)
        symlink("/dev/zero", "\(folder.path)/zero.com.crt")
        symlink("/dev/zero", "\(folder.path)/zero.com.key")
        let log = LogLines()
        let store = Self.store(folder, log)
        defer { store.stop() }
        for name in ["text.com", "empty.com", "folder.com", "pipe.com", "zero.com"] {
            for _ in 0..<3 { #expect(try Self.name(name, store) == nil) }
            #expect(log.all.count { $0.contains("certificate \(name):") } == 1, "\(log.all)")
        }
    }

    private static func store(_ folder: TestFolder, _ log: LogLines = LogLines()) -> CertificateStore {
        // Each look is a new one.
        CertificateStore(folder: folder.path, protocols: [], logger: log.logger(), patience: 0)
    }

    private static func certificate(_ name: String?, _ store: CertificateStore) throws -> SiteCertificate? {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return try store.certificate(for: name.flatMap { SiteName(host: $0) }, on: loop).wait()
    }

    private static func name(_ name: String?, _ store: CertificateStore) throws -> String? {
        try certificate(name, store)?.name
    }
}
