import Glibc
import Testing

@Suite("Folders granted by a contained server")
struct FolderGrantTests {
    private static let settings = "[[folders]]\nhost = \"data\"\nguest = \"/data\"\nwritable = true\n"

    @Test("a function writes where its settings and the operator let it, and nowhere else")
    func writable() throws {
        let server = try ServerProcess(flags: ["--allow-writable-folders"])
        try server.folder.write("data/here.txt", "x")
        try server.folder.write("f.toml", Self.settings)
        try server.folder.assemble("f.wasm", WorldGuest.touching)
        #expect(eventually { (try? server.get("/f.wasm").body) == "00 00" })
        #expect(access(server.folder.path + "/data/made.txt", F_OK) == 0)
        try server.folder.replace("f.toml", Self.settings.replacing("= true", with: "= false"))
        #expect(eventually { (try? server.get("/f.wasm").body).map { $0.hasPrefix("00 ") && $0 != "00 00" } ?? false })
    }

    @Test("without the operator's flag such settings are no settings")
    func refused() throws {
        let server = try ServerProcess()
        try server.folder.write("data/here.txt", "x")
        try server.folder.write("f.toml", Self.settings)
        try server.folder.assemble("f.wasm", WorldGuest.touching)
        #expect(eventually { (try? server.get("/f.wasm").status) == 503 })
        #expect(
            server.log.contains("f.toml: the folder data is not to be written: --allow-writable-folders is not set"))
        #expect(access(server.folder.path + "/data/made.txt", F_OK) != 0)
    }
}
