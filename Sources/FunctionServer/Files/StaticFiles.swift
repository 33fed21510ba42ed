package import NIOCore
package import NIOHTTP1

/// Reads the files that are served as they are.
///
/// Blocks; called on threads for that.
package struct StaticFiles: Sendable {
    /// What is sent.
    package enum Found: Sendable {
        case missing
        case failing
        /// To the address of the folder: its path lacks the slash at its end.
        case moved
        /// The fields, and the whole body (nil: none).
        case small(StaticAnswer, ByteBuffer?, length: Int)
        /// The fields, and a file to be sent from.
        case large(StaticAnswer, OpenFile)
        /// Something that is made for the request.
        case page(FunctionResponse)
        /// Those who may not have it are told so.
        case denied(AccessRefusal)
    }

    /// Larger files go from the file to the socket without being read here.
    package static let small = 128 * 1024

    let folder: ServedFolder

    /// The files of a folder.
    package init(folder: ServedFolder) {
        self.folder = folder
    }

    /// Finds what a request for a path is answered with.
    ///
    /// Beneath that root of its site only.
    package func find(
        path: String, isFolder: Bool, method: String, headers: HTTPHeaders, root: UInt64? = nil
    ) -> Found {
        let name = isFolder ? (path.isEmpty ? "index.html" : path + "/index.html") : path
        let file: OpenFile
        do throws(ServedFolder.Failure) {
            file = try folder.open(name, root: root)
        } catch {
            return error.isPassing ? .failing : .missing
        }
        guard !file.isFolder else {
            return !isFolder && (try? folder.open(path + "/index.html", root: root)) != nil ? .moved : .missing
        }
        let answer = StaticAnswer(method: method, name: name, identity: file.identity, headers: headers)
        let length = answer.range.count
        guard answer.hasBody else { return .small(answer, nil, length: length) }
        guard length <= Self.small else { return .large(answer, file) }
        // Shorter than it was a moment ago: somebody is writing it.
        guard let bytes = file.bytes(in: answer.range) else { return .failing }
        return .small(answer, bytes, length: length)
    }
}
