import FunctionServer
import Testing

@Suite("Request targets")
struct RequestTargetTests {
    private func place(_ target: String) -> RequestTarget.Place? {
        try? RequestTarget(parsing: target).place
    }

    private func refusal(_ target: String) -> RequestTarget.Refusal? {
        do throws(RequestTarget.Refusal) {
            _ = try RequestTarget(parsing: target)
            return nil
        } catch {
            return error
        }
    }

    @Test("the file is the path up to the first segment that ends in .wasm")
    func functions() {
        #expect(place("/hello.wasm") == .function(name: "hello.wasm", pathInfo: ""))
        #expect(place("/hello.wasm/") == .function(name: "hello.wasm", pathInfo: "/"))
        #expect(place("/a/b/hello.wasm/c/d.wasm?x") == .function(name: "a/b/hello.wasm", pathInfo: "/c/d.wasm"))
        #expect(place("/h%65llo.w%61sm/x") == .function(name: "hello.wasm", pathInfo: "/x"))
        #expect(place("/caf%C3%A9.wasm") == .function(name: "café.wasm", pathInfo: ""))
    }

    @Test("query and rest of the path are kept as they were sent, and decoded once")
    func parts() throws {
        let target = try RequestTarget(parsing: "/dir%20x/hello.wasm/a%20b//c%2Fd%252e?x=%20&y?z")
        #expect(target.place == .function(name: "dir x/hello.wasm", pathInfo: "/a b//c/d%2e"))
        #expect(target.script == "/dir%20x/hello.wasm")
        #expect(target.rawPathInfo == "/a%20b//c%2Fd%252e")
        #expect(target.query == "x=%20&y?z")
        #expect(target.original == "/dir%20x/hello.wasm/a%20b//c%2Fd%252e?x=%20&y?z")
    }

    @Test("an absolute URL means its path")
    func absolute() {
        #expect(place("http://example.com/hello.wasm/x") == .function(name: "hello.wasm", pathInfo: "/x"))
        #expect(place("HTTPS://example.com") == .file(path: "", isFolder: true))
        #expect(place("http://example.com?x") == .file(path: "", isFolder: true))
        #expect((try? RequestTarget(parsing: "http://e/p?q"))?.original == "/p?q")
        for target in ["http://", "http:///x", "ftp://e/x", "//e/../x", "e/x", "*", "example.com:443", ""] {
            #expect(refusal(target) != nil, "\(target)")
        }
    }

    @Test("other paths are files, and end in a slash if they are folders")
    func files() {
        #expect(place("/") == .file(path: "", isFolder: true))
        #expect(place("/a/b.html?x") == .file(path: "a/b.html", isFolder: false))
        #expect(place("/a/b/") == .file(path: "a/b", isFolder: true))
        #expect(place("/a%20b") == .file(path: "a b", isFolder: false))
    }

    @Test(
        "what could mean another file is malformed",
        arguments: [
            "/../x.wasm", "/a/../x.wasm", "/%2e%2e/x.wasm", "/%2E./x.wasm", "/.%2e/x", "/./x.wasm", "/%2e/x.wasm",
            "/..",
            "/a%2fb.wasm", "/a%2Fb", "/..%2fx.wasm", "/a\\b.wasm", "/a%5cb.wasm", "/..%5cx.wasm", "/x%00.wasm",
            "/x.wasm%00", "/x%0a.wasm", "/x%7f", "/x%zz", "/x%2", "/x%", "/%ff.wasm", "/%c0%ae%c0%ae/x.wasm",
            "/x.wasm/..", "/x.wasm/../y", "/x.wasm/%2e%2e/y", "/x.wasm/a/./b", "/x.wasm/%2e%2e%2fy", "/x.wasm/a%5cb",
            "/x.wasm/%00", "/x.wasm/%0d%0aSet-Cookie:x", "/x.wasm/%zz", "/x.wasm/%ff", "/x y.wasm", "/x.wasm#y", "/x\t",
        ])
    func malformed(target: String) {
        #expect(refusal(target) == .malformed)
    }

    @Test(
        "what is never served is hidden",
        arguments: [
            "/.git/config", "/.x.wasm", "/.wasm", "/a/.b/c.wasm", "/%2egit", "/...", "//x.wasm", "/a//x.wasm", "//",
            "/%252e%252e/x.wasm", "/a%2541.wasm", "/x.WASM", "/x.Wasm", "/x.wa%53m",
        ])
    func hidden(target: String) {
        #expect(refusal(target) == .hidden)
    }

    @Test("long names and long targets are refused")
    func long() {
        #expect(refusal("/" + String(repeating: "a", count: 256)) == .hidden)
        #expect(place("/" + String(repeating: "a", count: 255)) != nil)
        #expect(refusal("/" + String(repeating: "a/", count: 2001)) == .hidden)
        #expect(refusal("/x.wasm?" + String(repeating: "a", count: RequestTarget.maximumLength)) == .tooLong)
    }

    @Test("no byte sequence makes it read outside, whatever it accepts names plain files")
    func random() {
        var generator = Xorshift(seed: 18)
        let pieces = [
            "/", ".", "..", "%", "2e", "2f", "%2e", "%2f", "%00", "\\", "a", ".wasm", "x", "?", "%25", "é", " ",
            "http://",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...9, using: &generator)
            let target = "/" + (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            guard let place = place(target) else { continue }
            let path =
                switch place {
                case .function(let name, _): name
                case .file(let path, _): path
                }
            let names = path.split(separator: "/", omittingEmptySubsequences: false)
            let isPlain = names.allSatisfy {
                !$0.hasPrefix(".") && !$0.isEmpty && !$0.contains("\\") && !$0.contains("\0")
            }
            #expect(path.isEmpty || isPlain, "\(target)")
        }
    }

    @Test("T18: a letter that takes the dot into its character does not make a module or settings a file")
    func prependedLetter() {
        #expect(place("/u%d8%80.wasm") == .function(name: "u\u{600}.wasm", pathInfo: ""))
        #expect(refusal("/u%d8%80.WASM") == .hidden)
        #expect(refusal("/u%d8%80.toml") == .hidden)
    }
}

/// Numbers that are the same in every run.
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
