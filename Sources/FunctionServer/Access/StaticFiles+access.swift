import Glibc
import NIOCore
import NIOHTTP1

/// Files that not everybody may have.
extension StaticFiles {
    /// Bytes of the largest page that goes with a status.
    private static let maximumPage = 1 << 20

    /// Finds what a request is answered with that may have so much of its site; nil: the site says nothing.
    ///
    /// Whoever may neither read nor list learns nothing of what there is, not even by the time it takes.
    func find(
        path: String, isFolder: Bool, method: String, headers: HTTPHeaders, grant: AccessGrant?, root: UInt64
    ) -> Found {
        let find = { () -> Found in
            self.find(path: path, isFolder: isFolder, method: method, headers: headers, root: root)
        }
        guard let grant else { return find() }
        if grant.permissions.isEmpty {
            return .denied(grant.byLogin.isEmpty ? .forbidden : .login(realm: grant.realm))
        }
        guard let folder = folderWithoutPage(path, root: root) else {
            return grant.refusal(of: .read).map { .denied($0) } ?? find()
        }
        if let refusal = grant.refusal(of: .list) { return .denied(refusal) }
        // Links in it are relative to an address with a slash at its end.
        return isFolder ? .page(FolderListing.page(of: folder)) : .moved
    }

    /// The folder of a path, if it has no page of its own.
    private func folderWithoutPage(_ path: String, root: UInt64) -> OpenFile? {
        // The root of a site has its slash behind the site's name.
        let isRoot = folder.roots == nil ? path.isEmpty : !path.contains("/")
        guard let found = try? folder.open(isRoot && !path.isEmpty ? path + "/" : path, root: root), found.isFolder
        else { return nil }
        guard let page = try? folder.open(path + (path.isEmpty ? "" : "/") + "index.html", root: root) else {
            return found
        }
        return page.isFolder ? found : nil
    }

    /// A file of the site as the body of a refusal; nil if it cannot be had.
    func page(_ name: String, status: Int, root: UInt64) -> FunctionResponse? {
        guard let file = try? folder.open(name, root: root), !file.isFolder else { return nil }
        let size = Int(clamping: file.identity.size)
        guard size <= Self.maximumPage else { return nil }
        var body = ByteBufferAllocator().buffer(capacity: size)
        while body.writerIndex < size {
            let at = body.writerIndex
            let got = body.writeWithUnsafeMutableBytes(minimumWritableBytes: size - at) { space in
                max(0, pread(file.descriptor, space.baseAddress, size - at, at))
            }
            guard got > 0 else { return nil }
        }
        let headers = [
            (name: "content-type", value: MediaType.of(name)), (name: "x-content-type-options", value: "nosniff"),
        ]
        return FunctionResponse(status: status, headers: headers, body: body)
    }
}
